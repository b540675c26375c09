// SPDX-License-Identifier: GPL-3.0-or-later
#include "wizard_fixture.h"

#include "core/federate/plan.h"
#include "ui/common/research_line.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_sharing.h"
#include "ui/federate/plan_source.h"
#include "ui/federate/wizard_data_page.h"
#include "ui/federate/wizard_summary_page.h"

#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTimer>

#include <set>

using namespace fedefm;
using namespace fedefm::test;

class TestPlanWizard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { isolate(m_folder); }
    void init() { QSettings().clear(); }
    void defaultsParseOnEveryPage();
    void plansRoundTrip_data();
    void plansRoundTrip();
    void summaryShowsThePlan();
    void acceptedPlanIsRemembered();
    void escapeAsksBeforeChangesAreLost();
    void anotherNetworkBringsItsParameters();
    void everyControlHasAName();
    void tabReachesTheFields();

private:
    QTemporaryDir m_folder;
};

void TestPlanWizard::defaultsParseOnEveryPage()
{
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    for (int page = 0; page < PlanWizard::PageCount; ++page) {
        QCOMPARE(wizard.currentId(), page);
        const auto parsed = parseSessionPlan(wizard.plan());
        QVERIFY2(parsed, parsed ? "" : parsed.error().detail.c_str());
        QVERIFY2(wizard.reason().isEmpty(), qPrintable(wizard.reason()));
        if (page < PlanWizard::SummaryPage)
            wizard.next();
    }
    QVERIFY(wizard.button(QWizard::FinishButton)->isEnabled());
    QVERIFY(wizard.findChild<ResearchLine*>());
    QVERIFY(wizard.plan()["strategy"]["name"] == "fedefm");
    QVERIFY(wizard.plan()["data"]["silo_count"] == 5);
}

void TestPlanWizard::plansRoundTrip_data()
{
    QTest::addColumn<QString>("text");
    const auto add = [](const char* name, const nlohmann::json& change) {
        nlohmann::json plan = defaultPlan();
        plan.merge_patch(change);
        QTest::newRow(name) << QString::fromStdString(plan.dump());
    };
    add("default", nlohmann::json::object());
    add("gaia", {{"topology", {{"name", "mst"}, {"underlay", "gaia"}}}, {"data", {{"silo_count", 11}}}});
    add("strategy", {{"strategy", {{"name", "fedprox"}, {"mu", 0.25}, {"merge", "median"}}}});
    add("strict", {{"strategy", {{"strict", true}, {"overseas_steps", 20}}}});
    add("privacy", {{"privacy", {{"unit", "record"}, {"noise", 1.1}, {"visit_floor", 16}}}});
    add("course", {{"rounds", 7}, {"deadline_seconds", 12.5}, {"seed", 99}, {"name", "night run"}});
    add("unknown to the fields",
        {{"data", {{"cache_mb", 64}, {"pool", {{"validation", {{"form", "simulated"}}}}}}}});
    add("listed", {{"data",
                    {{"pool", nullptr},
                     {"silo_count", nullptr},
                     {"partition", nullptr},
                     {"silos",
                      {{{"name", "a"}, {"train", {{"form", "simulated"}, {"scenes", 10}}}},
                       {{"name", "b"}, {"train", {{"form", "folders"}, {"path", "x"}, {"limit", 9}}}}}}}}});
    add("data as sets",
        {{"data", {{"pool", {{"train", nullptr}, {"test", nullptr}, {"sets", {{{"form", "simulated"}}}}}}}}});
}

void TestPlanWizard::plansRoundTrip()
{
    QFETCH(QString, text);
    const auto plan = nlohmann::json::parse(text.toStdString());
    PlanWizard wizard;
    wizard.setPlan(plan);
    wizard.show();
    QVERIFY(settle(wizard));
    QCOMPARE(QString::fromStdString(wizard.plan().dump()), QString::fromStdString(plan.dump()));
    QVERIFY(parseSessionPlan(wizard.plan()));
}

void TestPlanWizard::summaryShowsThePlan()
{
    PlanWizard wizard;
    QVERIFY(settle(wizard));
    auto* page = pageOf<WizardSummaryPage>(wizard, PlanWizard::SummaryPage);
    QVERIFY(page->json()->isReadOnly());
    QVERIFY(nlohmann::json::parse(page->json()->toPlainText().toStdString()) == wizard.plan());
    QVERIFY(page->overview().contains(QStringLiteral("5 silos")));
    wizard.draft()->setValue("rounds", 77);
    QVERIFY(page->overview().contains(QStringLiteral("77 rounds")));
    wizard.draft()->setValue("strategy.overseas_steps", 1);
    QVERIFY(page->warnings().contains(QStringLiteral("Visits")));
    wizard.draft()->setValue("rounds", -1);
    QVERIFY(!page->isComplete());
    QVERIFY(page->warnings().contains(QStringLiteral("Error")));
}

void TestPlanWizard::acceptedPlanIsRemembered()
{
    {
        PlanWizard wizard;
        wizard.draft()->setValue("rounds", 123);
        wizard.reject();
    }
    {
        PlanWizard wizard;
        QVERIFY(wizard.draft()->value("rounds") == 30);
        wizard.draft()->setValue("rounds", 124);
        wizard.accept();
    }
    PlanWizard wizard;
    QVERIFY(wizard.plan()["rounds"] == 124);
    wizard.show();
    wizard.button(QWizard::CustomButton1)->click();
    QVERIFY(wizard.draft()->value("rounds") == 30);
    QSettings().setValue(QStringLiteral("federate/plan"), QByteArrayLiteral("{\"rounds\": \"many\"}"));
    PlanWizard other;
    QVERIFY(other.draft()->value("rounds") == 30);
}

void TestPlanWizard::escapeAsksBeforeChangesAreLost()
{
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    nlohmann::json changed = wizard.plan();
    changed["rounds"] = 77;
    wizard.setPlan(changed);
    const auto answer = [](QMessageBox::StandardButton button) {
        QTimer::singleShot(0, [button] {
            auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            QVERIFY(question);
            question->button(button)->click();
        });
    };
    answer(QMessageBox::Cancel);
    QTest::keyClick(&wizard, Qt::Key_Escape);
    QVERIFY(wizard.isVisible() && wizard.plan()["rounds"] == 77);
    answer(QMessageBox::Discard);
    QTest::keyClick(&wizard, Qt::Key_Escape);
    QVERIFY(!wizard.isVisible());
}

void TestPlanWizard::anotherNetworkBringsItsParameters()
{
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    auto* network = wizard.findChild<QComboBox*>("training.model.network");
    QVERIFY(network);
    const auto model = [&wizard] { return wizard.plan()["training"]["model"]; };
    QVERIFY(model()["hyper_parameters"].contains("img_size"));
    const int classes = model()["hyper_parameters"]["num_classes"].get<int>();
    network->lineEdit()->setText(QStringLiteral("lvm_med_resnet50"));
    Q_EMIT network->lineEdit()->textEdited(network->currentText());
    QVERIFY(model()["network"] == "lvm_med_resnet50");
    QVERIFY(model()["hyper_parameters"] == nlohmann::json({{"num_classes", classes}}));
}

void TestPlanWizard::everyControlHasAName()
{
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    for (int page = 0; page < PlanWizard::PageCount; ++page) {
        std::set<QString> letters;
        for (QWidget* widget : wizard.page(page)->findChildren<QWidget*>()) {
            const QString text = widget->property("text").toString();
            const bool isNamed = !widget->accessibleName().isEmpty() || !text.isEmpty();
            const bool isPart = widget->objectName().startsWith(QStringLiteral("qt_")) ||
                                qobject_cast<QComboBox*>(widget->parentWidget()) ||
                                qobject_cast<QAbstractSpinBox*>(widget->parentWidget());
            if (widget->focusPolicy() != Qt::NoFocus && widget->window() == &wizard && !isPart &&
                !qobject_cast<QAbstractScrollArea*>(widget->parentWidget()))
                QVERIFY2(isNamed, widget->metaObject()->className());
            const auto at = text.indexOf(QLatin1Char('&'));
            if (at >= 0 && at + 1 < text.size() &&
                (qobject_cast<QAbstractButton*>(widget) || qobject_cast<QLabel*>(widget)))
                QVERIFY2(letters.insert(text.mid(at + 1, 1).toUpper()).second ||
                             !widget->isVisibleTo(wizard.page(page)),
                         qPrintable(text));
        }
        if (page < PlanWizard::SummaryPage)
            wizard.next();
    }
}

void TestPlanWizard::tabReachesTheFields()
{
    PlanWizard wizard;
    wizard.show();
    QVERIFY(settle(wizard));
    QVERIFY(QTest::qWaitForWindowActive(&wizard));
    auto* page = pageOf<WizardDataPage>(wizard, PlanWizard::DataPage);
    const std::vector<QWidget*> wanted{page->pool()->form(), page->sharing()->siloCount(),
                                       page->sharing()->scheme(), page->sharing()->unseen()};
    page->findChild<QComboBox*>()->setFocus();
    std::size_t reached = 0;
    for (int presses = 0; presses < 60 && reached < wanted.size(); ++presses) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        if (QApplication::focusWidget() == wanted[reached])
            ++reached;
    }
    QCOMPARE(reached, wanted.size());
}

QTEST_MAIN(TestPlanWizard)
#include "tst_plan_wizard.moc"
