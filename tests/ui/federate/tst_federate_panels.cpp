// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/process_use.h"
#include "ui/common/plot.h"
#include "ui/federate/round_strip.h"
#include "ui/federate/session_curves.h"
#include "ui/federate/silo_panel.h"
#include "views_fixture.h"

#include <QCheckBox>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <unistd.h>

using namespace fedefm;
using test::SessionFolder;

class TestFederatePanels : public test::ViewsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void stripFindsRounds();
    void stripKeepsTheNewestInSight();
    void tableSortsAndSaysWhatIsPossible();
    void tableShowsWhatTheSiloAtWorkUses();
    void curvesHaveMeanAndRange();
};

void TestFederatePanels::stripFindsRounds()
{
    SessionFolder session(runs());
    for (int round = 0; round < 3; ++round)
        session.closeRound(round, round == 1 ? 2 : -1, round == 1);
    RoundStrip strip;
    strip.resize(400, 58);
    strip.setSession(look(session));
    picture(strip, {400, 58});
    for (int round = 0; round < 3; ++round)
        QCOMPARE(strip.roundAt(strip.cellRect(round).center().x()), round);
    QCOMPARE(strip.roundAt(strip.cellRect(4).center().x()), -1);
    QCOMPARE(strip.roundAt(1.0), -1);
    QSignalSpy spy(&strip, &RoundStrip::roundChosen);
    const auto click = [&](int round) {
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.cellRect(round).center().toPoint());
    };
    click(1);
    QCOMPARE(strip.chosen(), 1);
    QCOMPARE(spy.last()[0].toInt(), 1);
    QVERIFY(strip.roundText(1).contains("best") && strip.roundText(1).contains("site 2"));
    click(2);
    QCOMPARE(spy.last()[0].toInt(), -1);
    QTest::keyClick(&strip, Qt::Key_Left);
    QCOMPARE(strip.chosen(), 1);
    QTest::keyClick(&strip, Qt::Key_Home);
    QCOMPARE(strip.chosen(), 0);
    QTest::keyClick(&strip, Qt::Key_End);
    QCOMPARE(strip.chosen(), -1);
    strip.setSession(nullptr);
    QCOMPARE(strip.roundAt(50), -1);
    picture(strip, {400, 58});
}

void TestFederatePanels::stripKeepsTheNewestInSight()
{
    auto session = std::make_shared<SessionSnapshot>();
    session->summary.id = "long";
    session->summary.epochsPlanned = 1000;
    for (int round = 0; round < 600; ++round) {
        auto closed = std::make_shared<SessionRound>();
        closed->round = round;
        closed->parts.assign(100, round % 7 ? RoundPart::TookPart : RoundPart::Missed);
        session->rounds.push_back(closed);
    }
    RoundStrip strip;
    strip.resize(300, 58);
    strip.setSession(session);
    const auto isInSight = [&](int round) {
        return strip.rect().contains(strip.cellRect(round).center().toPoint());
    };
    QVERIFY(isInSight(599));
    QVERIFY(!isInSight(20));
    strip.setChosen(20);
    QVERIFY(isInSight(20));
    QCOMPARE(strip.roundAt(strip.cellRect(20).center().x()), 20);
    picture(strip, {300, 58});
}

void TestFederatePanels::tableSortsAndSaysWhatIsPossible()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.closeRound(1, 2);
    session.writeLive(2, "local", 0, 0, -1, 3);
    SiloPanel panel;
    panel.setSession(look(session), -1);
    const SiloTableModel* model = panel.model();
    const auto text = [&](int silo, int column) { return model->index(silo, column).data().toString(); };
    QCOMPARE(text(1, SiloTableModel::Name), QString("site 1"));
    QCOMPARE(text(1, SiloTableModel::Samples), QString("110"));
    QCOMPARE(text(1, SiloTableModel::Sources), QString("cath lab 64 %, portable 36 %"));
    QCOMPARE(text(2, SiloTableModel::Round), QString("1"));
    QCOMPARE(text(1, SiloTableModel::Round), QString("2"));
    QCOMPARE(text(1, SiloTableModel::Loss), QString("0.55"));
    QCOMPARE(text(1, SiloTableModel::BytesOut), bytesText(4000));
    QCOMPARE(text(3, SiloTableModel::State), siloStateText(SiloState::Dropped));
    QVERIFY(!panel.canAdmit() && !panel.canDrop());
    panel.setCurrentSilo(3);
    QVERIFY(panel.canAdmit() && !panel.canDrop());
    panel.setCurrentSilo(1);
    QVERIFY(!panel.canAdmit() && panel.canDrop());
    panel.table()->sortByColumn(SiloTableModel::Loss, Qt::DescendingOrder);
    QCOMPARE(panel.table()->model()->index(0, 0).data().toString(), QString("site 4"));
    QCOMPARE(panel.currentSilo(), 1);
    QVERIFY(!panel.table()->isColumnHidden(SiloTableModel::Epsilon));
    QVERIFY(!text(1, SiloTableModel::Version).isEmpty());
    QCOMPARE(text(1, SiloTableModel::Version), text(4, SiloTableModel::Version));
    panel.setSession(nullptr, -1);
    QCOMPARE(model->rowCount(), 0);
}

void TestFederatePanels::tableShowsWhatTheSiloAtWorkUses()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.writeLive(1, "local", 3, 0);
    // This process is the session's; it works between two looks.
    SessionReading reading(session.folder());
    const QDateTime now = QDateTime::currentDateTimeUtc();
    SiloPanel panel;
    panel.setSession(reading.look(now), -1);
    const auto text = [&](int silo, int column) {
        return panel.model()->index(silo, column).data().toString();
    };
    QCOMPARE(text(3, SiloTableModel::Cpu), QString("–"));
    const double before = processUse(::getpid())->cpuSeconds;
    while (processUse(::getpid())->cpuSeconds < before + 0.05) {
    }
    const auto seen = reading.look(now.addSecs(1));
    QVERIFY(seen->cpuPercent >= 4.0);
    QVERIFY(seen->memoryBytes > 1e6);
    panel.setSession(seen, -1);
    QVERIFY2(text(3, SiloTableModel::Cpu).endsWith('%'), qPrintable(text(3, SiloTableModel::Cpu)));
    QCOMPARE(text(3, SiloTableModel::Memory), bytesText(seen->memoryBytes));
    QCOMPARE(text(2, SiloTableModel::Cpu), QString("–"));
    QVERIFY(session.run().setState(RunState::Done));
    QVERIFY(std::isnan(reading.look(now.addSecs(2))->memoryBytes));
}

void TestFederatePanels::curvesHaveMeanAndRange()
{
    const auto update = [](const char* name, std::vector<double> values) {
        CurveUpdate made{"run", name, true, {}};
        for (std::size_t at = 0; at < values.size(); ++at)
            made.points.push_back({static_cast<std::int64_t>(at), double(at), 0.0, values[at]});
        return made;
    };
    SiloCurveBook book;
    book.apply({update("loss/silo_0", {1.0, 2.0}), update("loss/silo_1", {3.0, std::nan("")}),
                update("silo_1/accuracy", {0.5}), update("merged/accuracy", {0.7}),
                update("silo_0/loss", {9.0}), update("emd/0-1", {4.0})});
    const auto value = [&](const char* owner, const char* metric, std::size_t at) {
        const auto* curve = book.book().find(owner, metric);
        return curve && at < curve->points.size() ? curve->points[at].value : -1.0;
    };
    QCOMPARE(value("silo_1", "loss", 0), 3.0);
    QCOMPARE(value("mean", "loss", 0), 2.0);
    QCOMPARE(value("lowest", "loss", 0), 1.0);
    QCOMPARE(value("highest", "loss", 0), 3.0);
    QCOMPARE(value("mean", "loss", 1), 2.0);
    QCOMPARE(value("merged", "accuracy", 0), 0.7);
    QCOMPARE(value("silo_1", "accuracy", 0), 0.5);
    // The loss on test pictures is another curve than that of training.
    QCOMPARE(value("silo_0", "test loss", 0), 9.0);
    QVERIFY(!book.book().find("session", "emd 0-1"));
    book.clear();
    QCOMPARE(book.book().pointCount(), std::size_t(0));

    SessionFolder session(runs());
    session.closeRound(0);
    SessionCurves curves;
    curves.setSession(look(session));
    curves.setMetrics({"bytes/round", "loss/silo_0", "loss/silo_1", "merged/accuracy", "silo_0/accuracy"});
    QCOMPARE(curves.plot(0)->group(), QString("accuracy"));
    QCOMPARE(curves.plot(1)->group(), QString("loss"));
    QCOMPARE(curves.wantedMetrics(),
             QStringList({"loss/silo_0", "loss/silo_1", "merged/accuracy", "silo_0/accuracy"}));
    curves.apply({update("loss/silo_0", {1, 2, 3}), update("loss/silo_1", {3, 2, 5})});
    // Two silos, their mean, and both edges of the band.
    QCOMPARE(curves.plot(1)->graphCount(), 5);
    // One bar for both plots.
    for (QCheckBox* box : curves.findChildren<QCheckBox*>())
        if (box->accessibleName() == QLatin1String("Logarithmic y"))
            box->click();
    QVERIFY(curves.view().logY && !curves.view().logX);
    QCOMPARE(curves.view().smoothing, 0);
    for (int plot = 0; plot < 2; ++plot)
        QCOMPARE(curves.plot(plot)->plot()->yAxis->scaleType(), QCPAxis::stLogarithmic);
    // Silos, mean and merged model stand in the legend, the edges of the band do not.
    const CurvePage page = curves.page();
    QCOMPARE(page.plots.size(), std::size_t(2));
    const auto isNamed = [&page](const char* id) {
        return std::any_of(page.legend.begin(), page.legend.end(),
                           [id](const ShownRun& run) { return run.id == QLatin1String(id); });
    };
    QVERIFY(isNamed("silo_1") && isNamed("mean") && isNamed("merged") && !isNamed("lowest"));
    const QString file = QString::fromStdString((runs() / "curves.png").string());
    QVERIFY(exportCurvesPng(page, file, false));
    QVERIFY(QImage(file).width() > 1000);
    picture(curves, {400, 400});
}

QTEST_MAIN(TestFederatePanels)
#include "tst_federate_panels.moc"
