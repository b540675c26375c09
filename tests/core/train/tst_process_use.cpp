// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/process_use.h"

#include <QTest>
#include <unistd.h>
#include <vector>

using namespace fedefm;

class TestProcessUse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeGoesOn();
    void memoryIsWhatIsTouched();
    void nobodyUsesNothing();
};

void TestProcessUse::timeGoesOn()
{
    const auto before = processUse(::getpid());
    QVERIFY(before && before->cpuSeconds >= 0.0);
    // Some ticks of the clock, of this process alone.
    while (processUse(::getpid())->cpuSeconds < before->cpuSeconds + 0.05) {
    }
}

void TestProcessUse::memoryIsWhatIsTouched()
{
    constexpr std::size_t kBytes = std::size_t{64} << 20;
    const auto before = processUse(::getpid());
    const std::vector<char> touched(kBytes, 1);
    const auto after = processUse(::getpid());
    QVERIFY(before && after && touched.back() == 1);
    QVERIFY(after->memoryBytes - before->memoryBytes > 0.8 * kBytes);
}

void TestProcessUse::nobodyUsesNothing()
{
    QVERIFY(!processUse(0));
    QVERIFY(!processUse(-1));
    QVERIFY(!processUse(std::int64_t{1} << 40));
}

QTEST_APPLESS_MAIN(TestProcessUse)
#include "tst_process_use.moc"
