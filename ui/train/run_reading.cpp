// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_reading.h"

#include "core/base/atomic_file.h"

#include <QElapsedTimer>
#include <QFile>

#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kMaxSplitBytes = 16u << 20;
constexpr qint64 kLogTailBytes = 64 << 10;
constexpr int kSlowListMs = 200;

QString tailOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    if (file.size() > kLogTailBytes)
        file.seek(file.size() - kLogTailBytes);
    return QString::fromUtf8(file.readAll());
}

} // namespace

void RunReading::watch(const std::vector<RunSummary>& runs, const QStringList& metrics)
{
    std::map<QString, std::filesystem::path> watched;
    for (const RunSummary& run : runs)
        watched[QString::fromStdString(run.id)] = run.folder;
    for (auto it = m_positions.begin(); it != m_positions.end();)
        it = watched.count(it->first.first) ? std::next(it) : m_positions.erase(it);
    for (auto it = m_metricCounts.begin(); it != m_metricCounts.end();)
        it = watched.count(it->first) ? std::next(it) : m_metricCounts.erase(it);
    m_watched = std::move(watched);
    m_metrics = metrics;
}

void RunReading::watchDetails(const RunSummary& run)
{
    m_detailed = run;
    m_detailsMark.clear();
}

RunReader* RunReading::reader(const QString& run, const std::filesystem::path& folder)
{
    auto it = m_readers.find(run);
    if (it == m_readers.end()) {
        auto opened = RunReader::open(folder);
        if (!opened)
            return nullptr;
        it = m_readers.emplace(run, std::move(*opened)).first;
    }
    return it->second.get();
}

RunReading::News RunReading::look(const std::filesystem::path& root)
{
    News news;
    if (m_pollsToSkip > 0) {
        --m_pollsToSkip;
    } else {
        QElapsedTimer clock;
        clock.start();
        m_lastList = listRuns(root);
        m_pollsToSkip = static_cast<int>(clock.elapsed() / kSlowListMs);
        news.runs = m_lastList;
        news.isListed = true;
    }
    std::set<QString> present;
    for (const RunSummary& run : m_lastList)
        present.insert(QString::fromStdString(run.id));
    readEpochs(news);
    readCurves(news);
    readDetails(news);
    for (auto it = m_readers.begin(); it != m_readers.end();)
        it = present.count(it->first) ? std::next(it) : m_readers.erase(it);
    return news;
}

void RunReading::readCurves(News& news)
{
    for (const auto& [run, folder] : m_watched) {
        RunReader* source = reader(run, folder);
        if (!source)
            continue;
        const std::vector<std::string> names = source->metricNames();
        if (std::size_t& known = m_metricCounts[run]; known != names.size()) {
            known = names.size();
            QStringList list;
            for (const std::string& name : names)
                list << QString::fromStdString(name);
            news.metrics.emplace_back(run, list);
        }
        for (const QString& metric : m_metrics) {
            Position& position = m_positions[{run, metric}];
            auto curve = source->curve(metric.toStdString(), position.row);
            bool replaces = position.isFirst;
            if (curve && curve->restarted && position.row > 0) {
                curve = source->curve(metric.toStdString(), 0);
                replaces = true;
            }
            if (!curve || (curve->points.empty() && !replaces))
                continue;
            position = {curve->lastRow, false};
            if (replaces || !curve->points.empty())
                news.updates.push_back({run, metric, replaces, std::move(curve->points)});
        }
    }
}

void RunReading::readEpochs(News& news)
{
    for (const RunSummary& summary : m_lastList) {
        const QString run = QString::fromStdString(summary.id);
        const auto known = m_epochCounts.find(run);
        const bool isNew = known == m_epochCounts.end() || known->second != summary.epochsDone;
        if (summary.state != RunState::Running || !isNew)
            continue;
        if (RunReader* source = reader(run, summary.folder)) {
            m_epochCounts[run] = summary.epochsDone;
            news.epochs.emplace_back(run, source->epochs());
        }
    }
}

void RunReading::readDetails(News& news)
{
    if (m_detailed.id.empty())
        return;
    const QString run = QString::fromStdString(m_detailed.id);
    RunReader* source = reader(run, m_detailed.folder);
    if (!source)
        return;
    RunDetails details;
    details.run = run;
    details.events = source->events();
    details.samples = source->samples();
    details.epochs = source->epochs();
    details.log = tailOf(m_detailed.folder / "log.txt");
    const QString mark = QStringLiteral("%1 %2 %3 %4 %5")
                             .arg(run)
                             .arg(details.events.size())
                             .arg(details.samples.size())
                             .arg(details.epochs.size())
                             .arg(qHash(details.log));
    if (mark == m_detailsMark)
        return;
    m_detailsMark = mark;
    if (const auto split = readFile(m_detailed.folder / "split.json", kMaxSplitBytes))
        details.split = QString::fromStdString(*split);
    news.details = std::move(details);
}

} // namespace fedefm
