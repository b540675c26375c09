// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/averaging_tree.h"

#include <QtTest>

#include <algorithm>

using namespace fedefm;

class TestAveragingTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ringIsCutInItsMiddle();
    void oneWayLinksCountInBothDirections();
    void starHasItsHubAsRoot();
    void membersThatAreAwayAreLeftOut();
    void partsHaveRootsOfTheirOwn();
};

namespace {

std::vector<OverlayLink> ringOf(int count)
{
    std::vector<OverlayLink> links;
    for (int silo = 0; silo < count; ++silo)
        links.push_back({silo, (silo + 1) % count});
    return links;
}

int roots(const AveragingTree& tree)
{
    int count = 0;
    for (std::size_t silo = 0; silo < tree.parent.size(); ++silo)
        count += tree.depth[silo] == 0 ? 1 : 0;
    return count;
}

} // namespace

void TestAveragingTree::ringIsCutInItsMiddle()
{
    std::vector<std::pair<int, int>> pairs;
    for (int silo = 0; silo < 11; ++silo)
        pairs.emplace_back(silo, (silo + 1) % 11);
    const AveragingTree tree = averagingTree(Overlay::bothWays(11, pairs), std::vector<bool>(11, true));
    QCOMPARE(roots(tree), 1);
    QCOMPARE(tree.height, 5);
    for (int silo = 0; silo < 11; ++silo) {
        const int parent = tree.parent[static_cast<std::size_t>(silo)];
        if (parent < 0) {
            QCOMPARE(tree.branch[static_cast<std::size_t>(silo)], 11);
            continue;
        }
        QCOMPARE(tree.depth[static_cast<std::size_t>(silo)],
                 tree.depth[static_cast<std::size_t>(parent)] + 1);
        const std::vector<int> children = tree.children(parent);
        QVERIFY(std::count(children.begin(), children.end(), silo) == 1);
    }
}

void TestAveragingTree::oneWayLinksCountInBothDirections()
{
    const auto ring = Overlay::create(5, ringOf(5));
    QVERIFY(ring);
    QCOMPARE(averagingTree(*ring, std::vector<bool>(5, true)).height, 2);
}

void TestAveragingTree::starHasItsHubAsRoot()
{
    const Overlay star = Overlay::bothWays(5, {{3, 0}, {3, 1}, {3, 2}, {3, 4}});
    const AveragingTree tree = averagingTree(star, std::vector<bool>(5, true));
    QCOMPARE(tree.height, 1);
    QCOMPARE(tree.depth[3], 0);
    QCOMPARE(tree.children(3), (std::vector<int>{0, 1, 2, 4}));
}

void TestAveragingTree::membersThatAreAwayAreLeftOut()
{
    std::vector<bool> isMember(5, true);
    isMember[2] = false; // 3, 4, 0, 1 remain in a row
    const AveragingTree tree = averagingTree(*Overlay::create(5, ringOf(5)), isMember);
    QCOMPARE(tree.depth[2], -1);
    QCOMPARE(tree.branch[2], 0);
    QCOMPARE(roots(tree), 1);
    QCOMPARE(tree.height, 2);
}

void TestAveragingTree::partsHaveRootsOfTheirOwn()
{
    const Overlay apart = Overlay::bothWays(5, {{0, 1}, {2, 3}});
    const AveragingTree tree = averagingTree(apart, std::vector<bool>(5, true));
    QCOMPARE(roots(tree), 3);
    QCOMPARE(tree.height, 1);
    QCOMPARE(tree.depth[4], 0);
    QCOMPARE(tree.branch[4], 1);
}

QTEST_APPLESS_MAIN(TestAveragingTree)
#include "tst_averaging_tree.moc"
