// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/silo_table_model.h"

#include "ui/common/theme.h"
#include "ui/train/curve_math.h"
#include "ui/train/run_style.h"

#include <QGuiApplication>
#include <QPalette>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const QString kNothing = QStringLiteral("–");

double valueAt(const std::vector<double>& values, int at)
{
    return at >= 0 && at < static_cast<int>(values.size()) ? values[static_cast<std::size_t>(at)] : kNaN;
}

QString iconOf(SiloState state)
{
    switch (state) {
    case SiloState::Working:
        return QStringLiteral("play");
    case SiloState::Waiting:
        return QStringLiteral("pause");
    case SiloState::Late:
    case SiloState::Out:
        return QStringLiteral("issues");
    case SiloState::Dropped:
        return QStringLiteral("cancel");
    case SiloState::Done:
        return QStringLiteral("done");
    case SiloState::Idle:
        break;
    }
    return QStringLiteral("stop");
}

/// "cath lab 62 %, portable 38 %", the largest first.
QString sourcesText(const SiloFacts& facts)
{
    auto sources = facts.sources;
    std::sort(sources.begin(), sources.end(),
              [](const auto& a, const auto& b) { return a.second > b.second; });
    double sum = 0.0;
    for (const auto& [name, count] : sources)
        sum += static_cast<double>(count);
    QStringList parts;
    for (const auto& [name, count] : sources)
        if (count > 0)
            parts << QStringLiteral("%1 %2 %").arg(name).arg(
                qRound(100.0 * static_cast<double>(count) / sum));
    return parts.join(QStringLiteral(", "));
}

} // namespace

void SiloTableModel::setSession(const SessionSnapshotPtr& session, int round)
{
    const int rows = session ? session->siloCount() : 0;
    const bool isReset = rows != m_rows;
    if (isReset)
        beginResetModel();
    m_session = session;
    m_round = round;
    m_rows = rows;
    m_bytesIn.assign(static_cast<std::size_t>(rows), 0.0);
    m_bytesOut.assign(static_cast<std::size_t>(rows), 0.0);
    m_lastRounds.assign(static_cast<std::size_t>(rows), -1);
    if (session)
        for (const SessionRoundPtr& closed : session->rounds)
            for (std::size_t silo = 0; silo < static_cast<std::size_t>(rows); ++silo) {
                if (silo < closed->bytesIn.size()) {
                    m_bytesIn[silo] += closed->bytesIn[silo];
                    m_bytesOut[silo] += closed->bytesOut[silo];
                }
                if (silo < closed->parts.size() && closed->parts[silo] == RoundPart::TookPart)
                    m_lastRounds[silo] = closed->round;
            }
    if (isReset)
        endResetModel();
    else if (rows > 0)
        Q_EMIT dataChanged(index(0, 0), index(rows - 1, ColumnCount - 1));
}

const SessionRound* SiloTableModel::shownRound() const
{
    if (!m_session || m_session->rounds.empty())
        return nullptr;
    const SessionRound* chosen = m_session->roundAt(m_round);
    return chosen ? chosen : m_session->rounds.back().get();
}

int SiloTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int SiloTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

double SiloTableModel::number(int silo, int column) const
{
    const auto at = static_cast<std::size_t>(silo);
    const SessionRound* round = shownRound();
    switch (column) {
    case LastSeen:
        return at < m_session->lastSeen.size() && m_session->lastSeen[at].isValid()
                   ? static_cast<double>(m_session->lastSeen[at].msecsTo(m_session->now)) / 1000.0
                   : kNaN;
    case Round:
        return m_lastRounds[at] >= 0 ? m_lastRounds[at] + 1 : kNaN;
    case Samples:
        return m_session->silos[at].samples >= 0 ? static_cast<double>(m_session->silos[at].samples) : kNaN;
    case Loss:
        return round ? valueAt(round->losses, silo) : kNaN;
    case Emd:
        return round ? round->emdOf(silo) : kNaN;
    case BytesIn:
        return m_bytesIn[at];
    case BytesOut:
        return m_bytesOut[at];
    case Epsilon:
        return valueAt(m_session->epsilon, silo);
    case Quality:
        return valueAt(m_session->ownQuality, silo);
    case Cpu:
    case Memory:
        // One process holds all silos, which take turns: what it uses is used by the silo at work.
        if (m_session->live.silo != silo)
            return kNaN;
        return column == Cpu ? m_session->cpuPercent : m_session->memoryBytes;
    default:
        return kNaN;
    }
}

QString SiloTableModel::text(int silo, int column) const
{
    const SiloFacts& facts = m_session->silos[static_cast<std::size_t>(silo)];
    switch (column) {
    case Name:
        return facts.name;
    case State:
        return siloStateText(siloStateOf(*m_session, silo));
    case Sources:
        return facts.sources.empty() ? kNothing : sourcesText(facts);
    case Version:
        return m_session->summary.version.empty() ? kNothing
                                                  : QString::fromStdString(m_session->summary.version);
    default:
        break;
    }
    const double value = number(silo, column);
    if (!std::isfinite(value))
        return kNothing;
    switch (column) {
    case LastSeen:
        if (!m_session->isAtWork())
            return kNothing;
        return value < 1.0 ? tr("now") : tr("%1 ago").arg(sinceText(value));
    case Round:
    case Samples:
        return QString::number(static_cast<qint64>(value));
    case BytesIn:
    case BytesOut:
    case Memory:
        return bytesText(value);
    case Cpu:
        return tr("%1 %").arg(qRound(value));
    case Epsilon:
        return QString::number(value, 'f', 2);
    default:
        return QString::number(value, 'g', 4);
    }
}

QVariant SiloTableModel::sortKey(int silo, int column) const
{
    if (column == Name)
        return silo;
    if (column == State)
        return static_cast<int>(siloStateOf(*m_session, silo));
    if (column == Sources || column == Version)
        return text(silo, column);
    const double value = number(silo, column);
    return std::isfinite(value) ? value : std::numeric_limits<double>::lowest();
}

QVariant SiloTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_session || index.row() >= m_rows)
        return {};
    const int silo = index.row();
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(silo, column);
    case SortRole:
        return sortKey(silo, column);
    case Qt::ToolTipRole:
        return column == Sources || column == Name ? QVariant(text(silo, column)) : QVariant();
    case Qt::DecorationRole:
        if (column == Name)
            return markerIcon(siloStyle(silo), QGuiApplication::palette().color(QPalette::Base));
        return column == State ? QVariant(themedIcon(iconOf(siloStateOf(*m_session, silo)))) : QVariant();
    case Qt::TextAlignmentRole:
        return column == Name || column == State || column == Sources || column == LastSeen ||
                       column == Version
                   ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                   : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant SiloTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return QAbstractTableModel::headerData(section, orientation, role);
    if (role == Qt::DisplayRole) {
        const QString titles[ColumnCount] = {tr("Silo"),    tr("State"),   tr("Last seen"), tr("Round"),
                                             tr("Samples"), tr("Sources"), tr("Loss"),      tr("EMD"),
                                             tr("In"),      tr("Out"),     tr("ε"),         tr("Own model"),
                                             tr("CPU"),     tr("Memory"),  tr("Version")};
        return titles[section];
    }
    if (role == Qt::ToolTipRole) {
        const QString tips[ColumnCount] = {tr("Sorts in the order of the plan"),
                                           tr("What it does in the running round"),
                                           tr("When it was last heard of"),
                                           tr("The last round that it took part in"),
                                           tr("Pictures that it learns from; they never leave it"),
                                           tr("Which sources its pictures come from"),
                                           tr("Mean training loss in the chosen round"),
                                           tr("Mean transport score of its experts in the chosen round"),
                                           tr("What has reached it in all rounds"),
                                           tr("What has left it in all rounds; see its audit log"),
                                           tr("Privacy given away so far"),
                                           tr("Newest value of its own model on the test pictures"),
                                           tr("Of the session's process while this silo is at work; 100 % "
                                              "is one core. The silos of a session take turns in it"),
                                           tr("Of the session's process, which holds all silos; shown at "
                                              "the silo at work"),
                                           tr("Of the program that the silo runs")};
        return tips[section];
    }
    return QAbstractTableModel::headerData(section, orientation, role);
}

} // namespace fedefm
