// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_table_model.h"

#include "ui/common/theme.h"
#include "ui/train/curve_math.h"
#include "ui/train/measured_value.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QGuiApplication>
#include <QPalette>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

QString runStateText(RunState state)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("RunState", text); };
    switch (state) {
    case RunState::Running:
        return tr("running");
    case RunState::Paused:
        return tr("paused");
    case RunState::Done:
        return tr("done");
    case RunState::Stopped:
        return tr("stopped");
    case RunState::Failed:
        return tr("failed");
    case RunState::Lost:
        break;
    }
    return tr("lost");
}

QString runStateIcon(RunState state)
{
    switch (state) {
    case RunState::Running:
        return QStringLiteral("play");
    case RunState::Paused:
        return QStringLiteral("pause");
    case RunState::Done:
        return QStringLiteral("done");
    case RunState::Stopped:
        return QStringLiteral("stop");
    case RunState::Failed:
        return QStringLiteral("cancel");
    case RunState::Lost:
        break;
    }
    return QStringLiteral("issues");
}

namespace {

QDateTime startOf(const RunSummary& run)
{
    QDateTime time = QDateTime::fromString(QString::fromStdString(run.startedUtc), Qt::ISODate);
    if (time.isValid() && time.timeSpec() == Qt::LocalTime)
        time.setTimeSpec(Qt::UTC);
    return time;
}

} // namespace

double bestValueOf(const RunSummary& run)
{
    return measuredValue(run.bestMetrics, selectedMetric(run))
        .value_or(std::numeric_limits<double>::quiet_NaN());
}

void RunTableModel::setRuns(const std::vector<RunSummary>& runs)
{
    // Rows that are gone, from behind; then values of those that stay; then new ones.
    bool isOther = false;
    for (int row = static_cast<int>(m_runs.size()) - 1; row >= 0; --row) {
        const std::string& id = m_runs[static_cast<std::size_t>(row)].id;
        if (std::none_of(runs.begin(), runs.end(), [&id](const RunSummary& run) { return run.id == id; })) {
            beginRemoveRows({}, row, row);
            m_parameters.erase(id);
            m_runs.erase(m_runs.begin() + row);
            endRemoveRows();
            isOther = true;
        }
    }
    for (const RunSummary& run : runs) {
        const int row = rowOf(QString::fromStdString(run.id));
        if (row < 0) {
            const int end = static_cast<int>(m_runs.size());
            beginInsertRows({}, end, end);
            m_runs.push_back(run);
            m_parameters[run.id] = runParameters(run.config);
            endInsertRows();
            isOther = true;
            continue;
        }
        RunSummary& known = m_runs[static_cast<std::size_t>(row)];
        const bool isSame = known.state == run.state && known.epochsDone == run.epochsDone &&
                            known.wallSeconds == run.wallSeconds && known.message == run.message &&
                            known.epochsPlanned == run.epochsPlanned && known.pid == run.pid;
        // One that was read while its process set it up had none yet.
        if (!known.config.is_object() && run.config.is_object()) {
            m_parameters[run.id] = runParameters(run.config);
            isOther = true;
        }
        known = run;
        if (!isSame)
            Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
    }
    // A run keeps its configuration.
    if (isOther && m_showsParameters)
        refreshParameters();
}

void RunTableModel::showParameters()
{
    m_showsParameters = true;
    refreshParameters();
}

void RunTableModel::refreshParameters()
{
    std::vector<const RunParameters*> runs;
    for (const auto& [id, parameters] : m_parameters)
        runs.push_back(&parameters);
    const std::vector<std::string> keys = comparedKeys(runs);
    for (int i = static_cast<int>(m_keys.size()) - 1; i >= 0; --i)
        if (std::find(keys.begin(), keys.end(), m_keys[static_cast<std::size_t>(i)]) == keys.end()) {
            beginRemoveColumns({}, ColumnCount + i, ColumnCount + i);
            m_keys.erase(m_keys.begin() + i);
            endRemoveColumns();
        }
    // Both are in the same order, so that what is left only has gaps.
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (i >= m_keys.size() || m_keys[i] != keys[i]) {
            const int column = ColumnCount + static_cast<int>(i);
            beginInsertColumns({}, column, column);
            m_keys.insert(m_keys.begin() + static_cast<std::ptrdiff_t>(i), keys[i]);
            endInsertColumns();
        }
}

const nlohmann::json* RunTableModel::parameter(const RunSummary& run, int column) const
{
    const auto known = m_parameters.find(run.id);
    const auto key = static_cast<std::size_t>(column - ColumnCount);
    if (column < ColumnCount || key >= m_keys.size() || known == m_parameters.end())
        return nullptr;
    const auto value = known->second.find(m_keys[key]);
    return value == known->second.end() ? nullptr : &value->second;
}

QString RunTableModel::columnKey(int column) const
{
    static const char* const names[ColumnCount] = {"name",    "state", "epochs", "best",
                                                   "started", "time",  "seed",   "network"};
    if (column < 0 || column >= columnCount())
        return {};
    return column < ColumnCount
               ? QString::fromLatin1(names[column])
               : QString::fromStdString(m_keys[static_cast<std::size_t>(column - ColumnCount)]);
}

const RunSummary* RunTableModel::find(const QString& id) const
{
    const int row = rowOf(id);
    return row < 0 ? nullptr : &m_runs[static_cast<std::size_t>(row)];
}

int RunTableModel::rowOf(const QString& id) const
{
    const std::string key = id.toStdString();
    const auto it =
        std::find_if(m_runs.begin(), m_runs.end(), [&key](const RunSummary& run) { return run.id == key; });
    return it == m_runs.end() ? -1 : static_cast<int>(std::distance(m_runs.begin(), it));
}

void RunTableModel::setStyles(const RunStyles& styles)
{
    m_styles = styles;
    if (!m_runs.empty())
        Q_EMIT dataChanged(index(0, Name), index(rowCount() - 1, Name), {Qt::DecorationRole});
}

int RunTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount + static_cast<int>(m_keys.size());
}

QVariant RunTableModel::text(const RunSummary& run, int column) const
{
    switch (column) {
    case Name:
        return QString::fromStdString(run.name);
    case State:
        return runStateText(run.state);
    case Epochs:
        return QStringLiteral("%1/%2").arg(run.epochsDone).arg(run.epochsPlanned);
    case Best:
        return std::isnan(bestValueOf(run)) ? QStringLiteral("–") : formatValue(bestValueOf(run));
    case Started:
        return startOf(run).toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm"));
    case Time:
        return formatDuration(run.wallSeconds);
    case Seed:
        return QString::number(run.seed);
    case Architecture:
        return QString::fromStdString(run.architecture);
    default:
        break;
    }
    const nlohmann::json* value = parameter(run, column);
    return value ? parameterText(*value) : QString();
}

QVariant RunTableModel::sortKey(const RunSummary& run, int column) const
{
    if (const nlohmann::json* value = parameter(run, column); value && value->is_number())
        return value->get<double>();
    switch (column) {
    case State:
        return static_cast<int>(run.state);
    case Epochs:
        return run.epochsDone;
    case Best:
        return std::isnan(bestValueOf(run)) ? -std::numeric_limits<double>::infinity() : bestValueOf(run);
    case Started:
        return startOf(run);
    case Time:
        return run.wallSeconds;
    case Seed:
        return static_cast<qulonglong>(run.seed);
    default:
        return text(run, column);
    }
}

QString RunTableModel::toolTip(const RunSummary& run) const
{
    QStringList lines{
        QString::fromStdString(run.id),
        QStringLiteral("%1 · %2").arg(runStateText(run.state), QString::fromStdString(run.machine))};
    if (!run.message.empty())
        lines << QString::fromStdString(run.message);
    if (run.bestEpoch)
        lines << tr("best: epoch %1, %2")
                     .arg(*run.bestEpoch + 1)
                     .arg(QString::fromStdString(selectedMetric(run)));
    return lines.join(QLatin1Char('\n'));
}

bool RunTableModel::isNumber(const RunSummary& run, int column) const
{
    const nlohmann::json* value = parameter(run, column);
    return column == Epochs || column == Best || column == Time || column == Seed ||
           (value && value->is_number());
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const RunSummary& run = m_runs[static_cast<std::size_t>(index.row())];
    const QString id = QString::fromStdString(run.id);
    switch (role) {
    case Qt::DisplayRole:
        return text(run, index.column());
    case SortRole:
        return sortKey(run, index.column());
    case IdRole:
        return id;
    case Qt::ToolTipRole:
        return toolTip(run);
    case Qt::DecorationRole:
        if (index.column() == State)
            return themedIcon(runStateIcon(run.state));
        if (index.column() == Name && m_styles.has(id))
            return lineIcon(m_styles.style(id), QGuiApplication::palette().color(QPalette::Base));
        return {};
    case Qt::TextAlignmentRole:
        return isNumber(run, index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                             : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool isParameter = orientation == Qt::Horizontal && section >= ColumnCount;
    if (isParameter && role == Qt::ToolTipRole)
        return columnKey(section);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    if (isParameter)
        return parameterTitle(columnKey(section).toStdString());
    const QString titles[ColumnCount] = {tr("Run"),     tr("State"), tr("Epochs"), tr("Best"),
                                         tr("Started"), tr("Time"),  tr("Seed"),   tr("Network")};
    return section >= 0 && section < ColumnCount ? QVariant(titles[section]) : QVariant();
}

RunFilter::RunFilter(RunTableModel* model, QObject* parent) : QSortFilterProxyModel(parent), m_model(model)
{
    setSourceModel(model);
    setSortRole(RunTableModel::SortRole);
    setDynamicSortFilter(true);
}

void RunFilter::setWords(const QString& words)
{
    m_words = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool RunFilter::filterAcceptsRow(int row, const QModelIndex&) const
{
    if (m_words.isEmpty())
        return true;
    const RunSummary& run = m_model->runs()[static_cast<std::size_t>(row)];
    const ParameterWords parameters = parameterWords(run.config);
    const QString text = QStringList{QString::fromStdString(run.name),
                                     runStateText(run.state),
                                     QString::fromStdString(run.architecture),
                                     QString::number(run.seed),
                                     QString::fromStdString(run.kind),
                                     QString::fromStdString(run.id),
                                     parameters.values}
                             .join(QLatin1Char(' '));
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
        return (word.contains(QLatin1Char('=')) ? parameters.pairs : text)
            .contains(word, Qt::CaseInsensitive);
    });
}

} // namespace fedefm
