// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_alerts.h"

#include "core/federate/plan.h"
#include "ui/train/config_schema.h"
#include "ui/train/measured_value.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RunAlerts", text);
}

bool isOpen(RunState state)
{
    return state == RunState::Running || state == RunState::Paused;
}

/// Where the plan lists its silos with their names.
QStringList siloNamesOf(const nlohmann::json& plan)
{
    QStringList names;
    const nlohmann::json silos = valueAt(plan, "data.silos");
    if (silos.is_array())
        for (const nlohmann::json& silo : silos) {
            const nlohmann::json name = valueAt(silo, "name");
            names << (name.is_string() ? QString::fromStdString(name.get<std::string>()) : QString());
        }
    return names;
}

} // namespace

int epochsWithoutGain(const nlohmann::json& epochs, const std::string& metric)
{
    int since = 0;
    std::optional<double> best;
    for (const nlohmann::json& epoch : epochs) {
        const auto value = measuredValue(epoch, metric);
        if (!value)
            continue;
        if (!best || *value > *best) {
            best = value;
            since = 0;
        } else {
            ++since;
        }
    }
    return since;
}

bool RunAlerts::isFirst(const QString& run, const QString& reason)
{
    const QString key = run + QLatin1Char('\n') + reason;
    if (m_told.contains(key))
        return false;
    m_told.insert(key);
    return true;
}

bool RunAlerts::isOfKind(const RunSummary& run) const
{
    return (run.kind == "federate") == (m_kind == Of::Sessions);
}

std::vector<Issue> RunAlerts::onRuns(const std::vector<RunSummary>& runs)
{
    const bool isSession = m_kind == Of::Sessions;
    std::vector<Issue> issues;
    for (const RunSummary& run : runs) {
        if (run.kind.empty() || !isOfKind(run)) // without a kind: its process is just setting it up
            continue;
        const QString id = QString::fromStdString(run.id);
        const auto before = m_known.find(id);
        // A run that came and failed between two looks was open, too; at the first look all is history.
        const bool wasOpen = before != m_known.end() ? isOpen(before->second.state) : m_hasLooked;
        Known& known = m_known[id];
        known.state = run.state;
        known.name = QString::fromStdString(run.name);
        known.selectBy = isSession ? "merged." + sessionMeasure(run.config) : selectedMetric(run);
        known.silos = isSession ? siloNamesOf(run.config) : QStringList();
        if (isOpen(run.state))
            m_told.remove(id + QStringLiteral("\nended"));
        if (!wasOpen)
            continue;
        const QString message = QString::fromStdString(run.message);
        const QString what = isSession ? tr("The session") : tr("The training");
        if (run.state == RunState::Lost && isFirst(id, QStringLiteral("ended")))
            issues.push_back({Severity::Error, known.name,
                              tr("%1's process is gone without an end.").arg(what),
                              tr("Choose the run and press Go on: it resumes at the last checkpoint.")});
        else if (run.state == RunState::Failed && isFirst(id, QStringLiteral("ended")))
            issues.push_back(
                {Severity::Error, known.name,
                 message.isEmpty() ? tr("%1 failed.").arg(what) : tr("%1 failed: %2").arg(what, message),
                 tr("Read the log of the run, change the configuration, start again.")});
    }
    m_hasLooked = true;
    return issues;
}

std::vector<Issue> RunAlerts::onCurve(const CurveUpdate& update)
{
    const auto known = m_known.find(update.run);
    const bool isBad = std::any_of(update.points.begin(), update.points.end(),
                                   [](const MetricPoint& point) { return !std::isfinite(point.value); });
    if (!isBad || known == m_known.end() || !isOpen(known->second.state) ||
        !isFirst(update.run, QStringLiteral("nan")))
        return {};
    return {{Severity::Error, known->second.name,
             tr("A value of %1 is not a finite number.").arg(update.metric),
             m_kind == Of::Sessions
                 ? tr("Lower the learning rate or clip the gradient.")
                 : tr("Lower the learning rate or clip the gradient; nan_batch.safetensors in the run folder "
                      "holds the batch.")}};
}

std::vector<Issue> RunAlerts::onSilos(const QString& run, Known& known, const nlohmann::json& epochs,
                                      const QStringList& names)
{
    std::vector<Issue> issues;
    // Of a session that was already going only the newest round is news; a resume takes rounds back.
    std::size_t at = known.epochs > 0 && known.epochs <= epochs.size() ? known.epochs : epochs.size() - 1;
    for (; at < epochs.size(); ++at) {
        const nlohmann::json members = valueAt(epochs[at], "members");
        const nlohmann::json silos = valueAt(epochs[at], "silos");
        for (std::size_t silo = 0; silos.is_array() && silo < silos.size(); ++silo) {
            const bool isMember = silo >= members.size() || members[silo] != false;
            const QString reason = QStringLiteral("silo %1").arg(silo);
            if (!isMember || valueAt(silos[silo], "finished") != false) {
                m_told.remove(run + QLatin1Char('\n') + reason);
                continue;
            }
            if (!isFirst(run, reason))
                continue;
            QString name = (names.isEmpty() ? known.silos : names).value(static_cast<qsizetype>(silo));
            issues.push_back(
                {Severity::Warning, known.name,
                 tr("%1 missed round %2.").arg(name.isEmpty() ? reason : name).arg(at + 1),
                 tr("The session's events say why. It may take part again in the next round; drop it if it "
                    "stays away.")});
        }
    }
    known.epochs = epochs.size();
    return issues;
}

std::vector<Issue> RunAlerts::onEpochs(const QString& run, const nlohmann::json& epochs,
                                       const QStringList& silos)
{
    const auto known = m_known.find(run);
    if (known == m_known.end() || !isOpen(known->second.state) || !epochs.is_array() || epochs.empty())
        return {};
    std::vector<Issue> issues;
    if (m_kind == Of::Sessions)
        issues = onSilos(run, known->second, epochs, silos);
    const std::string& metric = known->second.selectBy;
    const int since = epochsWithoutGain(epochs, metric);
    if (since < kPlateauEpochs) {
        // A gain ends it, and the next plateau is news.
        m_told.remove(run + QStringLiteral("\nplateau"));
        return issues;
    }
    if (!isFirst(run, QStringLiteral("plateau")))
        return issues;
    if (m_kind == Of::Sessions)
        issues.push_back({Severity::Warning, known->second.name,
                          tr("The merged model's %1 has not improved in %2 measurements.")
                              .arg(QString::fromStdString(metric.substr(metric.find('.') + 1)))
                              .arg(kPlateauEpochs),
                          tr("Stop the session, or let its learning rate fall further.")});
    else
        issues.push_back(
            {Severity::Warning, known->second.name,
             tr("No better %1 for %2 epochs.").arg(QString::fromStdString(metric)).arg(kPlateauEpochs),
             tr("Stop the run, or let its learning rate fall further.")});
    return issues;
}

} // namespace fedefm
