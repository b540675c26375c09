// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/natural_order.h"

#include <QTest>
#include <algorithm>
#include <vector>

using namespace fedefm;

class TestNaturalOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersCountByValue()
    {
        const std::vector<std::string> sorted{
            "a", "a1",      "a01b1",   "a2", "a10", "a99999999999999999999", "a100000000000000000000",
            "b", "frame_2", "frame_10"};
        std::vector<std::string> shuffled(sorted.rbegin(), sorted.rend());
        std::sort(shuffled.begin(), shuffled.end(), isNaturallyBefore);
        QCOMPARE(shuffled, sorted);
    }
    void equalNumbersKeepAFixedOrder()
    {
        QVERIFY(!isNaturallyBefore("01", "01"));
        QVERIFY(isNaturallyBefore("01", "1") != isNaturallyBefore("1", "01"));
    }
};

QTEST_APPLESS_MAIN(TestNaturalOrder)
#include "tst_natural_order.moc"
