// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "core/dicom/dicom_writer.h"
#include "core/model/checkpoint/tensor_file.h"
#include "core/simulate/demo_cine.h"

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

    void whatIsWrittenMarksFrames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("TorchScript") << "model.ts";
        QTest::newRow("TorchScript by its long name") << "model.torchscript";
        QTest::newRow("state dictionary") << "model.pt";
    }

    void whatIsWrittenMarksFrames()
    {
        QFETCH(QString, name);
        if (!runCli({"models"}).out.contains("wirenet-fast"))
            QSKIP("no network can run");
        const QString shipped = QStringLiteral(FEDEFM_SOURCE_DIR "/resources/models/wirenet-fast");
        const QString cine = path("cine.dcm");
        if (!QFile::exists(cine))
            QVERIFY(writeXa(cine.toStdString(), DemoCine({256, 6, 10.0, 1, 10}), {}, false));
        QFile::copy(shipped + ".json", path("model.json")); // the card of a state dictionary
        const CliRun made = runCli({"model", "convert", shipped + ".safetensors", path(name)});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        const CliRun run =
            runCli({"segment", cine, "--out", path(name + "-found"), "--model", path(name), "--as", "npy"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        const QByteArray found = bytes(name + "-found/masks.npy");
        QVERIFY(found.count('\x01') + found.count('\x02') > 50);
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
