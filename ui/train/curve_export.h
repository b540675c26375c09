// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/run_store.h"

#include <QFont>
#include <QString>

#include <vector>

namespace fedefm {

class CurvePlot;
struct ShownRun;

/// What an exported picture holds.
struct CurvePage
{
    std::vector<CurvePlot*> plots; ///< in reading order
    std::vector<ShownRun> legend;
    QFont font;
};

/// The plots with a legend of the runs, on white; the research-use line is burned in.
/// Whole-file-then-rename. Errors: FileExists, WriteFailed, DiskFull.
Status exportCurvesPng(const CurvePage& page, const QString& path, bool overwrite);
Status exportCurvesPdf(const CurvePage& page, const QString& path, bool overwrite);

/// Where exportRunsCsv() writes a run of several.
std::filesystem::path runCsvFile(const std::vector<RunSummary>& runs, const RunSummary& run,
                                 const std::filesystem::path& target);

/// All values of the runs: one run into the file itself, several into FILE-RUN.csv each. Reads from the disk:
/// for a thread of its own. Returns the files.
Result<std::vector<std::filesystem::path>> exportRunsCsv(const std::vector<RunSummary>& runs,
                                                         const std::filesystem::path& target, bool overwrite);

} // namespace fedefm
