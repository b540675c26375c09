// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/process_environment.h"

#include <QTest>

#include <cstdlib>
#include <sys/resource.h>

using namespace fedefm;

namespace {

constexpr std::size_t kBlockBytes = std::size_t(8) << 20;
constexpr std::size_t kPageBytes = 4096;

/// As a tensor that is made, written and dropped.
void useBlock()
{
    auto* block = static_cast<volatile char*>(std::malloc(kBlockBytes));
    for (std::size_t i = 0; i < kBlockBytes; i += kPageBytes)
        block[i] = 1;
    std::free(const_cast<char*>(block));
}

long pageFaultsOf(int blocks)
{
    rusage before{};
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < blocks; ++i)
        useBlock();
    rusage after{};
    getrusage(RUSAGE_SELF, &after);
    return after.ru_minflt - before.ru_minflt;
}

} // namespace

class TestProcessEnvironment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void limitsSpinningUnlessSet();
    void asksForLargePagesUnlessSet();
    void keepsFreedMemory();
};

void TestProcessEnvironment::init()
{
    for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "GLIBC_TUNABLES"})
        qunsetenv(name);
}

void TestProcessEnvironment::limitsSpinningUnlessSet()
{
    QVERIFY(limitSpinning());
    QVERIFY(qEnvironmentVariableIntValue("GOMP_SPINCOUNT") > 0);
    QVERIFY(!limitSpinning());
    qputenv("GOMP_SPINCOUNT", "7");
    QVERIFY(!limitSpinning());
    QCOMPARE(qgetenv("GOMP_SPINCOUNT"), QByteArray("7"));
    qunsetenv("GOMP_SPINCOUNT");
    qputenv("OMP_WAIT_POLICY", "active");
    QVERIFY(!limitSpinning());
    QVERIFY(!qEnvironmentVariableIsSet("GOMP_SPINCOUNT"));
}

void TestProcessEnvironment::asksForLargePagesUnlessSet()
{
    QVERIFY(askForLargePages());
    QVERIFY(qgetenv("GLIBC_TUNABLES").contains("hugetlb"));
    qputenv("GLIBC_TUNABLES", "glibc.malloc.check=0");
    QVERIFY(!askForLargePages());
    QCOMPARE(qgetenv("GLIBC_TUNABLES"), QByteArray("glibc.malloc.check=0"));
}

void TestProcessEnvironment::keepsFreedMemory()
{
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("another memory allocator");
#endif
    keepFreedMemory(std::size_t(64) << 20);
    useBlock();
    const long ofOneBlock = kBlockBytes / kPageBytes;
    const long faults = pageFaultsOf(10);
    QVERIFY2(faults < ofOneBlock, qPrintable(QString::number(faults)));
}

QTEST_GUILESS_MAIN(TestProcessEnvironment)
#include "tst_process_environment.moc"
