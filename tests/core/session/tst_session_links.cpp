// SPDX-License-Identifier: GPL-3.0-or-later
// Links among the members of an epoch.
#include "core/federate/session_links.h"

#include <QTest>

using namespace fedefm;

namespace {

constexpr int kSilos = 6;

std::vector<bool> without(std::initializer_list<int> away)
{
    std::vector<bool> isMember(kSilos, true);
    for (const int silo : away)
        isMember[static_cast<std::size_t>(silo)] = false;
    return isMember;
}

Result<SessionLinks> whole(const char* topology)
{
    return SessionLinks::create(nlohmann::json::parse(topology), kSilos, 1, {});
}

/// Links of members only, over which all of them hear of each other.
bool joins(const Overlay& overlay, const std::vector<bool>& isMember)
{
    std::vector<int> place;
    int count = 0;
    for (const bool is : isMember)
        place.push_back(is ? count++ : -1);
    std::vector<OverlayLink> links;
    for (const auto& [from, to] : overlay.links())
        links.push_back({place[static_cast<std::size_t>(from)], place[static_cast<std::size_t>(to)]});
    const auto part = Overlay::create(count, links); // refuses −1
    return part && part->isStronglyConnected();
}

} // namespace

class TestSessionLinks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void membersStayJoined_data();
    void membersStayJoined();
    void ringByHand();
    void hubIsReplaced();
    void twoAndOneRemain();
    void twoFromTheBeginning();
    void customLosesLinks();
};

void TestSessionLinks::membersStayJoined_data()
{
    QTest::addColumn<QString>("topology");
    for (const char* topology :
         {R"({"name": "ring"})", R"({"name": "ring", "both_ways": true})", R"({"name": "star"})",
          R"({"name": "mst"})", R"({"name": "mbst"})", R"({"name": "matcha"})", R"({"name": "matcha+"})",
          R"({"name": "multigraph"})", R"({"name": "complete"})"})
        QTest::newRow(topology) << topology;
}

void TestSessionLinks::membersStayJoined()
{
    QFETCH(QString, topology);
    const auto all = whole(topology.toLatin1());
    QVERIFY(all);
    for (const auto& isMember : {without({0}), without({3}), without({1, 4}), without({0, 2, 5})}) {
        const auto links = all->among(isMember);
        QVERIFY(links);
        QVERIFY(!links->isApart());
        QVERIFY(joins(links->wholeOverlay(), isMember));
        QVERIFY(links->gap() > 0.0);
        for (int round = 0; round < 4; ++round) {
            QCOMPARE(links->overlay(round).siloCount(), kSilos);
            const MixingMatrix mixing = links->mixing(round);
            QVERIFY(mixing.imbalance() < 1e-9);
            for (int silo = 0; silo < kSilos; ++silo)
                if (!isMember[static_cast<std::size_t>(silo)])
                    QCOMPARE(mixing.at(silo, silo), 1.0);
        }
    }
    // Who comes back finds the old links.
    const auto again = all->among(without({}));
    QVERIFY(again && again->wholeOverlay().links() == all->wholeOverlay().links());
}

void TestSessionLinks::ringByHand()
{
    const auto links = whole(R"({"name": "ring"})")->among(without({2, 5}));
    QVERIFY(links);
    // 0 > 1 > 3 > 4 > 0 or the other way round, half of oneself and half of whom one hears.
    QCOMPARE(links->overlay(0).links().size(), std::size_t(4));
    for (const int silo : {0, 1, 3, 4}) {
        QCOMPARE(links->overlay(0).outDegree(silo), 1);
        QCOMPARE(links->overlay(0).inDegree(silo), 1);
        QCOMPARE(links->mixing(0).at(silo, links->overlay(0).incoming(silo).front()), 0.5);
    }
    QVERIFY(links->cycleTimeMs() > 0.0);
}

void TestSessionLinks::hubIsReplaced()
{
    const auto all = whole(R"({"name": "star", "hub": 1})");
    QCOMPARE(all->among(without({4}))->overlay(0).outDegree(1), 4);
    const auto links = all->among(without({1}));
    QCOMPARE(links->overlay(0).outDegree(0), 4);
    QCOMPARE(links->overlay(0).outDegree(1), 0);
}

void TestSessionLinks::twoAndOneRemain()
{
    const auto all = whole(R"({"name": "ring"})");
    const auto two = all->among(without({0, 2, 3, 5}));
    QVERIFY(two->overlay(0).has(1, 4) && two->overlay(0).has(4, 1));
    QCOMPARE(two->mixing(0).at(4, 1), 0.5);
    QVERIFY(two->cycleTimeMs() > 0.0);
    const auto one = all->among(without({0, 1, 2, 3, 5}));
    QVERIFY(one->overlay(0).links().empty());
}

void TestSessionLinks::twoFromTheBeginning()
{
    const auto links = SessionLinks::create({{"name", "ring"}}, 2, 1, {});
    QVERIFY(links && links->overlay(0).has(0, 1) && links->cycleTimeMs() > 0.0);
    QVERIFY(links->exchangeMs({{0, 1}}) > 0.0);
    QVERIFY(!SessionLinks::create({{"name", "ring"}, {"underlay", "nosuch.gml"}}, 2, 1, {}));
    QVERIFY(!SessionLinks::create({{"name", "custom"}, {"links", {{0, 9}}}}, 2, 1, {}));
}

void TestSessionLinks::customLosesLinks()
{
    const auto all =
        whole(R"({"name": "custom", "links": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0]]})");
    QVERIFY(all);
    const auto line = all->among(without({2}));
    QVERIFY(line && !line->isApart());
    QCOMPARE(line->overlay(0).links().size(), std::size_t(8));
    const auto parts = all->among(without({2, 5}));
    QVERIFY(parts && parts->isApart());
    QVERIFY(parts->overlay(0).has(0, 1) && parts->overlay(0).has(3, 4));
    QCOMPARE(parts->overlay(0).links().size(), std::size_t(4));
    QVERIFY(parts->mixing(0).imbalance() < 1e-9);
}

QTEST_APPLESS_MAIN(TestSessionLinks)
#include "tst_session_links.moc"
