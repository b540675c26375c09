// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/cancel_token.h"
#include "core/base/clock.h"
#include "core/base/uid.h"

#include <QtTest>

#include <algorithm>
#include <set>

using namespace fedefm;

class TestUid : public QObject
{
    Q_OBJECT

    /// PS3.5 section 9.1 for the form 2.25.<decimal>.
    static bool isValid(const std::string& uid)
    {
        const std::string number = uid.substr(5);
        return uid.rfind("2.25.", 0) == 0 && uid.size() <= 64 && !number.empty() && number.front() != '0' &&
               std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    }

private Q_SLOTS:
    void formAndUniqueness()
    {
        UidGenerator generator;
        std::set<std::string> seen;
        for (int i = 0; i < 10'000; ++i) {
            const std::string uid = generator.next();
            QVERIFY2(isValid(uid), uid.c_str());
            QVERIFY2(seen.insert(uid).second, uid.c_str());
        }
    }

    void sameSeedSameUids()
    {
        UidGenerator a(7);
        UidGenerator b(7);
        UidGenerator c(8);
        const std::string first = a.next();
        QCOMPARE(b.next(), first);
        QCOMPARE(a.next(), b.next());
        QVERIFY(c.next() != first);
    }

    void twoGeneratorsDiffer() { QVERIFY(UidGenerator().next() != UidGenerator().next()); }

    void textDecides()
    {
        QCOMPARE(uidFromText("1.2.840.1"), uidFromText("1.2.840.1"));
        std::set<std::string> seen;
        for (int i = 0; i < 10'000; ++i) {
            const std::string uid = uidFromText("1.2.3." + std::to_string(i));
            QVERIFY2(isValid(uid), uid.c_str());
            QVERIFY(seen.insert(uid).second);
        }
        QVERIFY(isValid(uidFromText("")));
        QVERIFY(isValid(uidFromText(std::string(100'000, 'x'))));
    }

    void copiesOfATokenShareTheFlag()
    {
        const CancelToken token;
        const CancelToken copy = token;
        const CancelToken other;
        QVERIFY(!copy.isCancelled());
        token.cancel();
        QVERIFY(copy.isCancelled());
        QVERIFY(!other.isCancelled());
    }

    void clocks()
    {
        ManualClock manual;
        manual.advance(2.5);
        QCOMPARE(manual.nowMs(), 2.5);
        const SteadyClock steady;
        const double before = steady.nowMs();
        QVERIFY(steady.nowMs() >= before);
        QVERIFY(QRegularExpression("^20\\d\\d-[01]\\d-[0-3]\\dT[0-2]\\d:[0-5]\\d:[0-6]\\dZ$")
                    .match(QString::fromStdString(isoTimeUtc()))
                    .hasMatch());
    }
};

QTEST_APPLESS_MAIN(TestUid)
#include "tst_uid.moc"
