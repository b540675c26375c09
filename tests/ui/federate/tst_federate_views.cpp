// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/palette_file.h"
#include "ui/federate/emd_panel.h"
#include "ui/federate/emd_view.h"
#include "ui/federate/heat_colors.h"
#include "ui/federate/topology_view.h"
#include "ui/train/run_style.h"
#include "views_fixture.h"

#include <QSignalSpy>
#include <QSlider>
#include <QTest>

using namespace fedefm;
using test::SessionFolder;

class TestFederateViews : public test::ViewsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void layoutsKeepSilosApart_data();
    void layoutsKeepSilosApart();
    void edgesOfOneWayAreJoined();
    void topologyPaintsAndFindsSilos();
    void topologyFliesWhatIsNew();
    void heatMapMapsValues();
    void heatMapShowsTheChosenRound();
    void heatColoursGetBrighter();
    void manySilosPaintQuickly();
};

void TestFederateViews::layoutsKeepSilosApart_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<bool>("isMap");
    QTest::newRow("one") << 1 << false;
    QTest::newRow("five") << 5 << false;
    QTest::newRow("hundred") << 100 << false;
    QTest::newRow("map") << 11 << true;
    QTest::newRow("one place") << 6 << true;
}

void TestFederateViews::layoutsKeepSilosApart()
{
    QFETCH(int, count);
    QFETCH(bool, isMap);
    std::vector<SiloFacts> silos(static_cast<std::size_t>(count));
    for (int silo = 0; isMap && silo < count; ++silo)
        silos[static_cast<std::size_t>(silo)].place =
            count == 6 ? QPointF(8, 50) : QPointF(30 * silo - 150, silo);
    const QRectF area(40, 40, 600, 360);
    const TopologyLayout layout = layOutSilos(silos, area, true);
    QCOMPARE(layout.centres.size(), silos.size());
    QCOMPARE(layout.isMap, isMap);
    for (std::size_t a = 0; a < layout.centres.size(); ++a) {
        QVERIFY(area.adjusted(-1, -1, 1, 1).contains(layout.centres[a]));
        for (std::size_t b = a + 1; b < layout.centres.size(); ++b) {
            const QPointF away = layout.centres[b] - layout.centres[a];
            QVERIFY(std::hypot(away.x(), away.y()) > 2.0 * layout.radius);
        }
    }
    QVERIFY(layOutSilos({}, area, true).centres.empty());
}

void TestFederateViews::edgesOfOneWayAreJoined()
{
    const auto edges = joinEdges({{5.0, 1, 2, LinkKind::Weights, false},
                                  {7.0, 1, 2, LinkKind::Weights, true},
                                  {1.0, 2, 1, LinkKind::Weights, false},
                                  {2.0, 1, 2, LinkKind::Visitor, false}});
    QCOMPARE(edges.size(), std::size_t(3));
    QCOMPARE(edges[0].bytes, 12.0);
    QCOMPARE(edges[0].objects, 2);
    QCOMPARE(edges[0].lost, 1);
    QVERIFY(edges[1].kind == LinkKind::Visitor && edges[1].bytes == 2.0);
    QCOMPARE(edges[2].from, 2);
}

void TestFederateViews::topologyPaintsAndFindsSilos()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.closeRound(1, 2);
    TopologyView view;
    picture(view, {500, 400});
    view.setSession(look(session), 0);
    const QImage whole = picture(view, {500, 400});
    QCOMPARE(view.edges().size(), std::size_t(10));
    QCOMPARE(view.placement().centres.size(), std::size_t(5));
    for (int silo = 0; silo < 5; ++silo)
        QCOMPARE(view.siloAt(view.placement().centres[static_cast<std::size_t>(silo)] + QPointF(3, 3)), silo);
    QCOMPARE(view.siloAt({250, 220}), -1);
    // The mark in a disc has the silo's colour, the same as in table and curves.
    QCOMPARE(whole.pixelColor(view.placement().centres[1].toPoint()).name(), siloStyle(1).color.name());
    const int without = countOf(whole, colors::error);
    view.setSession(look(session), 1);
    QVERIFY(countOf(picture(view, {500, 400}), colors::error) > without);
    QVERIFY(view.siloText(2).contains(siloStateText(SiloState::Out)));
    QVERIFY(view.siloText(2).contains("site 2") && view.siloText(2).contains("lost"));
    view.show();
    QSignalSpy spy(&view, &TopologyView::currentSiloChanged);
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Left);
    QCOMPARE(view.currentSilo(), 4);
    QCOMPARE(spy.size(), 2);
    QCOMPARE(view.accessibleDescription(), view.siloText(4));
    QTest::mouseClick(&view, Qt::LeftButton, {}, view.placement().centres[2].toPoint());
    QCOMPARE(view.currentSilo(), 2);
    view.setSession(nullptr, -1);
    picture(view, {300, 200});
}

void TestFederateViews::topologyFliesWhatIsNew()
{
    SessionFolder session(runs());
    session.writeLive(0, "local", 2, 3);
    TopologyView view;
    view.resize(500, 400);
    view.show();
    view.setSession(look(session), -1);
    // What was there when the window came is no news.
    QCOMPARE(view.flightCount(), 0);
    QVERIFY(!view.isAnimating());
    session.writeLive(0, "home", 2, 7);
    view.setSession(look(session), -1);
    QCOMPARE(view.flightCount(), 4);
    QVERIFY(view.isAnimating());
    view.hide();
    QVERIFY(!view.isAnimating());
    view.show();
    session.closeRound(0);
    session.writeLive(1, "local", 0, 0);
    view.setSession(look(session), -1);
    QCOMPARE(view.flightCount(), 3);
    QTRY_COMPARE(view.flightCount(), 0);
    QVERIFY(!view.isAnimating());
}

void TestFederateViews::heatMapMapsValues()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.closeRound(1);
    EmdView view;
    view.setSession(look(session), -1);
    QCOMPARE(static_cast<float>(view.score(3, 4).value()), static_cast<float>(SessionFolder::score(1, 3, 4)));
    QVERIFY(!view.score(4, 3));
    // One scale over all rounds: from the least of the second to the most of the first.
    QCOMPARE(static_cast<float>(view.lowest()), static_cast<float>(SessionFolder::score(1, 0, 1)));
    QCOMPARE(static_cast<float>(view.highest()), static_cast<float>(SessionFolder::score(0, 4, 0)));
    view.setOwnScale(true);
    QCOMPARE(static_cast<float>(view.highest()), static_cast<float>(SessionFolder::score(1, 4, 0)));
    view.setOwnScale(false);
    view.setSession(look(session), 0);
    const QImage image = picture(view, {600, 300});
    const auto colorAt = [&](int silo, int host) {
        return image.pixelColor((view.cellRect(silo, host).topLeft() + QPointF(5, 5)).toPoint());
    };
    QCOMPARE(colorAt(4, 0).name(), heatColor(1.0).name());
    const double share = (SessionFolder::score(0, 2, 3) - view.lowest()) / (view.highest() - view.lowest());
    const QColor expected = heatColor(share);
    QVERIFY(std::abs(colorAt(2, 3).red() - expected.red()) <= 1);
    QVERIFY(std::abs(colorAt(2, 3).blue() - expected.blue()) <= 1);
    const auto cell = view.cellAt(view.cellRect(2, 3).center());
    QVERIFY(cell && cell->silo == 2 && cell->host == 3);
    QVERIFY(view.cellText(*cell).contains("site 2") && view.cellText(*cell).contains("site 3"));
    QVERIFY(!view.cellAt({2, 2}));
    QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(2, 3).center().toPoint());
    QTest::keyClick(&view, Qt::Key_Up);
    QVERIFY(view.accessibleDescription().startsWith("site 1"));
}

void TestFederateViews::heatMapShowsTheChosenRound()
{
    SessionFolder session(runs());
    for (int round = 0; round < 4; ++round)
        session.closeRound(round);
    EmdPanel panel;
    panel.setSession(look(session), -1);
    QCOMPARE(panel.slider()->value(), 3);
    QSignalSpy spy(&panel, &EmdPanel::roundChosen);
    panel.slider()->setValue(1);
    panel.slider()->setValue(3);
    QCOMPARE(spy.size(), 2);
    QCOMPARE(spy[0][0].toInt(), 1);
    QCOMPARE(spy[1][0].toInt(), -1);
    panel.setSession(look(session), 1);
    QCOMPARE(panel.slider()->value(), 1);
    QCOMPARE(static_cast<float>(panel.view()->score(0, 1).value()),
             static_cast<float>(SessionFolder::score(1, 0, 1)));
}

void TestFederateViews::heatColoursGetBrighter()
{
    double before = -1.0;
    for (int step = 0; step <= 20; ++step) {
        const double now = contrastRatio(heatColor(step / 20.0), Qt::black);
        QVERIFY(now > before);
        before = now;
        QVERIFY(contrastRatio(heatColor(step / 20.0), textOn(heatColor(step / 20.0))) >= 4.5);
    }
    QCOMPARE(heatColor(std::nan("")), heatColor(0.0));
    QCOMPARE(heatColor(7.0), heatColor(1.0));
}

void TestFederateViews::manySilosPaintQuickly()
{
    auto session = std::make_shared<SessionSnapshot>();
    session->summary.id = "large";
    auto round = std::make_shared<SessionRound>();
    for (int silo = 0; silo < 100; ++silo) {
        session->silos.push_back({QStringLiteral("silo %1").arg(silo), 10, {}, {}});
        round->parts.push_back(RoundPart::TookPart);
        for (int other = 0; other < 100; ++other)
            if (other != silo) {
                round->edges.push_back({1e6, static_cast<std::uint16_t>(silo),
                                        static_cast<std::uint16_t>(other), LinkKind::Weights, false});
                round->emd.push_back({static_cast<std::uint16_t>(silo), static_cast<std::uint16_t>(other),
                                      0.01F * float(other)});
            }
    }
    session->rounds.push_back(round);
    TopologyView topology;
    EmdView heat;
    topology.setSession(session, -1);
    heat.setSession(session, -1);
    QElapsedTimer clock;
    clock.start();
    picture(topology, {600, 500});
    picture(heat, {600, 500});
    QVERIFY2(clock.elapsed() < 3000, qPrintable(QString::number(clock.elapsed())));
}

QTEST_MAIN(TestFederateViews)
#include "tst_federate_views.moc"
