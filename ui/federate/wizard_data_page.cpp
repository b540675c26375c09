// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_data_page.h"

#include "ui/federate/plan_bars.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_sharing.h"
#include "ui/federate/plan_silo_table.h"
#include "ui/federate/plan_source.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>

#include <cmath>

namespace fedefm {

namespace {

constexpr int kDefaultTestScenes = 240;
constexpr int kDefaultTestPercent = 20;
constexpr int kJsonHeightPx = 220;

QSpinBox* number(int least, int most, const QString& name, const QString& tip, QWidget* parent)
{
    auto* spin = new QSpinBox(parent);
    spin->setRange(least, most);
    spin->setMinimumHeight(26);
    spin->setAccessibleName(name);
    spin->setToolTip(tip);
    ignoreWheelWithoutFocus(spin);
    return spin;
}

} // namespace

WizardDataPage::WizardDataPage(PlanDraft* draft, QWidget* parent)
    : WizardPage(draft, tr("Silos and their data"),
                 tr("Which pictures there are, and who has what. Pictures never leave their silo."),
                 {"data.pool", "data.silos", "data.test", "data.silo_count", "data.partition", "data"},
                 parent)
{
    auto* left = new QWidget;
    auto* fields = new QVBoxLayout(left);
    m_kind = new QComboBox(left);
    m_kind->addItems(
        {tr("One data set, shared over the silos"), tr("A folder for each silo"), tr("Written as JSON")});
    m_kind->setAccessibleName(tr("Where the pictures come from"));
    m_kind->setMinimumHeight(26);
    ignoreWheelWithoutFocus(m_kind);
    auto* head = new QFormLayout;
    head->addRow(tr("Da&ta"), m_kind);
    fields->addLayout(head);
    m_kinds = {buildPool(), buildListed(), buildOther()};
    for (QWidget* fieldsOfKind : m_kinds)
        fields->addWidget(fieldsOfKind);
    m_sharing = new PlanSharing(draft, addForm(left), left);
    fields->addWidget(m_sharing);
    fields->addStretch();
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(scrolled(left));
    splitter->addWidget(buildPicture());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    column()->addWidget(splitter, 1);
    connect(m_kind, &QComboBox::activated, this, &WizardDataPage::chooseKind);
    connect(draft, &PlanDraft::changed, this, &WizardDataPage::refresh);
    refresh();
}

QWidget* WizardDataPage::buildPool()
{
    auto* box = new QWidget(this);
    m_pool = new PlanSource(tr("Data set"), box);
    m_poolError = makeErrorLine(box);
    m_testLabel = new QLabel(box);
    m_testScenes = number(0, 10'000'000, tr("Scenes of the test set"),
                          tr("Scenes for the common test set, from other anatomies; 0: no test set"), box);
    m_testPercent = number(0, 90, tr("Share of the test set"),
                           tr("Share of the patients that are kept for the common test set"), box);
    m_testPercent->setSuffix(tr(" %"));
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_pool);
    column->addWidget(m_poolError);
    auto* row = new QHBoxLayout;
    row->addWidget(m_testLabel);
    row->addWidget(m_testScenes, 1);
    row->addWidget(m_testPercent, 1);
    column->addLayout(row);
    connect(m_pool, &PlanSource::changed, this, &WizardDataPage::writePool);
    connect(m_testScenes, &QSpinBox::valueChanged, this, &WizardDataPage::writePool);
    connect(m_testPercent, &QSpinBox::valueChanged, this, &WizardDataPage::writePool);
    return box;
}

QWidget* WizardDataPage::buildListed()
{
    auto* box = new QWidget(this);
    m_silos = new PlanSiloTable(box);
    m_silosError = makeErrorLine(box);
    m_hasTest = new QCheckBox(tr("Common &test set, to measure the merged model"), box);
    m_test = new PlanSource(tr("Test set"), box);
    m_testError = makeErrorLine(box);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_silos, 1);
    column->addWidget(m_silosError);
    column->addWidget(m_hasTest);
    column->addWidget(m_test);
    column->addWidget(m_testError);
    connect(m_silos, &PlanSiloTable::changed, this, &WizardDataPage::writeListed);
    connect(m_hasTest, &QCheckBox::toggled, this, &WizardDataPage::writeListed);
    connect(m_test, &PlanSource::changed, this, &WizardDataPage::writeListed);
    return box;
}

QWidget* WizardDataPage::buildOther()
{
    auto* form = addForm(this);
    form->setFields(
        {{{"", "data", QT_TRANSLATE_NOOP("ConfigField", "Data"),
           QT_TRANSLATE_NOOP("ConfigField",
                             "JSON: \"pool\" with \"silo_count\" and \"partition\", or \"silos\""),
           ConfigField::Kind::Json},
          "data"}});
    form->editor("data")->setMinimumHeight(kJsonHeightPx);
    return form;
}

QWidget* WizardDataPage::buildPicture()
{
    auto* box = new QWidget(this);
    m_bars = new SourceBars;
    m_pictureText = readOut(tr("About the partition"), box);
    makeSecondary(m_pictureText);
    QVBoxLayout* content = nullptr;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(8, 0, 0, 0);
    column->addWidget(section(tr("Who has what"), content, box), 1);
    content->addWidget(scrollingColumn(m_bars, box), 1);
    content->addWidget(m_pictureText);
    return box;
}

void WizardDataPage::chooseKind(int kind)
{
    m_showsJson = kind == static_cast<int>(PlanDataKind::Other);
    if (m_showsJson || kind == static_cast<int>(planDataKind(draft()->document()))) {
        refresh();
        return;
    }
    draft()->change([kind](nlohmann::json& plan) {
        nlohmann::json content = valueAt(plan, "data").is_object() ? plan["data"] : nlohmann::json::object();
        for (const char* key : {"pool", "silos", "silo_count", "partition", "test"})
            content.erase(key);
        if (kind == static_cast<int>(PlanDataKind::Pool))
            content.update(defaultPlan()["data"]);
        else
            content["silos"] = nlohmann::json::array();
        plan["data"] = std::move(content);
        fitClassCount(plan);
    });
}

void WizardDataPage::writePool()
{
    const nlohmann::json source = m_pool->description();
    const int scenes = m_testScenes->value();
    const int percent = m_testPercent->value();
    draft()->change([&](nlohmann::json& plan) {
        nlohmann::json pool = source;
        if (isSimulated(source)) {
            pool = {{"train", source}};
            if (scenes > 0)
                pool["test"] = simulatedTest(source, scenes);
        } else if (percent > 0) {
            nlohmann::json split = valueAt(plan, "data.pool.split");
            if (!split.is_object())
                split = {{"seed", 1}};
            split["test"] = percent / 100.0;
            pool["split"] = std::move(split);
        }
        plan["data"]["pool"] = std::move(pool);
        fitClassCount(plan);
    });
}

void WizardDataPage::writeListed()
{
    draft()->change([this](nlohmann::json& plan) {
        nlohmann::json& content = plan["data"];
        content["silos"] = m_silos->silos();
        content.erase("test");
        if (m_hasTest->isChecked())
            content["test"] = m_test->description();
    });
}

void WizardDataPage::refresh()
{
    refreshKind();
    refreshPicture();
}

void WizardDataPage::refreshKind()
{
    const nlohmann::json& plan = draft()->document();
    const PlanDataKind kind = m_showsJson ? PlanDataKind::Other : planDataKind(plan);
    m_kind->setCurrentIndex(static_cast<int>(kind));
    for (std::size_t at = 0; at < m_kinds.size(); ++at)
        m_kinds[at]->setVisible(at == static_cast<std::size_t>(kind));
    m_sharing->setVisible(kind == PlanDataKind::Pool);
    const QString base = QString::fromStdString(planFolder(plan).string());
    m_pool->setBaseFolder(base);
    m_test->setBaseFolder(base);
    m_silos->setBaseFolder(base);
    if (kind == PlanDataKind::Pool)
        refreshPool();
    if (kind == PlanDataKind::Listed) {
        m_silos->setSilos(valueAt(plan, "data.silos"));
        const nlohmann::json test = valueAt(plan, "data.test");
        const QSignalBlocker blocker(m_hasTest);
        m_hasTest->setChecked(test.is_object());
        if (test.is_object())
            m_test->setDescription(test);
        m_test->setVisible(test.is_object());
    }
    showErrorLine(m_poolError, problemUnder(*draft(), "data.pool", {}));
    showErrorLine(m_silosError, problemUnder(*draft(), "data.silos", {}));
    showErrorLine(m_testError, problemUnder(*draft(), "data.test", {}));
}

void WizardDataPage::refreshPool()
{
    const nlohmann::json& plan = draft()->document();
    const nlohmann::json source = poolSource(plan);
    const bool isSimulator = isSimulated(source);
    m_pool->setDescription(source);
    m_testLabel->setText(isSimulator ? tr("Test scenes") : tr("Kept for the test"));
    m_testLabel->setBuddy(isSimulator ? m_testScenes : m_testPercent);
    m_testScenes->setVisible(isSimulator);
    m_testPercent->setVisible(!isSimulator);
    const QSignalBlocker scenes(m_testScenes), percent(m_testPercent);
    const nlohmann::json test = valueAt(plan, "data.pool.test.scenes");
    const nlohmann::json share = valueAt(plan, "data.pool.split.test");
    // What the other form would begin with stands ready behind it.
    m_testScenes->setValue(isSimulator ? (test.is_number() ? test.get<int>() : 0) : kDefaultTestScenes);
    m_testPercent->setValue(isSimulator         ? kDefaultTestPercent
                            : share.is_number() ? static_cast<int>(std::lround(share.get<double>() * 100.0))
                                                : 0);
}

void WizardDataPage::refreshPicture()
{
    const PlanOutlook& outlook = draft()->outlook();
    QStringList names;
    if (outlook.links)
        for (const std::string& name : outlook.links->siloNames())
            names << QString::fromStdString(name);
    // A list of silos names them itself; the outlook may still be that of another number of them.
    qsizetype at = 0;
    for (const nlohmann::json& silo : valueAt(draft()->document(), "data.silos")) {
        const nlohmann::json own = valueAt(silo, "name");
        if (at < names.size() && own.is_string())
            names[at] = QString::fromStdString(own.get<std::string>());
        ++at;
    }
    m_pictureText->clear();
    if (outlook.report && !draft()->isWorking()) {
        m_bars->setReport(*outlook.report, names);
        QString text = tr("%1 silos on \"%2\" · unseen %3 %")
                           .arg(outlook.report->silos.size())
                           .arg(QString::fromStdString(outlook.links->name()))
                           .arg(std::lround(outlook.report->unseenShare * 100.0));
        if (outlook.report->unused > 0)
            text += tr(" · %1 pictures are left over so that the shares hold").arg(outlook.report->unused);
        m_pictureText->setText(text);
        return;
    }
    if (draft()->isWorking())
        m_bars->clear(tr("Looking at the data…"));
    else if (outlook.linksError)
        m_bars->clear(tr("Who is whose neighbour is not known yet: see the next page."));
    else if (outlook.partitionError)
        m_bars->clear(tr("This partition cannot be made: %1")
                          .arg(QString::fromStdString(outlook.partitionError->detail)));
    else
        m_bars->clear(tr("Who has what appears here once the data can be read."));
}

} // namespace fedefm
