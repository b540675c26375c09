// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_summary_page.h"

#include "ui/common/counted.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_strategies.h"
#include "ui/train/field_editors.h"
#include "ui/viewer/panel_parts.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>

namespace fedefm {

namespace {

constexpr int kIndent = 2;

QString textAt(const PlanDraft& draft, const std::string& key)
{
    const nlohmann::json value = draft.value(key);
    return QString::fromStdString(value.is_string() ? value.get<std::string>() : value.dump());
}

QString dataText(const PlanDraft& draft)
{
    const nlohmann::json& plan = draft.document();
    const auto tr = [](const char* text) { return WizardSummaryPage::tr(text); };
    const QString silos = counted(planSiloCount(plan), tr("silo"), tr("silos"));
    if (planDataKind(plan) == PlanDataKind::Listed)
        return tr("%1, each with a folder of its own").arg(silos);
    const auto& report = draft.outlook().report;
    const QString scheme = textAt(draft, "data.partition.scheme");
    if (!report)
        return tr("%1, protocol %2").arg(silos, scheme);
    std::size_t pictures = 0;
    for (const PartitionReport::Silo& silo : report->silos)
        pictures += silo.samples;
    return tr("%1 with %2 of %3, protocol %4, unseen %5 %")
        .arg(silos, counted(static_cast<qint64>(pictures), tr("picture"), tr("pictures")),
             counted(static_cast<qint64>(report->sources.size()), tr("source"), tr("sources")), scheme)
        .arg(std::lround(report->unseenShare * 100.0));
}

} // namespace

WizardSummaryPage::WizardSummaryPage(PlanDraft* draft, QWidget* parent)
    : WizardPage(draft, tr("Summary"), tr("The plan as it will be kept with the session."),
                 {"",
                  "version",
                  "name",
                  "seed",
                  "training",
                  "data",
                  "topology",
                  "strategy",
                  "privacy",
                  "rounds",
                  "warm_up_steps",
                  "deadline_seconds",
                  "least_silos",
                  "evaluate_every",
                  "evaluate_silos_every",
                  "checkpoint_every",
                  "checkpoints_mb",
                  "batch_norm",
                  "optimizer_state",
                  "memory_mb"},
                 parent)
{
    m_overview = readOut(tr("The plan in short"), this);
    m_warnings = readOut(tr("Warnings"), this);
    m_warnings->setObjectName(QStringLiteral("fieldError"));
    m_json = new QPlainTextEdit(this);
    m_json->setReadOnly(true);
    m_json->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_json->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_json->setTabChangesFocus(true);
    m_json->setAccessibleName(tr("The plan as JSON"));
    auto* copy = new QPushButton(tr("&Copy the plan"), this);
    copy->setToolTip(tr("Puts the JSON on the clipboard, for the command line or for a colleague"));
    copy->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(copy);
    row->addStretch();
    column()->addWidget(m_overview);
    column()->addWidget(m_warnings);
    column()->addWidget(m_json, 1);
    column()->addLayout(row);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_json->toPlainText()); });
    connect(draft, &PlanDraft::changed, this, &WizardSummaryPage::refresh);
    refresh();
}

QString WizardSummaryPage::overview() const
{
    return m_overview->text();
}

QString WizardSummaryPage::warnings() const
{
    return m_warnings->text();
}

void WizardSummaryPage::refresh()
{
    const nlohmann::json& plan = draft()->document();
    const StrategyInfo* strategy = strategyInfo(planStrategy(plan));
    const auto& links = draft()->outlook().links;
    QStringList lines;
    lines << dataText(*draft());
    lines << tr("%1 on %2, %3")
                 .arg(strategy ? fieldText(strategy->title) : textAt(*draft(), "strategy.name"),
                      links ? QString::fromStdString(links->name()) : textAt(*draft(), "topology.name"),
                      counted(textAt(*draft(), "rounds").toLongLong(), tr("round"), tr("rounds")));
    lines << tr("%1, %2, batches of %3 on %4")
                 .arg(textAt(*draft(), "training.model.network"), textAt(*draft(), "training.task"),
                      textAt(*draft(), "training.batch_size"), textAt(*draft(), "training.device"));
    lines << tr("Privacy: %1").arg(textAt(*draft(), "privacy.unit"));
    m_overview->setText(lines.join(QLatin1Char('\n')));
    QStringList warnings;
    for (const PlanProblem& problem : draft()->problems())
        warnings << (problem.blocks ? tr("Error: %1").arg(problem.text) : tr("Note: %1").arg(problem.text));
    m_warnings->setText(warnings.join(QLatin1Char('\n')));
    m_warnings->setVisible(!warnings.isEmpty());
    const QString text =
        QString::fromStdString(plan.dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace));
    if (m_json->toPlainText() != text)
        m_json->setPlainText(text);
}

} // namespace fedefm
