// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "test_data.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

using namespace fedefm::test;

class TestCliNetwork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void printsCheckValues_data();
    void printsCheckValues();
    void edgesAndSilos();
    void seedDecidesOnTheDraws();
    void customOverlayFromAFile();
    void wrongUsage_data();
    void wrongUsage();
    void faultyFilesFail();
    void textNamesTheCycleTime();
};

namespace {

CliRun network(const QString& underlay, const QString& overlay, const QStringList& more = {})
{
    return runCli(QStringList{"network", "--underlay", underlay, "--overlay", overlay, "--json"} + more);
}

void write(const QString& name, const QByteArray& text)
{
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

void TestCliNetwork::printsCheckValues_data()
{
    QTest::addColumn<QString>("underlay");
    QTest::addColumn<QString>("overlay");
    QTest::addColumn<double>("cycleTimeMs");
    QTest::newRow("gaia star") << "gaia"
                               << "star" << 289.82;
    QTest::newRow("gaia mst") << "gaia"
                              << "mst" << 77.20;
    QTest::newRow("gaia ring") << "gaia"
                               << "ring" << 57.19;
    QTest::newRow("amazon star") << "amazon"
                                 << "star" << 98.82;
    QTest::newRow("amazon mbst") << "amazon"
                                 << "mbst" << 28.75;
    QTest::newRow("amazon ring") << "amazon"
                                 << "ring" << 20.35;
}

void TestCliNetwork::printsCheckValues()
{
    QFETCH(QString, underlay);
    QFETCH(QString, overlay);
    QFETCH(double, cycleTimeMs);
    const CliRun run = network(underlay, overlay, {"--model-bits", "4843243", "--compute-ms", "4.6"});
    QCOMPARE(run.exitCode, 0);
    QVERIFY(std::abs(run.json()["cycle_time_ms"].toDouble() - cycleTimeMs) < 0.01);
    QCOMPARE(run.json()["simulated"].toBool(), false);
}

void TestCliNetwork::edgesAndSilos()
{
    const QJsonObject document = network("gaia", "ring").json();
    const QJsonArray silos = document["silos"].toArray();
    const QJsonArray edges = document["edges"].toArray();
    QCOMPARE(silos.size(), 11);
    QCOMPARE(silos[10].toObject()["name"].toString(), QStringLiteral("São Paulo"));
    QCOMPARE(edges.size(), 11);
    double sum = 0.0;
    for (const auto& entry : edges) {
        const QJsonObject edge = entry.toObject();
        sum += edge["delay_ms"].toDouble();
        QCOMPARE(edge["weight"].toDouble(), 0.5);
        QCOMPARE(edge["source_name"].toString(), silos[edge["source"].toInt()].toObject()["name"].toString());
        // 4.6 ms of computing, 4.84 ms of transfer.
        QVERIFY(std::abs(edge["delay_ms"].toDouble() - edge["latency_ms"].toDouble() - 9.443243) < 1e-6);
    }
    QVERIFY(std::abs(sum / 11.0 - document["cycle_time_ms"].toDouble()) < 1e-9);
    QCOMPARE(document["directed"].toBool(), true);
    // No model to send and nothing to compute: latency alone.
    const QJsonObject light = network("gaia", "ring", {"--model-bits", "0", "--compute-ms", "0"}).json();
    QVERIFY(std::abs(light["cycle_time_ms"].toDouble() - (sum / 11.0 - 9.443243)) < 1e-6);
}

void TestCliNetwork::seedDecidesOnTheDraws()
{
    const double first = network("gaia", "matcha").json()["cycle_time_ms"].toDouble();
    QCOMPARE(network("gaia", "matcha").json()["cycle_time_ms"].toDouble(), first);
    QVERIFY(network("gaia", "matcha", {"--seed", "2"}).json()["cycle_time_ms"].toDouble() != first);
    QVERIFY(std::abs(first - 166.4) < 0.03 * 166.4);
    QCOMPARE(network("gaia", "matcha", {"--rounds", "7"}).json()["rounds"].toInt(), 7);
}

void TestCliNetwork::customOverlayFromAFile()
{
    const QTemporaryDir folder;
    write(folder.filePath("two.gml"), "graph [ node [ id 0 label \"a\" ] node [ id 1 label \"b\" ] "
                                      "edge [ source 0 target 1 distance 1000 ] ]");
    write(folder.filePath("links.json"), R"({"version": 1, "links": [["a", "b"]]})");
    const CliRun run =
        network(folder.filePath("two.gml"), "custom", {"--file", folder.filePath("links.json")});
    QCOMPARE(run.exitCode, 0);
    QVERIFY(std::abs(run.json()["cycle_time_ms"].toDouble() - (4.6 + 4.0 + 8.5 + 4.843243)) < 1e-6);
    write(folder.filePath("links.json"), R"({"version": 1, "directed": true, "links": [["a", "b"]]})");
    QCOMPARE(
        network(folder.filePath("two.gml"), "custom", {"--file", folder.filePath("links.json")}).exitCode, 1);
}

void TestCliNetwork::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("nothing") << QStringList{};
    QTest::newRow("no overlay") << QStringList{"--underlay", "gaia"};
    QTest::newRow("unknown overlay") << QStringList{"--underlay", "gaia", "--overlay", "rings"};
    const QStringList ring{"--underlay", "gaia", "--overlay", "ring"};
    QTest::newRow("negative bits") << ring + QStringList{"--model-bits", "-1"};
    QTest::newRow("nan") << ring + QStringList{"--compute-ms", "nan"};
    QTest::newRow("budget") << ring + QStringList{"--budget", "2"};
    QTest::newRow("custom without file") << QStringList{"--underlay", "gaia", "--overlay", "custom"};
    QTest::newRow("hub without star") << ring + QStringList{"--hub", "3"};
    QTest::newRow("file without custom") << ring + QStringList{"--file", "x.json"};
}

void TestCliNetwork::wrongUsage()
{
    QFETCH(QStringList, arguments);
    const CliRun run = runCli(QStringList{"network"} + arguments);
    QCOMPARE(run.exitCode, 2);
    QVERIFY(run.out.isEmpty());
}

void TestCliNetwork::faultyFilesFail()
{
    const CliRun missing = network("nowhere.gml", "ring");
    QCOMPARE(missing.exitCode, 1);
    QCOMPARE(missing.json()["error"].toObject()["code"].toString(), QStringLiteral("FileNotFound"));
    const QTemporaryDir folder;
    write(folder.filePath("apart.gml"), "graph [ node [ id 0 ] node [ id 1 ] ]");
    const CliRun apart = network(folder.filePath("apart.gml"), "ring");
    QCOMPARE(apart.exitCode, 1);
    QVERIFY(apart.json()["error"].toObject()["detail"].toString().contains("no path"));
    QCOMPARE(network("gaia", "star", {"--hub", "Atlantis"}).exitCode, 1);
    QCOMPARE(network("gaia", "star", {"--hub", "Oregon"}).exitCode, 0);
}

void TestCliNetwork::textNamesTheCycleTime()
{
    const CliRun run = runCli({"network", "--underlay", "gaia", "--overlay", "mst"});
    QCOMPARE(run.exitCode, 0);
    QVERIFY(run.out.contains("cycle time 77.20 ms"));
    QVERIFY(run.out.contains("Virginia"));
}

QTEST_APPLESS_MAIN(TestCliNetwork)
#include "tst_cli_network.moc"
