// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_facts.h"

#include "core/federate/plan.h"
#include "ui/common/counted.h"
#include "ui/federate/plan_strategies.h"
#include "ui/train/config_schema.h"
#include "ui/train/curve_math.h"
#include "ui/train/run_table_model.h"
#include "ui/viewer/panel_parts.h"

#include <QFormLayout>
#include <QLabel>
#include <QProgressBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

QString textAt(const nlohmann::json& plan, const char* key)
{
    const nlohmann::json value = valueAt(plan, key);
    return value.is_string() ? QString::fromStdString(value.get<std::string>()).left(60) : QString();
}

} // namespace

SessionFacts::SessionFacts(QWidget* parent) : QWidget(parent)
{
    m_rounds = new QProgressBar(this);
    m_rounds->setAccessibleName(tr("Rounds done"));
    m_rounds->setTextVisible(true);
    m_waiting = readOut(tr("Whom the session waits for"), this);
    auto* form = new QFormLayout;
    form->setContentsMargins(0, 4, 0, 0);
    form->setHorizontalSpacing(10);
    form->setVerticalSpacing(3);
    m_state = addFact(form, tr("State"));
    m_merged = addFact(form, tr("Merged model"));
    m_bytes = addFact(form, tr("Sent"));
    m_memory = addFact(form, tr("In memory"));
    m_time = addFact(form, tr("Time"));
    m_strategy = addFact(form, tr("Strategy"));
    m_topology = addFact(form, tr("Topology"));
    m_silos = addFact(form, tr("Silos"));
    m_privacy = addFact(form, tr("Privacy"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(6);
    column->addWidget(m_rounds);
    column->addWidget(m_waiting);
    column->addLayout(form);
    column->addStretch();
    setSession(nullptr);
}

QLabel* SessionFacts::addFact(QFormLayout* form, const QString& title)
{
    auto* label = new QLabel(title, this);
    makeSecondary(label);
    QLabel* value = readOut(title, this);
    form->addRow(label, value);
    m_facts.emplace_back(title, value);
    return value;
}

QString SessionFacts::fact(const QString& title) const
{
    for (const auto& [name, label] : m_facts)
        if (name == title)
            return label->text();
    return {};
}

QString SessionFacts::stateText(const SessionSnapshot& session) const
{
    QString text = runStateText(session.summary.state);
    if (!session.summary.message.empty())
        text += QStringLiteral(" · ") + QString::fromStdString(session.summary.message);
    return text;
}

QString SessionFacts::strategyText(const nlohmann::json& plan) const
{
    const nlohmann::json options = valueAt(plan, "strategy");
    QStringList parts;
    if (options.is_object())
        for (const auto& [key, value] : options.items())
            if (key != "name" && value.is_primitive() && parts.size() < 12)
                parts << QStringLiteral("%1 %2").arg(
                    QString::fromStdString(key).replace(QLatin1Char('_'), QLatin1Char(' ')).left(40),
                    QString::fromStdString(value.is_string() ? value.get<std::string>() : value.dump())
                        .left(40));
    const QString name = textAt(plan, "strategy.name");
    return parts.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, parts.join(QStringLiteral(", ")));
}

QString SessionFacts::topologyText(const nlohmann::json& plan) const
{
    const QString underlay = textAt(plan, "topology.underlay");
    const QString name = textAt(plan, "topology.name");
    const QString links = underlay.isEmpty() ? name : tr("%1 on %2").arg(name, underlay);
    const StrategyInfo* strategy = strategyInfo(textAt(plan, "strategy.name").toStdString());
    if (!strategy || strategy->uses == StrategyInfo::Uses::Links || links.isEmpty())
        return links;
    // The plan's links only say who may hold what then.
    return strategy->uses == StrategyInfo::Uses::Hub ? tr("through a hub; neighbours as in %1").arg(links)
                                                     : tr("none; neighbours as in %1").arg(links);
}

/// The model that is given away is the last one: the best was chosen on the test set.
QString SessionFacts::mergedText(const SessionSnapshot& session, const nlohmann::json& plan) const
{
    const int best = session.bestIndex();
    if (best < 0)
        return tr("not measured yet");
    const auto measured = [](const SessionRoundPtr& round) { return std::isfinite(round->quality); };
    const auto last = std::find_if(session.rounds.rbegin(), session.rounds.rend(), measured);
    const SessionRoundPtr& highest = session.rounds[static_cast<std::size_t>(best)];
    const QString text = tr("%1 %2 after round %3")
                             .arg(QString::fromStdString(sessionMeasure(plan)), formatValue((*last)->quality))
                             .arg((*last)->round + 1);
    if ((*last)->quality >= highest->quality)
        return text;
    return tr("%1, best %2 after round %3").arg(text, formatValue(highest->quality)).arg(highest->round + 1);
}

QString SessionFacts::privacyText(const SessionSnapshot& session) const
{
    const QString unit = textAt(session.summary.config, "privacy.unit");
    if (unit.isEmpty() || unit == QLatin1String("none"))
        return tr("images never leave a silo; no noise");
    double most = 0.0;
    for (const double epsilon : session.epsilon)
        most = std::isfinite(epsilon) ? std::max(most, epsilon) : most;
    return most > 0.0 ? tr("per %1, ε up to %2").arg(unit).arg(most, 0, 'f', 2) : tr("per %1").arg(unit);
}

void SessionFacts::setSession(const SessionSnapshotPtr& session)
{
    setEnabled(session != nullptr);
    if (!session) {
        m_rounds->setRange(0, 1);
        m_rounds->setValue(0);
        m_rounds->setFormat(tr("no session chosen"));
        m_waiting->clear();
        for (const auto& [title, label] : m_facts)
            label->setText(QStringLiteral("–"));
        return;
    }
    const int done = static_cast<int>(session->rounds.size());
    m_rounds->setRange(0, std::max(1, session->roundsPlanned()));
    m_rounds->setValue(done);
    m_rounds->setFormat(
        tr("%1 of %2").arg(done).arg(counted(session->roundsPlanned(), tr("round"), tr("rounds"))));
    const QString waiting = waitingText(*session);
    m_waiting->setText(waiting);
    m_waiting->setVisible(!waiting.isEmpty());
    m_state->setText(session->problem.isEmpty() ? stateText(*session) : session->problem);
    const nlohmann::json& plan = session->summary.config;
    m_strategy->setText(strategyText(plan));
    m_topology->setText(topologyText(plan));
    int members = 0;
    for (int silo = 0; silo < session->siloCount(); ++silo)
        members += session->isMember(silo) ? 1 : 0;
    m_silos->setText(members == session->siloCount()
                         ? QString::number(members)
                         : tr("%1 of %2 belong to it").arg(members).arg(session->siloCount()));
    const double last = done > 0 ? session->rounds.back()->bytes : 0.0;
    m_bytes->setText(
        tr("%1 in all, %2 in the last round").arg(bytesText(session->totalBytes()), bytesText(last)));
    m_memory->setText(session->isAtWork() && session->live.isKnown
                          ? tr("%1 of objects, %2 live")
                                .arg(bytesText(session->live.objectBytes),
                                     counted(session->live.liveSilos, tr("silo"), tr("silos")))
                          : QStringLiteral("–"));
    m_time->setText(formatDuration(session->summary.wallSeconds));
    m_privacy->setText(privacyText(*session));
    m_merged->setText(mergedText(*session, plan));
}

} // namespace fedefm
