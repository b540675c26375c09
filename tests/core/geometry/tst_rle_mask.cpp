// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/rle_mask.h"

#include <QtTest>
#include <algorithm>
#include <random>

using namespace fedefm;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes randomBytes(int width, int height, double density, std::mt19937& random)
{
    std::bernoulli_distribution isSet(density);
    Bytes bytes(static_cast<std::size_t>(width) * height);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(isSet(random)); });
    return bytes;
}

bool isNormal(const RleMask& mask)
{
    const auto& runs = mask.runs();
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].length <= 0)
            return false;
        if (i > 0 && runs[i - 1].y == runs[i].y && runs[i - 1].x + runs[i - 1].length >= runs[i].x)
            return false;
        if (i > 0 && runs[i - 1].y > runs[i].y)
            return false;
    }
    return true;
}

template <typename Rule> Bytes combine(const Bytes& a, const Bytes& b, Rule rule)
{
    Bytes out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        out[i] = rule(a[i] != 0, b[i] != 0) ? 1 : 0;
    return out;
}

} // namespace

class TestRleMask : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void runsOfAHandDrawnMask()
    {
        const Bytes bytes{0, 7, 7, 0, //
                          1, 0, 0, 1};
        const RleMask mask = RleMask::fromBytes(bytes.data(), 4, 2);
        const std::vector<RleMask::Run> expected{{0, 1, 2}, {1, 0, 1}, {1, 3, 1}};
        QVERIFY(mask.runs() == expected);
        QCOMPARE(mask.area(), std::size_t{4});
        QVERIFY(mask.contains(2, 0) && mask.contains(0, 1) && mask.contains(3, 1));
        QVERIFY(!mask.contains(3, 0) && !mask.contains(1, 1) && !mask.contains(0, 2) &&
                !mask.contains(-1, 0));
        const RleMask::Box box = mask.bounds();
        QCOMPARE(box.x, 0);
        QCOMPARE(box.width, 4);
        QCOMPARE(box.height, 2);
    }

    void labelsAreSeparated()
    {
        const Bytes labels{1, 2, 2, 1};
        QCOMPARE(RleMask::fromLabel(labels.data(), 4, 1, 1).area(), std::size_t{2});
        QVERIFY(RleMask::fromLabel(labels.data(), 4, 1, 2).runs().front() == (RleMask::Run{0, 1, 2}));
        const Bytes rows{2, 0, 2, //
                         2, 2, 1, //
                         0, 0, 0, //
                         1, 2, 2};
        const std::vector<RleMask::Run> twos{{0, 0, 1}, {0, 2, 1}, {1, 0, 2}, {3, 1, 2}};
        QVERIFY(RleMask::fromLabel(rows.data(), 3, 4, 2).runs() == twos);
        QVERIFY(RleMask::fromLabel(rows.data(), 3, 4, 7).isEmpty());
    }

    void cocoCountsAreColumnMajor()
    {
        // Columns from the left: (0, 1), (1, 0), (1, 0) → zeros 1, ones 2, zeros 1, ones 1, zeros 1.
        const Bytes bytes{0, 1, 1, //
                          1, 0, 0};
        const RleMask mask = RleMask::fromBytes(bytes.data(), 3, 2);
        const std::vector<std::uint32_t> expected{1, 2, 1, 1, 1};
        QVERIFY(mask.toCocoCounts() == expected);
        QVERIFY(RleMask::fromCocoCounts(expected, 3, 2) == mask);
        const std::vector<std::uint32_t> full{0, 6};
        QCOMPARE(RleMask::fromCocoCounts(full, 3, 2).area(), std::size_t{6});
    }

    void badCocoCountsGiveAnEmptyMask()
    {
        for (const auto& counts :
             std::vector<std::vector<std::uint32_t>>{{}, {5}, {1, 6}, {4294967295U, 7}}) {
            const RleMask mask = RleMask::fromCocoCounts(counts, 3, 2);
            QVERIFY(mask.isEmpty());
            QCOMPARE(mask.width(), 3);
        }
    }

    void roundTripsOfRandomMasks()
    {
        std::mt19937 random(11);
        for (int trial = 0; trial < 200; ++trial) {
            const int width = 1 + static_cast<int>(random() % 40);
            const int height = 1 + static_cast<int>(random() % 30);
            const Bytes bytes = randomBytes(width, height, (trial % 11) / 10.0, random);
            const RleMask mask = RleMask::fromBytes(bytes.data(), width, height);
            QVERIFY(isNormal(mask));
            QVERIFY(mask.toBytes() == bytes);
            QCOMPARE(mask.area(), static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), 1)));
            QVERIFY(RleMask::fromCocoCounts(mask.toCocoCounts(), width, height) == mask);
        }
    }

    void setAlgebraAgreesWithBytes()
    {
        std::mt19937 random(12);
        for (int trial = 0; trial < 200; ++trial) {
            const int width = 1 + static_cast<int>(random() % 40);
            const int height = 1 + static_cast<int>(random() % 30);
            const Bytes a = randomBytes(width, height, 0.3 + 0.1 * (trial % 5), random);
            const Bytes b = randomBytes(width, height, 0.1 * (trial % 11), random);
            const RleMask maskA = RleMask::fromBytes(a.data(), width, height);
            const RleMask maskB = RleMask::fromBytes(b.data(), width, height);
            const RleMask both = maskA.intersect(maskB);
            const RleMask either = maskA.unite(maskB);
            const RleMask only = maskA.subtract(maskB);
            QVERIFY(isNormal(both) && isNormal(either) && isNormal(only));
            QVERIFY(both.toBytes() == combine(a, b, [](bool p, bool q) { return p && q; }));
            QVERIFY(either.toBytes() == combine(a, b, [](bool p, bool q) { return p || q; }));
            QVERIFY(only.toBytes() == combine(a, b, [](bool p, bool q) { return p && !q; }));
            QVERIFY(only.unite(both) == maskA);
        }
    }

    void paintLeavesTheRestAlone()
    {
        const Bytes bytes{0, 1, 0, 1};
        Bytes labels{9, 9, 9, 9};
        RleMask::fromBytes(bytes.data(), 4, 1).paint(labels.data(), 2);
        const Bytes expected{9, 2, 9, 2};
        QVERIFY(labels == expected);
    }
};

QTEST_APPLESS_MAIN(TestRleMask)
#include "tst_rle_mask.moc"
