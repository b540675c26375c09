// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"
#include "ui/train/curve_book.h"

#include <QStringList>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace fedefm {

/// What is shown of the one run that is chosen.
struct RunDetails
{
    QString run;
    nlohmann::json epochs;
    std::vector<RunReader::Event> events;
    std::vector<RunReader::SampleFiles> samples;
    QString split;
    QString log; ///< last lines
};

/// The reading thread's side of RunWatcher: open readers and how far each curve has been read.
class RunReading
{
public:
    /// What one look at the folder found; empty parts are unchanged.
    struct News
    {
        std::vector<RunSummary> runs;
        bool isListed = false;
        std::vector<CurveUpdate> updates;
        std::vector<std::pair<QString, QStringList>> metrics;
        std::vector<std::pair<QString, nlohmann::json>> epochs;
        std::optional<RunDetails> details;
    };

    void watch(const std::vector<RunSummary>& runs, const QStringList& metrics);
    void watchDetails(const RunSummary& run);
    News look(const std::filesystem::path& root);

private:
    RunReader* reader(const QString& run, const std::filesystem::path& folder);
    void readCurves(News& news);
    void readEpochs(News& news);
    void readDetails(News& news);

    struct Position
    {
        std::int64_t row = 0;
        bool isFirst = true;
    };
    std::map<QString, std::filesystem::path> m_watched;
    QStringList m_metrics;
    RunSummary m_detailed;
    std::map<QString, std::unique_ptr<RunReader>> m_readers;
    std::map<std::pair<QString, QString>, Position> m_positions;
    std::map<QString, std::size_t> m_metricCounts;
    std::map<QString, int> m_epochCounts;
    QString m_detailsMark; ///< of the last details that were sent
    std::vector<RunSummary> m_lastList;
    int m_pollsToSkip = 0; ///< of the list, where listing takes long
};

} // namespace fedefm
