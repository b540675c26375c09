// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_alerts.h"

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

bool RunAlerts::isFirst(const QString& run, const char* reason)
{
    const QString key = run + QLatin1Char('\n') + QLatin1String(reason);
    if (m_told.contains(key))
        return false;
    m_told.insert(key);
    return true;
}

std::vector<Issue> RunAlerts::onRuns(const std::vector<RunSummary>& runs)
{
    std::vector<Issue> issues;
    for (const RunSummary& run : runs) {
        const QString id = QString::fromStdString(run.id);
        const auto known = m_known.find(id);
        const bool wasOpen = known != m_known.end() && isOpen(known->second.state);
        const QString name = QString::fromStdString(run.name);
        m_known[id] = {run.state, name, selectedMetric(run)};
        if (isOpen(run.state))
            m_told.remove(id + QStringLiteral("\nended"));
        if (!wasOpen)
            continue;
        const QString message = QString::fromStdString(run.message);
        if (run.state == RunState::Lost && isFirst(id, "ended"))
            issues.push_back({Severity::Error, name, tr("The training process is gone without an end."),
                              tr("Choose the run and press Go on: it resumes at the last checkpoint.")});
        else if (run.state == RunState::Failed && isFirst(id, "ended"))
            issues.push_back(
                {Severity::Error, name,
                 message.isEmpty() ? tr("The training failed.") : tr("The training failed: %1").arg(message),
                 tr("Read the log of the run, change the configuration, start again.")});
    }
    return issues;
}

std::vector<Issue> RunAlerts::onCurve(const CurveUpdate& update)
{
    const auto known = m_known.find(update.run);
    const bool isBad = std::any_of(update.points.begin(), update.points.end(),
                                   [](const MetricPoint& point) { return !std::isfinite(point.value); });
    if (!isBad || known == m_known.end() || !isOpen(known->second.state) || !isFirst(update.run, "nan"))
        return {};
    return {{Severity::Error, known->second.name,
             tr("A value of %1 is not a finite number.").arg(update.metric),
             tr("Lower the learning rate or clip the gradient; nan_batch.safetensors in the run folder holds "
                "the batch.")}};
}

std::vector<Issue> RunAlerts::onEpochs(const QString& run, const nlohmann::json& epochs)
{
    const auto known = m_known.find(run);
    if (known == m_known.end() || !isOpen(known->second.state) ||
        epochsWithoutGain(epochs, known->second.selectBy) < kPlateauEpochs || !isFirst(run, "plateau"))
        return {};
    return {{Severity::Warning, known->second.name,
             tr("No better %1 for %2 epochs.")
                 .arg(QString::fromStdString(known->second.selectBy))
                 .arg(kPlateauEpochs),
             tr("Stop the run, or let its learning rate fall further.")}};
}

} // namespace fedefm
