// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_run.h"
#include "core/model/checkpoint/tensor_file.h"
#include "test_data.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>

using namespace fedefm;
using namespace fedefm::test;

namespace {

/// A folder with one problem: [5 1; 2 4] with masses 0.3, 0.7 and 0.6, 0.4 costs 1.9.
void writeFolder(const QTemporaryDir& folder, std::vector<double> cost, double optimum,
                 std::vector<double> rowMass = {0.3, 0.7})
{
    const std::vector<double> columnMass{0.6, 0.4};
    TensorFile file;
    file.tensors["p00.cost"] = StoredTensor::copyOf(DType::F64, {2, 2}, cost.data());
    file.tensors["p00.a"] = StoredTensor::copyOf(DType::F64, {2}, rowMass.data());
    file.tensors["p00.b"] = StoredTensor::copyOf(DType::F64, {2}, columnMass.data());
    const auto path = folder.filePath("emd.safetensors").toStdString();
    QVERIFY(writeSafetensors(path, file, Overwrite::Yes));
    QFile config(folder.filePath("config.json"));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write(QString(R"({"tolerance": {"optimal_cost_abs": 1e-7},
                             "problems": [{"index": 0, "kind": "hand", "optimal_cost": %1}]})")
                     .arg(optimum)
                     .toUtf8());
}

CliRun check(const QTemporaryDir& folder, const QStringList& more = {})
{
    return runCli(QStringList{"transport", "check", folder.path(), "--json"} + more);
}

} // namespace

class TestCliTransport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goldenProblems()
    {
        const auto folder = goldenData("emd");
        NEEDS_GOLDEN(folder);
        const auto run = runCli({"transport", "check", QString::fromStdString(folder.string()), "--json"});
        QCOMPARE(run.exitCode, 0);
        QVERIFY(run.json()["ok"].toBool());
        QVERIFY(run.json()["worst"].toObject()["cost_error"].toDouble() < 1e-10);
    }

    void rightAndWrongReference()
    {
        QTemporaryDir folder;
        writeFolder(folder, {5, 1, 2, 4}, 1.9);
        const auto right = check(folder);
        QCOMPARE(right.exitCode, 0);
        const auto problem = right.json()["problems"].toArray()[0].toObject();
        QVERIFY(std::abs(problem["cost"].toDouble() - 1.9) < 1e-12);
        QVERIFY(problem["gradient_error"].isNull());
        QVERIFY(problem["ms"].toDouble() >= 0.0);
        writeFolder(folder, {5, 1, 2, 4}, 1.8);
        const auto wrong = check(folder);
        QCOMPARE(wrong.exitCode, 1);
        QVERIFY(std::abs(wrong.json()["worst"].toObject()["cost_error"].toDouble() - 0.1) < 1e-9);
    }

    void otherSolvers()
    {
        QTemporaryDir folder;
        writeFolder(folder, {5, 1, 2, 4}, 1.9);
        for (const char* solver : {"sinkhorn", "quadratic"}) {
            const auto run = check(folder, {"--solver", solver});
            QCOMPARE(run.json()["solver"].toString(), QString(solver));
            const auto problem = run.json()["problems"].toArray()[0].toObject();
            QVERIFY(problem["cost_error"].toDouble() < 0.05);
            QVERIFY(problem["marginal_error"].toDouble() < 1e-12);
        }
        QCOMPARE(check(folder, {"--solver", "magic"}).exitCode, 2);
    }

    void badProblemsSayWhy()
    {
        QTemporaryDir folder;
        writeFolder(folder, {5, std::numeric_limits<double>::quiet_NaN(), 2, 4}, 1.9);
        const auto nan = check(folder);
        QCOMPARE(nan.exitCode, 1);
        QVERIFY(nan.json()["problems"].toArray()[0].toObject()["problem"].toString().contains("cost[0][1]"));
        QVERIFY(nan.err.contains("cost[0][1]"));
        writeFolder(folder, {5, 1, 2, 4}, 1.9, {-0.3, 1.3});
        QVERIFY(check(folder).err.contains("negative"));
    }

    void whatIsNoMatchIsNone()
    {
        const QTemporaryDir folder;
        writeFolder(folder, {5.0, 1.0, 2.0, 4.0}, 1.9);
        const auto problemWith = [&folder](const char* entry) {
            QFile config(folder.filePath("config.json"));
            if (!config.open(QIODevice::WriteOnly))
                return QString();
            config.write(QByteArray(R"({"problems": [{"optimal_cost": 1.9, )") + entry + "}]}");
            config.close();
            const CliRun run = check(folder);
            return run.exitCode == 1 ? run.json()["problems"].toArray()[0].toObject()["problem"].toString()
                                     : QString();
        };
        QVERIFY(problemWith(R"("index": 0.5)").contains("a whole number"));
        QVERIFY(problemWith(R"("index": 0, "n": 3)").contains("the tensor has 2"));
        QCOMPARE(problemWith(R"("index": 0, "n": 2)"), QString());
    }

    void noFolder()
    {
        const auto run = runCli({"transport", "check", "/nonexistent", "--json"});
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.json()["error"].toObject()["code"].toString(), QString("FileNotFound"));
    }
};

QTEST_GUILESS_MAIN(TestCliTransport)
#include "tst_cli_transport.moc"
