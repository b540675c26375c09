// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_strategy_page.h"

#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_source.h"
#include "ui/federate/plan_strategies.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QLabel>
#include <QListWidget>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

namespace fedefm {

namespace {

constexpr int kListWidthPx = 330;
constexpr int kPublicScenes = 120;
constexpr int kNameRole = Qt::UserRole;

QString scenarioText(LearningScenario scenario)
{
    switch (scenario) {
    case LearningScenario::Decentral:
        return WizardStrategyPage::tr("Decentralised: silos with their neighbours");
    case LearningScenario::ClientServer:
        return WizardStrategyPage::tr("Client and server: through a hub");
    case LearningScenario::Central:
        break;
    }
    return WizardStrategyPage::tr("For comparison");
}

QString usesText(const StrategyInfo& info)
{
    if (*info.topology)
        return WizardStrategyPage::tr("Brings its own topology along, whatever the page before says.");
    if (info.uses == StrategyInfo::Uses::Hub)
        return WizardStrategyPage::tr("Gathers at the topology's hub.");
    if (info.uses == StrategyInfo::Uses::Links)
        return WizardStrategyPage::tr("Models go along the links of the topology.");
    return WizardStrategyPage::tr("Does not use the topology's links.");
}

} // namespace

WizardStrategyPage::WizardStrategyPage(PlanDraft* draft, QWidget* parent)
    : WizardPage(draft, tr("Strategy"), tr("How the silos learn from one another."),
                 {"strategy", "data.public", "topology", "data.partition"}, parent)
{
    m_list = new QListWidget(this);
    m_list->setAccessibleName(tr("Strategies"));
    m_list->setWordWrap(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMinimumWidth(kListWidthPx);
    fillList();
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_list);
    splitter->addWidget(scrolled(buildOptions()));
    splitter->setStretchFactor(1, 1);
    column()->addWidget(splitter, 1);
    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item)
            choose(item->data(kNameRole).toString().toStdString());
    });
    connect(draft, &PlanDraft::changed, this, &WizardStrategyPage::refresh);
    refresh();
}

void WizardStrategyPage::fillList()
{
    QString last;
    for (const StrategyInfo& info : strategyInfos()) {
        if (const QString scenario = scenarioText(info.scenario); scenario != last) {
            auto* head = new QListWidgetItem(scenario, m_list);
            head->setFlags(Qt::NoItemFlags);
            QFont font = m_list->font();
            font.setWeight(QFont::DemiBold);
            head->setFont(font);
            last = scenario;
        }
        auto* item = new QListWidgetItem(
            QStringLiteral("%1\n%2").arg(fieldText(info.title), fieldText(info.text)), m_list);
        item->setData(kNameRole, QString::fromLatin1(info.name));
        item->setToolTip(usesText(info));
    }
}

QWidget* WizardStrategyPage::buildOptions()
{
    auto* box = new QWidget;
    m_title = new QLabel(box);
    QFont font = m_title->font();
    font.setWeight(QFont::DemiBold);
    m_title->setFont(font);
    m_text = readOut(tr("About the strategy"), box);
    makeSecondary(m_text);
    m_error = makeErrorLine(box);
    m_options = addForm(box);
    m_publicBox = new QWidget(box);
    m_hasPublic = new QCheckBox(tr("&Public pictures that every silo has"), m_publicBox);
    m_public = new PlanSource(tr("Public pictures"), m_publicBox);
    nlohmann::json fresh = simulatedTest(poolSource(defaultPlan()), kPublicScenes);
    fresh["seed"] = fresh["seed"].get<std::int64_t>() * 2;
    m_public->setDescription(fresh);
    m_publicError = makeErrorLine(m_publicBox);
    auto* common = new QVBoxLayout(m_publicBox);
    common->setContentsMargins(0, 8, 0, 0);
    common->addWidget(m_hasPublic);
    common->addWidget(m_public);
    common->addWidget(m_publicError);
    auto* column = new QVBoxLayout(box);
    for (QWidget* widget : {static_cast<QWidget*>(m_title), static_cast<QWidget*>(m_text),
                            static_cast<QWidget*>(m_error), static_cast<QWidget*>(m_options), m_publicBox})
        column->addWidget(widget);
    column->addStretch();
    connect(m_hasPublic, &QCheckBox::toggled, this, &WizardStrategyPage::writePublic);
    connect(m_public, &PlanSource::changed, this, &WizardStrategyPage::writePublic);
    return box;
}

void WizardStrategyPage::choose(const std::string& name)
{
    const std::string before = planStrategy(draft()->document());
    if (name.empty() || name == before)
        return;
    m_left[before] = valueAt(draft()->document(), "strategy");
    const auto known = m_left.find(name);
    draft()->setValue("strategy", known != m_left.end() ? known->second : nlohmann::json{{"name", name}});
    assignMnemonics();
}

void WizardStrategyPage::writePublic()
{
    if (m_hasPublic->isChecked())
        draft()->setValue("data.public", m_public->description());
    else
        draft()->remove("data.public");
}

void WizardStrategyPage::refresh()
{
    const nlohmann::json& plan = draft()->document();
    const std::string name = planStrategy(plan);
    const StrategyInfo* info = strategyInfo(name);
    {
        const QSignalBlocker blocker(m_list);
        for (int row = 0; row < m_list->count(); ++row)
            if (m_list->item(row)->data(kNameRole).toString().toStdString() == name)
                m_list->setCurrentRow(row);
    }
    m_title->setText(info ? fieldText(info->title) : QString::fromStdString(name));
    m_text->setText(info ? fieldText(info->text) + QStringLiteral(". ") + usesText(*info) : QString());
    m_options->setFields(strategyFields(name));
    QString error = problemUnder(*draft(), "strategy.name", {});
    for (const char* key : {"topology", "data.partition"})
        if (error.isEmpty())
            error = problemUnder(*draft(), key, {});
    showErrorLine(m_error, error);
    const nlohmann::json common = valueAt(plan, "data.public");
    const bool isPlain = common.is_object() && common.contains("form");
    m_publicBox->setVisible((info && info->needsPublic) || !common.is_null());
    const QSignalBlocker blocker(m_hasPublic);
    m_hasPublic->setChecked(!common.is_null());
    if (isPlain)
        m_public->setDescription(common);
    m_public->setVisible(isPlain);
    showErrorLine(m_publicError, problemUnder(*draft(), "data.public", {}));
}

} // namespace fedefm
