// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/curve_export.h"

#include <QWidget>

#include <functional>

namespace fedefm {

class JobModel;

/// Export of curves as the user asks for it: where to, whether files may be replaced, values in the
/// background.
class CurveExportDialog
{
public:
    using Failed = std::function<void(const Error&)>;
    CurveExportDialog(QWidget* window, JobModel* jobs, Failed failed);

    /// `kind` is "csv" (all values of the runs), "png" or "pdf" (the page).
    void ask(const QString& kind, const std::vector<RunSummary>& runs, const CurvePage& page);
    /// To a file about which the user was asked.
    void write(const QString& kind, const QString& path, const std::vector<RunSummary>& runs,
               const CurvePage& page);

private:
    bool mayReplace(const std::vector<std::filesystem::path>& files, const QString& named);

    QWidget* m_window;
    JobModel* m_jobs;
    Failed m_failed;
};

} // namespace fedefm
