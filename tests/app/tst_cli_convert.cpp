// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "core/model/checkpoint/tensor_file.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

/// model convert. Needs the learning program.
class TestCliConvert : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (runCli({"model", "keys", "--arch", "wirenet"}).exitCode != 0)
            QSKIP("the learning program is not built");
        const float values[] = {1.0F, -2.5F, 3.0F};
        TensorFile file;
        file.tensors["weight"] = StoredTensor::copyOf(DType::F32, {3}, values);
        file.metadata["note"] = "kept";
        QVERIFY(writeSafetensors(path("in.safetensors").toStdString(), file, Overwrite::No).has_value());
    }

    void keepsTensorsAndMetadata()
    {
        const CliRun run = runCli({"model", "convert", path("in.safetensors"), path("out.pth"), "--json"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(run.json()["from"].toString(), "safetensors");
        QCOMPARE(run.json()["to"].toString(), "pth");
        QCOMPARE(run.json()["tensors"].toInt(), 1);
        QCOMPARE(runCli({"model", "convert", path("out.pth"), path("back.safetensors")}).exitCode, 0);
        QCOMPARE(bytes("back.safetensors"), bytes("in.safetensors"));
    }

    void overwritesOnlyWithForce()
    {
        const QStringList command{"model", "convert", path("in.safetensors"), path("twice.pth"), "--json"};
        QCOMPARE(runCli(command).exitCode, 0);
        const CliRun again = runCli(command);
        QCOMPARE(again.exitCode, 1);
        QCOMPARE(again.json()["error"].toObject()["code"].toString(), "FileExists");
        QCOMPARE(runCli(command + QStringList{"--force"}).exitCode, 0);
    }

    void refusesUnknownEndingsAndNetworks()
    {
        QCOMPARE(runCli({"model", "convert", path("in.safetensors"), path("out.bin")}).exitCode, 1);
        QCOMPARE(runCli({"model", "convert", path("in.safetensors"), path("out.ts")}).exitCode, 1);
        const CliRun other =
            runCli({"model", "convert", path("in.safetensors"), path("out.ts"), "--arch", "wirenet"});
        QCOMPARE(other.exitCode, 1);
        QVERIFY2(other.err.contains("missing"), other.err.constData());
        QVERIFY(!QFile::exists(path("out.ts")));
    }

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QByteArray bytes(const QString& name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliConvert)
#include "tst_cli_convert.moc"
