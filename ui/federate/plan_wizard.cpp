// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_wizard.h"

#include "core/federate/plan.h"
#include "ui/common/research_line.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_fields.h"
#include "ui/federate/wizard_data_page.h"
#include "ui/federate/wizard_privacy_page.h"
#include "ui/federate/wizard_strategy_page.h"
#include "ui/federate/wizard_summary_page.h"
#include "ui/federate/wizard_topology_page.h"
#include "ui/federate/wizard_training_page.h"

#include <QAbstractButton>
#include <QLabel>
#include <QMessageBox>
#include <QSettings>
#include <QShowEvent>
#include <QVBoxLayout>

namespace fedefm {

namespace {

const QString kRemembered = QStringLiteral("federate/plan");
constexpr int kWidthPx = 1120;
constexpr int kHeightPx = 780;
constexpr int kStepsWidthPx = 170;

nlohmann::json rememberedPlan()
{
    const QByteArray text = QSettings().value(kRemembered).toByteArray();
    auto plan = nlohmann::json::parse(text.toStdString(), nullptr, /*allow_exceptions=*/false);
    return plan.is_object() && parseSessionPlan(plan) ? plan : nlohmann::json::object();
}

} // namespace

PlanWizard::PlanWizard(QWidget* parent) : QWizard(parent), m_draft(new PlanDraft(this))
{
    setWindowTitle(tr("New federated session"));
    setWizardStyle(QWizard::ClassicStyle);
    setOptions(QWizard::NoBackButtonOnStartPage | QWizard::HaveCustomButton1 | QWizard::NoDefaultButton);
    resize(kWidthPx, kHeightPx);
    setPage(DataPage, new WizardDataPage(m_draft, this));
    setPage(TopologyPage, new WizardTopologyPage(m_draft, this));
    setPage(StrategyPage, new WizardStrategyPage(m_draft, this));
    setPage(TrainingPage, new WizardTrainingPage(m_draft, this));
    setPage(PrivacyPage, new WizardPrivacyPage(m_draft, this));
    setPage(SummaryPage, new WizardSummaryPage(m_draft, this));
    setSideWidget(buildSteps());
    setButtonText(QWizard::NextButton, tr("&Next"));
    setButtonText(QWizard::BackButton, tr("&Back"));
    setButtonText(QWizard::FinishButton, tr("&Start session"));
    setButtonText(QWizard::CustomButton1, tr("&Defaults"));
    button(QWizard::CustomButton1)->setToolTip(tr("Begins again with the values of a first session"));
    connect(this, &QWizard::customButtonClicked, this, [this] { useDefaults(); });
    connect(this, &QWizard::currentIdChanged, this, &PlanWizard::showStep);
    const auto explain = [this] {
        const QString text = reason();
        button(QWizard::NextButton)->setToolTip(text);
        button(QWizard::FinishButton)->setToolTip(text);
    };
    connect(m_draft, &PlanDraft::changed, this, explain);
    connect(this, &QWizard::currentIdChanged, this, explain);
    if (const nlohmann::json remembered = rememberedPlan(); !remembered.empty())
        setPlan(remembered);
}

QWidget* PlanWizard::buildSteps()
{
    auto* box = new QWidget(this);
    box->setFixedWidth(kStepsWidthPx);
    auto* column = new QVBoxLayout(box);
    for (int at = 0; at < PageCount; ++at) {
        auto* step = new QLabel(tr("%1  %2").arg(at + 1).arg(page(at)->title()), box);
        step->setWordWrap(true);
        step->setMargin(6);
        m_steps << step;
        column->addWidget(step);
    }
    column->addStretch();
    auto* line = new ResearchLine(box);
    line->setWordWrap(true);
    column->addWidget(line);
    return box;
}

void PlanWizard::showStep(int page)
{
    for (int at = 0; at < m_steps.size(); ++at) {
        QFont font = m_steps[at]->font();
        font.setWeight(at == page ? QFont::DemiBold : QFont::Normal);
        m_steps[at]->setFont(font);
        m_steps[at]->setForegroundRole(at == page ? QPalette::WindowText : QPalette::PlaceholderText);
    }
}

nlohmann::json PlanWizard::plan() const
{
    return m_draft->document();
}

void PlanWizard::setPlan(const nlohmann::json& plan)
{
    nlohmann::json document = plan.is_object() ? plan : nlohmann::json::object();
    const nlohmann::json given = valueAt(document, "data");
    if (!given.is_object() || (!given.contains("pool") && !given.contains("silos"))) {
        const nlohmann::json fresh = defaultPlan();
        document["data"] = fresh["data"];
        if (given.is_object())
            document["data"].update(given);
        // Without a network either, it is one that fits these data.
        if (valueAt(document, "training.model.network").is_null() && !document.contains("training"))
            document["training"] = fresh["training"];
    }
    m_draft->load(std::move(document));
}

void PlanWizard::setDataFolder(const std::filesystem::path& folder)
{
    if (folder.empty())
        m_draft->remove("data.folder");
    else
        m_draft->setValue("data.folder", folder.string());
}

void PlanWizard::useDefaults()
{
    nlohmann::json plan = defaultPlan();
    const std::string folder = planFolder(m_draft->document()).string();
    if (!folder.empty())
        plan["data"]["folder"] = folder;
    m_draft->load(std::move(plan));
}

QString PlanWizard::reason() const
{
    const auto* shown = qobject_cast<const WizardPage*>(currentPage());
    return shown ? shown->reason() : QString();
}

void PlanWizard::accept()
{
    QSettings().setValue(kRemembered, QByteArray::fromStdString(plan().dump()));
    QWizard::accept();
}

void PlanWizard::reject()
{
    if (isVisible() && plan() != m_shownPlan) {
        const auto answer =
            QMessageBox::question(this, tr("New federated session"), tr("Discard the changes of this plan?"),
                                  QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Cancel);
        if (answer != QMessageBox::Discard)
            return;
    }
    QWizard::reject();
}

void PlanWizard::showEvent(QShowEvent* event)
{
    QWizard::showEvent(event);
    if (!event->spontaneous())
        m_shownPlan = plan();
}

} // namespace fedefm
