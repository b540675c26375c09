// SPDX-License-Identifier: GPL-3.0-or-later
#include "wizard_fixture.h"

#include "ui/federate/plan_bars.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_sharing.h"
#include "ui/federate/wizard_data_page.h"
#include "ui/federate/wizard_privacy_page.h"
#include "ui/federate/wizard_strategy_page.h"
#include "ui/federate/wizard_training_page.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QPlainTextEdit>
#include <QSettings>

#include <cmath>

using namespace fedefm;
using namespace fedefm::test;

class TestPlanProblems : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { isolate(m_folder); }
    void init() { QSettings().clear(); }
    void wrongValuesHoldNextBack_data();
    void wrongValuesHoldNextBack();
    void impossiblePartitionHoldsNextBack();
    void brokenJsonHoldsNextBack();
    void publicPictures();
    void shortVisits();
    void promisesThatCannotBeKept();
    void epsilonIsShown();

private:
    QTemporaryDir m_folder;
};

void TestPlanProblems::wrongValuesHoldNextBack_data()
{
    QTest::addColumn<int>("page");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("field"); ///< that says it, if a form has it
    const auto row = [](const char* name, int page, const char* key, const char* value,
                        const char* field = "") {
        QTest::newRow(name) << page << QString::fromLatin1(key) << QString::fromLatin1(value)
                            << QString::fromLatin1(field);
    };
    row("no sources", 0, "data.pool.train.presets", "[]");
    row("unknown source", 0, "data.pool.train.presets", R"(["martian"])");
    row("sizes", 0, "data.pool.train.largest_size_px", "96");
    row("silos", 0, "data.silo_count", "0");
    row("share", 0, "data.partition.unseen_share", "1.5");
    row("scheme", 0, "data.partition.scheme", R"("fair")");
    row("too many samples", 0, "data.partition.samples_per_silo", "100000");
    row("no such folder", 0, "data.pool", R"({"form": "folders", "path": "/nowhere/at/all"})");
    row("no such form", 0, "data.pool", R"({"form": "paper"})");
    row("topology", 1, "topology.name", R"("donut")");
    row("hub", 1, "topology.hub", "77", "topology.hub");
    row("underlay", 1, "topology.underlay", R"("/nowhere.gml")");
    row("no links", 1, "topology.name", R"("custom")", "topology.links");
    row("strategy", 2, "strategy.name", R"("fedmagic")");
    row("option", 2, "strategy.beta", "2", "strategy.beta");
    row("unknown option", 2, "strategy.magic", "1");
    row("too few for Krum", 2, "strategy", R"({"name": "fedavg", "merge": "krum", "faulty": 2})",
        "strategy.merge");
    row("too few neighbours", 2, "strategy", R"({"name": "dpsgd", "merge": "krum"})", "strategy.merge");
    row("device", 3, "training.device", R"("tpu")", "training.device");
    row("rounds", 3, "rounds", "0", "rounds");
    row("name", 3, "name", R"("")", "name");
    row("network", 3, "training.model.network", R"("")", "training.model.network");
    row("learning rate", 3, "training.optimizer.learning_rate", "0", "training.optimizer.learning_rate");
    row("least silos", 3, "least_silos", "6", "least_silos");
    row("unit", 4, "privacy.unit", R"("family")");
    row("delta", 4, "privacy.delta", "1", "privacy.delta");
    row("clip", 4, "privacy.clip", "0", "privacy.clip");
}

void TestPlanProblems::wrongValuesHoldNextBack()
{
    QFETCH(int, page);
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, field);
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    for (int at = 0; at < page; ++at)
        wizard.next();
    QVERIFY(settle(wizard));
    QCOMPARE(wizard.currentId(), page);
    QVERIFY(isNextEnabled(wizard));
    wizard.draft()->setValue(key.toStdString(), nlohmann::json::parse(value.toStdString()));
    QVERIFY(settle(wizard));
    QVERIFY(!isNextEnabled(wizard));
    QVERIFY(!wizard.reason().isEmpty());
    QCOMPARE(wizard.button(QWizard::NextButton)->toolTip(), wizard.reason());
    if (!field.isEmpty()) {
        QString said;
        for (const PlanForm* form : wizard.currentPage()->findChildren<PlanForm*>())
            said += form->fieldError(field.toStdString());
        QVERIFY2(!said.isEmpty(), qPrintable(wizard.reason()));
    }
    // Going back is always possible.
    if (page > 0)
        QVERIFY(wizard.button(QWizard::BackButton)->isEnabled());
}

void TestPlanProblems::impossiblePartitionHoldsNextBack()
{
    PlanWizard wizard;
    wizard.show();
    nlohmann::json plan = wizard.plan();
    plan["data"]["pool"]["train"]["presets"] = {"human"};
    plan["data"]["partition"] = {{"scheme", "disjoint"}};
    wizard.setPlan(plan);
    QVERIFY(settle(wizard));
    QVERIFY(!isNextEnabled(wizard));
    const auto* page = pageOf<WizardDataPage>(wizard, PlanWizard::DataPage);
    QVERIFY(!page->sharing()->error().isEmpty());
    QVERIFY(!page->bars()->hint().isEmpty());
    QVERIFY(!page->bars()->report());
}

void TestPlanProblems::brokenJsonHoldsNextBack()
{
    PlanWizard wizard;
    QVERIFY(settle(wizard));
    auto* page = pageOf<WizardTrainingPage>(wizard, PlanWizard::TrainingPage);
    auto* json = qobject_cast<QPlainTextEdit*>(page->training()->editor("training.model.hyper_parameters"));
    QVERIFY(page->isComplete());
    const nlohmann::json before = wizard.plan();
    json->setPlainText(QStringLiteral("{\"img_size\": "));
    QVERIFY(!page->isComplete());
    QVERIFY(wizard.plan() == before);
    json->setPlainText(QStringLiteral("{\"img_size\": 64, \"num_classes\": 6}"));
    QVERIFY2(page->isComplete(), qPrintable(page->reason()));
    QVERIFY(wizard.plan()["training"]["model"]["hyper_parameters"]["img_size"] == 64);
}

void TestPlanProblems::publicPictures()
{
    PlanWizard wizard;
    auto* page = pageOf<WizardStrategyPage>(wizard, PlanWizard::StrategyPage);
    page->choose("feddf");
    QVERIFY(settle(wizard));
    QVERIFY(!page->isComplete());
    QCheckBox* common = nullptr;
    for (QCheckBox* box : page->findChildren<QCheckBox*>())
        if (box->text().remove(QLatin1Char('&')).startsWith(QStringLiteral("Public")))
            common = box;
    QVERIFY(common);
    common->setChecked(true);
    QVERIFY(settle(wizard));
    QVERIFY2(page->isComplete(), qPrintable(page->reason()));
    QVERIFY(wizard.plan()["data"]["public"]["form"] == "simulated");
    common->setChecked(false);
    QVERIFY(!wizard.plan()["data"].contains("public"));
}

void TestPlanProblems::shortVisits()
{
    PlanWizard wizard;
    wizard.draft()->setValue("strategy.overseas_steps", 1);
    QVERIFY(settle(wizard));
    auto* page = pageOf<WizardPrivacyPage>(wizard, PlanWizard::PrivacyPage);
    // 16 pictures of one step against a floor of 32: said, and refused as soon as the plan asks for privacy.
    QVERIFY(page->isComplete());
    QVERIFY(page->form()->fieldError("privacy.visit_floor").contains(QStringLiteral("batch of 32")));
    wizard.draft()->setValue("privacy.visit_floor", 32);
    QVERIFY(!page->isComplete());
    wizard.draft()->setValue("strategy.overseas_steps", 2);
    QVERIFY(settle(wizard));
    QVERIFY2(page->isComplete(), qPrintable(page->reason()));
    QVERIFY(page->form()->fieldError("privacy.visit_floor").isEmpty());
}

void TestPlanProblems::promisesThatCannotBeKept()
{
    PlanWizard wizard;
    QVERIFY(settle(wizard));
    auto* page = pageOf<WizardPrivacyPage>(wizard, PlanWizard::PrivacyPage);
    const auto isRefused = [&](const char* strategy, const char* unit) {
        nlohmann::json plan = wizard.plan();
        plan["strategy"] = nlohmann::json::parse(strategy);
        plan["privacy"] = {{"unit", unit}};
        wizard.setPlan(plan);
        return settle(wizard) && !page->isComplete();
    };
    QVERIFY(isRefused(R"({"name": "moon", "local_steps": 10})", "record"));
    QVERIFY(!isRefused(R"({"name": "moon", "local_steps": 10})", "silo"));
    QVERIFY(isRefused(R"({"name": "fedefm", "home_steps": 5, "overseas_steps": 10})", "record"));
    QVERIFY(!isRefused(R"({"name": "fedefm", "home_steps": 0, "overseas_steps": 10})", "record"));
    QVERIFY(isRefused(R"({"name": "scaffold", "local_steps": 10})", "silo"));
    QVERIFY(!isRefused(R"({"name": "fedavg", "local_steps": 10})", "silo"));
    QVERIFY(isRefused(R"({"name": "fedefm", "fuse_weights": "emd", "overseas_steps": 10})", "record"));
    QVERIFY(isRefused(R"({"name": "fedefm", "logit_adjustment": 1, "overseas_steps": 10})", "record"));
    QVERIFY(isRefused(R"({"name": "fedefm", "gossip": 2, "home_steps": 5, "overseas_steps": 10})", "silo"));
    QVERIFY(!isRefused(R"({"name": "fedefm", "gossip": 2, "overseas_steps": 10})", "silo"));
    QVERIFY(isRefused(R"({"name": "local", "local_steps": 10})", "silo"));
}

void TestPlanProblems::epsilonIsShown()
{
    PlanWizard wizard;
    QVERIFY(settle(wizard));
    auto* page = pageOf<WizardPrivacyPage>(wizard, PlanWizard::PrivacyPage);
    QVERIFY(page->estimate().isEmpty());
    page->units()->button(1)->click();
    QVERIFY(wizard.plan()["privacy"]["unit"] == "record");
    const double epsilon = expectedEpsilon(wizard.plan(), wizard.draft()->outlook());
    QVERIFY(epsilon > 0.0 && std::isfinite(epsilon));
    QVERIFY(page->estimate().contains(QString::number(epsilon, 'g', 4)));
    wizard.draft()->setValue("privacy.noise", 4.0);
    QVERIFY(expectedEpsilon(wizard.plan(), wizard.draft()->outlook()) < epsilon);
    wizard.draft()->setValue("rounds", 300);
    QVERIFY(expectedEpsilon(wizard.plan(), wizard.draft()->outlook()) > 0.0);
    wizard.draft()->setValue("privacy.noise", 0.0);
    QVERIFY(std::isinf(expectedEpsilon(wizard.plan(), wizard.draft()->outlook())));
}

QTEST_MAIN(TestPlanProblems)
#include "tst_plan_problems.moc"
