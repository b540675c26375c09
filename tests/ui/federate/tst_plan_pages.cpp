// SPDX-License-Identifier: GPL-3.0-or-later
#include "wizard_fixture.h"

#include "core/federate/plan.h"
#include "core/train/data/simulated_dataset.h"
#include "ui/federate/plan_bars.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_overlay_picture.h"
#include "ui/federate/plan_sharing.h"
#include "ui/federate/plan_silo_table.h"
#include "ui/federate/plan_source.h"
#include "ui/federate/plan_strategies.h"
#include "ui/federate/wizard_data_page.h"
#include "ui/federate/wizard_strategy_page.h"
#include "ui/federate/wizard_topology_page.h"
#include "ui/federate/wizard_training_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QImage>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>

#include <cmath>

using namespace fedefm;
using namespace fedefm::test;

namespace {

/// The partition as a session makes it, without the wizard's own code.
PartitionReport expectedReport(const nlohmann::json& plan)
{
    const auto settings = parsePartition(plan["data"]["partition"]);
    const auto dataset = openSimulatedDataset(plan["data"]["pool"]["train"]);
    const auto links = SessionLinks::create(plan["topology"], plan["data"]["silo_count"].get<int>(), 1, {});
    std::vector<SampleInfo> samples;
    for (std::size_t at = 0; at < (*dataset)->size(); ++at)
        samples.push_back((*dataset)->sampleInfo(at));
    const Neighbours neighbours = neighboursOf(links->wholeOverlay());
    return reportOf(*makePartition(samples, neighbours, *settings), samples, neighbours);
}

} // namespace

class TestPlanPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { isolate(m_folder); }
    void init() { QSettings().clear(); }
    void everyStrategyGivesAPlan();
    void optionsAreRemembered();
    void barsEqualThePartition_data();
    void barsEqualThePartition();
    void protocolBLeavesTheShareOut();
    void barsOfFolders();
    void linksAreDrawn();
    void classesFollowTheSources();
    void foldersOfSilos();
    void underlayBringsItsSilos();
    void strategyBringsItsTopology();

private:
    QTemporaryDir m_folder;
};

void TestPlanPages::everyStrategyGivesAPlan()
{
    PlanWizard wizard;
    auto* page = pageOf<WizardStrategyPage>(wizard, PlanWizard::StrategyPage);
    for (const StrategyInfo& info : strategyInfos()) {
        page->choose(info.name);
        QVERIFY(wizard.plan()["strategy"]["name"] == info.name);
        QVERIFY2(*info.title && *info.text, info.name);
        for (const PlanField& field : strategyFields(info.name)) {
            QVERIFY2(page->options()->hasField(field.key), field.key.c_str());
            QVERIFY2(!wizard.draft()->value(field.key).is_null(), field.key.c_str());
            wizard.draft()->setValue(field.key, wizard.draft()->value(field.key));
        }
        const auto parsed = parseSessionPlan(wizard.plan());
        QVERIFY2(parsed, info.name);
        for (const PlanProblem& problem : wizard.draft()->problems())
            QVERIFY2(problem.key.rfind("strategy", 0) != 0, qPrintable(problem.text));
    }
}

void TestPlanPages::optionsAreRemembered()
{
    PlanWizard wizard;
    auto* page = pageOf<WizardStrategyPage>(wizard, PlanWizard::StrategyPage);
    auto* steps = qobject_cast<QSpinBox*>(page->options()->editor("strategy.overseas_steps"));
    QVERIFY(steps);
    QCOMPARE(steps->value(), 10);
    steps->setValue(20);
    QVERIFY(wizard.plan()["strategy"] == nlohmann::json({{"name", "fedefm"}, {"overseas_steps", 20}}));
    page->choose("moon");
    QVERIFY(wizard.plan()["strategy"] == nlohmann::json({{"name", "moon"}}));
    page->choose("fedefm");
    QVERIFY(wizard.plan()["strategy"]["overseas_steps"] == 20);
    // The literal algorithm shows what it sets.
    wizard.draft()->setValue("strategy.gossip", 3);
    qobject_cast<QCheckBox*>(page->options()->editor("strategy.strict"))->setChecked(true);
    QVERIFY(!wizard.plan()["strategy"].contains("gossip"));
    QVERIFY(!wizard.plan().contains("warm_up_steps"));
    QVERIFY(wizard.draft()->value("warm_up_steps") == 1);
    QCOMPARE(qobject_cast<QSpinBox*>(page->options()->editor("strategy.gossip"))->value(), 0);
    QCOMPARE(qobject_cast<QComboBox*>(page->options()->editor("strategy.weighting"))->currentText(),
             QStringLiteral("raw"));
}

void TestPlanPages::barsEqualThePartition_data()
{
    QTest::addColumn<int>("scheme");
    QTest::addColumn<int>("silos");
    QTest::addColumn<int>("percent");
    QTest::newRow("half") << 0 << 5 << 50;
    QTest::newRow("all unseen") << 0 << 4 << 100;
    QTest::newRow("nothing unseen") << 0 << 6 << 0;
    QTest::newRow("disjoint") << 1 << 6 << -1;
    QTest::newRow("same") << 2 << 3 << -1;
    QTest::newRow("dirichlet") << 3 << 8 << -1;
    QTest::newRow("groups") << 4 << 7 << -1;
}

void TestPlanPages::barsEqualThePartition()
{
    QFETCH(int, scheme);
    QFETCH(int, silos);
    QFETCH(int, percent);
    PlanWizard wizard;
    wizard.show();
    auto* page = pageOf<WizardDataPage>(wizard, PlanWizard::DataPage);
    page->sharing()->siloCount()->setValue(silos);
    page->sharing()->scheme()->setCurrentIndex(scheme);
    Q_EMIT page->sharing()->scheme()->activated(scheme);
    if (percent >= 0)
        page->sharing()->unseen()->setValue(percent);
    QVERIFY(settle(wizard));
    QVERIFY2(wizard.reason().isEmpty(), qPrintable(wizard.reason()));
    const PartitionReport expected = expectedReport(wizard.plan());
    const SourceBars* bars = page->bars();
    QVERIFY(bars->report());
    QCOMPARE(bars->report()->silos.size(), static_cast<std::size_t>(silos));
    double pxPerPicture = 0.0;
    for (std::size_t silo = 0; silo < expected.silos.size(); ++silo)
        for (std::size_t source = 0; source < expected.sources.size(); ++source) {
            const auto count = static_cast<double>(expected.silos[silo].perSource[source]);
            const double width = bars->partRect(silo, source).width();
            if (pxPerPicture == 0.0 && count > 0.0)
                pxPerPicture = width / count;
            QVERIFY(std::abs(width - count * pxPerPicture) < 1e-6 * (1.0 + width));
        }
    QVERIFY(pxPerPicture > 0.0);
    if (percent >= 0)
        QVERIFY(std::abs(bars->report()->unseenShare - percent / 100.0) < 0.01);
    // Another topology has other neighbours: the picture follows.
    wizard.draft()->setValue("topology.name", "star");
    QVERIFY(settle(wizard));
    if (wizard.draft()->outlook().report)
        QCOMPARE(bars->report()->silos[0].perSource, expectedReport(wizard.plan()).silos[0].perSource);
}

void TestPlanPages::protocolBLeavesTheShareOut()
{
    PlanWizard wizard;
    auto* sharing = pageOf<WizardDataPage>(wizard, PlanWizard::DataPage)->sharing();
    QVERIFY(sharing->unseen()->isEnabled());
    sharing->scheme()->setCurrentIndex(1);
    Q_EMIT sharing->scheme()->activated(1);
    QVERIFY(!wizard.plan()["data"]["partition"].contains("unseen_share"));
    QVERIFY(!sharing->unseen()->isEnabled());
    QCOMPARE(sharing->unseen()->value(), 100);
}

void TestPlanPages::classesFollowTheSources()
{
    PlanWizard wizard;
    auto* page = pageOf<WizardDataPage>(wizard, PlanWizard::DataPage);
    const auto classes = [&wizard] {
        return wizard.plan()["training"]["model"]["hyper_parameters"]["num_classes"].get<int>();
    };
    QCOMPARE(classes(), 6);
    page->pool()->findChild<QCheckBox*>(QStringLiteral("preset-neuro"))->setChecked(false);
    QCOMPARE(classes(), 5);
    QCOMPARE(wizard.plan()["data"]["pool"]["test"]["presets"].size(), std::size_t{5});
    auto* training = pageOf<WizardTrainingPage>(wizard, PlanWizard::TrainingPage);
    training->usePreset(QStringLiteral("paper_unet"));
    QVERIFY(wizard.plan()["training"]["task"] == "segmentation");
    QVERIFY(wizard.plan()["training"]["model"]["hyper_parameters"]["n_classes"] == 3);
    QVERIFY(parseSessionPlan(wizard.plan()));
    wizard.draft()->setValue("training.model.hyper_parameters", {{"n_classes", 9}});
    QVERIFY(!training->isComplete());
}

void TestPlanPages::foldersOfSilos()
{
    QTemporaryDir folder;
    for (const char* name : {"Dublin", "Tokyo", "Sydney"})
        QVERIFY(QDir(folder.path()).mkpath(QString::fromLatin1(name) + QStringLiteral("/images")));
    PlanWizard wizard;
    wizard.show();
    auto* page = pageOf<WizardDataPage>(wizard, PlanWizard::DataPage);
    auto* kind = page->findChild<QComboBox*>();
    kind->setCurrentIndex(1);
    Q_EMIT kind->activated(1);
    QVERIFY(settle(wizard));
    QVERIFY(!isNextEnabled(wizard));
    page->siloTable()->addFolders(folder.path());
    QVERIFY(settle(wizard));
    QCOMPARE(page->siloTable()->table()->rowCount(), 3);
    QVERIFY2(isNextEnabled(wizard), qPrintable(wizard.reason()));
    QVERIFY(wizard.plan()["data"]["silos"][0]["name"] == "Dublin");
    QVERIFY(!wizard.plan()["data"].contains("pool"));
    QVERIFY(!page->bars()->hint().isEmpty());
    page->siloTable()->table()->item(1, 0)->setText(QStringLiteral("Dublin"));
    QVERIFY(!isNextEnabled(wizard));
    QVERIFY(wizard.reason().contains(QStringLiteral("Dublin")));
    page->siloTable()->table()->item(1, 0)->setText(QStringLiteral("Sydney 2"));
    page->siloTable()->table()->item(1, 2)->setText(folder.filePath(QStringLiteral("nowhere")));
    QVERIFY(wizard.reason().contains(QStringLiteral("nowhere")));
    // Relative paths begin at the data folder.
    wizard.setDataFolder(folder.path().toStdString());
    page->siloTable()->table()->item(1, 2)->setText(QStringLiteral("Sydney"));
    QVERIFY(settle(wizard));
    QVERIFY2(isNextEnabled(wizard), qPrintable(wizard.reason()));
    QVERIFY(wizard.plan()["data"]["folder"] == folder.path().toStdString());
}

void TestPlanPages::underlayBringsItsSilos()
{
    PlanWizard wizard;
    auto* page = pageOf<WizardTopologyPage>(wizard, PlanWizard::TopologyPage);
    const int gaia = page->underlay()->findData(QStringLiteral("gaia"));
    QVERIFY(gaia > 0);
    wizard.draft()->setValue("data.partition", {{"scheme", "iid"}});
    page->underlay()->setCurrentIndex(gaia);
    Q_EMIT page->underlay()->activated(gaia);
    QVERIFY(settle(wizard));
    QVERIFY(wizard.plan()["data"]["silo_count"] == 11);
    QCOMPARE(page->picture()->overlay().links().size(), std::size_t{11});
    // Published for the ring on Gaia.
    QVERIFY2(page->figures().contains(QStringLiteral("57.19 ms")), qPrintable(page->figures()));
    wizard.draft()->setValue("topology.name", "star");
    QVERIFY(settle(wizard));
    QVERIFY2(page->figures().contains(QStringLiteral("289.82 ms")), qPrintable(page->figures()));
    wizard.draft()->setValue("data.silo_count", 5);
    QVERIFY(settle(wizard));
    QVERIFY(page->reason().contains(QStringLiteral("11 places")));
    QVERIFY(pageOf<WizardDataPage>(wizard, PlanWizard::DataPage)->isComplete());
}

void TestPlanPages::strategyBringsItsTopology()
{
    PlanWizard wizard;
    pageOf<WizardStrategyPage>(wizard, PlanWizard::StrategyPage)->choose("multigraph");
    QVERIFY(settle(wizard));
    QVERIFY(wizard.plan()["topology"]["name"] == "ring");
    QCOMPARE(wizard.draft()->outlook().links->name(), std::string("multigraph"));
    QVERIFY(!pageOf<WizardTopologyPage>(wizard, PlanWizard::TopologyPage)->name()->isEnabled());
}

void TestPlanPages::barsOfFolders()
{
    const QString base = m_folder.filePath("pictures");
    for (const char* silo : {"north", "south"})
        for (int patient = 0; patient < 4; ++patient) {
            const QString folder = QStringLiteral("%1/%2/%3").arg(base, silo, patient % 2 ? "wire" : "none");
            QVERIFY(QDir().mkpath(folder));
            QImage picture(16, 16, QImage::Format_Grayscale8);
            picture.fill(40 * patient);
            QVERIFY(picture.save(QStringLiteral("%1/p%2.png").arg(folder).arg(patient)));
        }
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    auto* bars = wizard.findChild<SourceBars*>();
    nlohmann::json plan = wizard.plan();
    plan["data"] = {{"folder", base.toStdString()},
                    {"silos",
                     {{{"name", "n"}, {"train", {{"form", "folders"}, {"path", "north"}}}},
                      {{"name", "s"}, {"train", {{"form", "folders"}, {"path", "south"}}}}}}};
    wizard.setPlan(plan);
    QVERIFY(settle(wizard));
    QVERIFY2(bars->report(), qPrintable(bars->hint()));
    // In this form the folder of a class is the source.
    QCOMPARE(bars->report()->sources, (std::vector<std::string>{"none", "wire"}));
    QCOMPARE(bars->report()->silos[1].perSource, (std::vector<std::size_t>{2, 2}));
    QVERIFY2(bars->accessibleDescription().startsWith("n: "), qPrintable(bars->accessibleDescription()));
    // One folder that is shared out, without what is kept for the test.
    plan["data"] = {{"folder", base.toStdString()},
                    {"pool",
                     {{"form", "folders"},
                      {"path", "north"},
                      {"group", "(p[0-9])$"},
                      {"split", {{"test", 0.25}, {"seed", 1}}}}},
                    {"silo_count", 3},
                    {"partition", {{"scheme", "iid"}}}};
    wizard.setPlan(plan);
    QVERIFY(settle(wizard));
    QVERIFY2(bars->report(), qPrintable(bars->hint()));
    QCOMPARE(bars->report()->silos.size(), std::size_t(3));
    for (const PartitionReport::Silo& silo : bars->report()->silos)
        QCOMPARE(silo.samples, std::size_t(1));
}

void TestPlanPages::linksAreDrawn()
{
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    wizard.next();
    auto* page = qobject_cast<WizardTopologyPage*>(wizard.currentPage());
    QVERIFY(page);
    auto* picture = page->findChild<OverlayPicture*>();
    auto* overlay = page->findChild<QComboBox*>({}, Qt::FindChildrenRecursively);
    for (QComboBox* combo : page->findChildren<QComboBox*>())
        if (combo->accessibleName() == QLatin1String("Overlay"))
            overlay = combo;
    overlay->setCurrentText(QStringLiteral("custom"));
    Q_EMIT overlay->textActivated(QStringLiteral("custom"));
    QVERIFY(settle(wizard));
    // It begins with the ring that was there.
    QCOMPARE(wizard.plan()["topology"]["links"].size(), std::size_t(5));
    const bool wasJoined = picture->overlay().has(0, 2);
    const auto click = [picture](int silo) {
        QTest::mouseClick(picture, Qt::LeftButton, {}, picture->centreOf(silo).toPoint());
    };
    click(0);
    click(2);
    QVERIFY(settle(wizard));
    QCOMPARE(picture->overlay().has(0, 2), !wasJoined);
    QCOMPARE(picture->overlay().has(2, 0), !wasJoined);
    QCOMPARE(wizard.plan()["topology"]["links"].size(), std::size_t(wasJoined ? 4 : 6));
    // By keys, from where the last click was: 2 to 3 and on to 0.
    const bool wereJoined = picture->overlay().has(3, 2);
    QTest::keyClick(picture, Qt::Key_Space);
    QTest::keyClick(picture, Qt::Key_Right);
    QTest::keyClick(picture, Qt::Key_Space);
    QVERIFY(settle(wizard));
    QCOMPARE(picture->overlay().has(2, 3), !wereJoined);
    // A click beside all silos lets the first one go.
    const nlohmann::json before = wizard.plan();
    click(1);
    QTest::mouseClick(picture, Qt::LeftButton, {}, {1, 1});
    click(4);
    QTest::keyClick(picture, Qt::Key_Escape);
    QVERIFY(wizard.isVisible() && wizard.plan() == before);
}

QTEST_MAIN(TestPlanPages)
#include "tst_plan_pages.moc"
