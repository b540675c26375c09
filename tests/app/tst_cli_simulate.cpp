// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "core/image/picture_sequence.h"
#include "core/simulate/simulated_cine.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <map>

using namespace fedefm;
using namespace fedefm::test;

namespace {

QByteArray contentOf(const QString& file)
{
    QFile stream(file);
    return stream.open(QIODevice::ReadOnly) ? stream.readAll() : QByteArray();
}

} // namespace

/// `fedefm simulate` in all its forms.
class TestCliSimulate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void picturesAndMasksHoldTheSimulatedValues()
    {
        const QString out = m_folder.filePath("png");
        const CliRun run = runCli({"--json", "--quiet", "--seed", "5", "simulate", "--preset", "phantom",
                                   "--frames", "3", "--size", "96", "--out", out});
        QCOMPARE(run.exitCode, 0);
        QCOMPARE(run.json()["frames"].toInt(), 3);
        const auto cine = *SimulatedCine::create({"phantom", 96, 3, 5});
        const auto pictures = *openPictureFolder((out + "/images").toStdString());
        const auto masks = *openPictureFolder((out + "/masks").toStdString());
        QCOMPARE(pictures->info().frameCount, 3);
        const int shift = cine->info().bitsStored - 8;
        const QByteArray npy = contentOf(out + "/masks.npy");
        QVERIFY(npy.contains("(3, 96, 96"));
        for (int index = 0; index < 3; ++index) {
            const FramePtr frame = *cine->read(index);
            const SimulatedTruth truth = *cine->truth(index);
            const FramePtr picture = *pictures->read(index);
            const FramePtr mask = *masks->read(index);
            const char* stacked = npy.constData() + npy.size() - (3 - index) * 96 * 96;
            for (int i = 0; i < 96 * 96; ++i) {
                QCOMPARE(picture->valueAt(i % 96, i / 96), frame->valueAt(i % 96, i / 96) >> shift);
                QCOMPARE(mask->valueAt(i % 96, i / 96), int(truth.labels[static_cast<std::size_t>(i)]));
                QCOMPARE(int(stacked[i]), int(truth.labels[static_cast<std::size_t>(i)]));
            }
        }
        const QJsonObject truth = QJsonDocument::fromJson(contentOf(out + "/truth.json")).object();
        QCOMPARE(truth["preset"].toString(), "phantom");
        QVERIFY(truth["simulated"].toBool());
        QCOMPARE(truth["frames"].toArray().size(), 3);
        const QJsonObject catheter = truth["frames"].toArray()[0].toObject()["catheter"].toObject();
        QVERIFY(catheter["points_px"].toArray().size() > 5);
        QVERIFY(catheter["points_mm"].toArray()[0].toArray().size() == 3);
    }

    void dicomComesWithItsSegmentation()
    {
        const QString out = m_folder.filePath("dicom");
        QCOMPARE(runCli({"--quiet", "simulate", "--preset", "human", "--frames", "2", "--size", "128", "--as",
                         "dicom", "--out", out})
                     .exitCode,
                 0);
        const auto image = *openDicom((out + "/simulated.dcm").toStdString());
        const auto cine = *SimulatedCine::create({"human", 128, 2, 1});
        QCOMPARE(image->info().frameCount, 2);
        QVERIFY(image->info().identity.patientName.find("Simulated") == 0);
        const FramePtr stored = *image->read(1);
        const FramePtr made = *cine->read(1);
        QVERIFY(std::equal(stored->bytes(), stored->bytes() + stored->byteCount(), made->bytes()));
        const auto seg = *readSeg((out + "/simulated_seg.dcm").toStdString());
        const auto results = segmentationsFor(seg, image->info());
        QVERIFY(results.has_value());
        for (const auto& [index, result] : *results)
            QVERIFY(result->labelImage() == cine->truth(index)->labels);
    }

    void everySequenceHasItsOwnUidsAndPatient()
    {
        std::map<std::string, int> images, patients;
        const auto make = [&](const char* name, const QStringList& options) {
            const QString out = m_folder.filePath(QLatin1String(name));
            QStringList arguments{"--quiet", "--seed"};
            arguments << options.first() << "simulate" << options.mid(1) << "--as"
                      << "dicom"
                      << "--out" << out;
            QCOMPARE(runCli(arguments).exitCode, 0);
            const auto image = *openDicom((out + "/simulated.dcm").toStdString());
            ++images[image->info().ids.sopInstanceUid];
            ++patients[image->info().identity.patientId];
        };
        make("u1", {"0", "--preset", "human", "--frames", "1", "--size", "64"});
        make("u2", {"1", "--preset", "human", "--frames", "1", "--size", "64"});
        make("u3", {"1", "--preset", "animal", "--frames", "1", "--size", "64"});
        make("u4", {"1", "--preset", "human", "--frames", "2", "--size", "64"});
        make("u5", {"1", "--preset", "human", "--frames", "1", "--size", "96"});
        QCOMPARE(images.size(), std::size_t(5));
        QCOMPARE(patients,
                 (std::map<std::string, int>{{"SIM-human-0", 1}, {"SIM-human-1", 3}, {"SIM-animal-1", 1}}));
        make("again", {"1", "--preset", "human", "--frames", "1", "--size", "64"});
        QCOMPARE(images.size(), std::size_t(5));
    }

    void dataSetForms()
    {
        const QStringList general{"--quiet", "simulate", "--preset", "animal", "--frames",
                                  "4",       "--size",   "64",       "--form"};
        const QString ei = m_folder.filePath("ei");
        QCOMPARE(runCli(general + QStringList{"eiphantom", "--out", ei}).exitCode, 0);
        QVERIFY(QFile::exists(ei + "/frame_0003.png"));
        QVERIFY(contentOf(ei + "/frame_0003_mask.npy").contains("(64, 64"));
        const QString action = m_folder.filePath("cathaction");
        QCOMPARE(runCli(general + QStringList{"cathaction", "--out", action}).exitCode, 0);
        QVERIFY(contentOf(action + "/images/frame_0000.jpg").startsWith("\xff\xd8"));
        QVERIFY(QFile::exists(action + "/labels/frame_0003.png"));
        QVERIFY(QFile::exists(action + "/tips/frame_0003.txt"));
        const QByteArray table = contentOf(action + "/actions.csv");
        QVERIFY(table.startsWith("video_id,start_frame,stop_frame,class\nsimulated-animal-1,0,"));
        const QString guide = m_folder.filePath("guide3d");
        QCOMPARE(runCli(general + QStringList{"guide3d", "--out", guide}).exitCode, 0);
        QVERIFY(QFile::exists(guide + "/images/frame_0000.png"));
        const QJsonObject notes = QJsonDocument::fromJson(contentOf(guide + "/annotations.json")).object();
        QCOMPARE(notes["frames"].toArray().size(), 4);
    }

    void everyTipInViewHasABox()
    {
        const QString out = m_folder.filePath("tips");
        QCOMPARE(runCli({"--quiet", "simulate", "--preset", "intervention", "--frames", "1", "--size", "96",
                         "--sequences", "16", "--form", "cathaction", "--out", out})
                     .exitCode,
                 0);
        int further = 0;
        for (const QString& name : QDir(out).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QString folder = out + '/' + name;
            const QJsonObject truth =
                QJsonDocument::fromJson(contentOf(folder + "/truth.json")).object()["frames"][0].toObject();
            const auto inView = [](const QJsonValue& device) {
                return device["tip_inside"].toBool() ? 1 : 0;
            };
            int expected = std::max(inView(truth["catheter"]), inView(truth["guidewire"]));
            for (const auto& device : truth["further_catheters"].toArray()) {
                expected += inView(device);
                further += inView(device);
                QVERIFY(device.toObject()["width_px"].toDouble() > 0.4);
            }
            QCOMPARE(int(contentOf(folder + "/tips/frame_0000.txt").count('\n')), expected);
        }
        QVERIFY(further > 0);
    }

    void severalSequencesTakeTheFollowingSeeds()
    {
        const QString out = m_folder.filePath("several");
        QCOMPARE(runCli({"--quiet", "--seed", "10", "simulate", "--preset", "simulation", "--frames", "1",
                         "--size", "64", "--sequences", "2", "--out", out})
                     .exitCode,
                 0);
        const QString alone = m_folder.filePath("alone");
        QCOMPARE(runCli({"--quiet", "--seed", "11", "simulate", "--preset", "simulation", "--frames", "1",
                         "--size", "64", "--out", alone})
                     .exitCode,
                 0);
        const QByteArray second = contentOf(out + "/sequence_0001/images/frame_0000.png");
        QVERIFY(!second.isEmpty());
        QCOMPARE(second, contentOf(alone + "/images/frame_0000.png"));
        QVERIFY(second != contentOf(out + "/sequence_0000/images/frame_0000.png"));
    }

    /// It is written frame by frame, and so begun before the first of them.
    void masksInTheWayAreFoundOutAtOnce()
    {
        const QString out = m_folder.filePath("taken");
        QVERIFY(QDir().mkpath(out));
        QFile taken(out + "/masks.npy");
        QVERIFY(taken.open(QIODevice::WriteOnly) && taken.write("mine") == 4);
        taken.close();
        QCOMPARE(runCli({"simulate", "--frames", "1", "--size", "64", "--out", out}).exitCode, 1);
        QCOMPARE(contentOf(out + "/masks.npy"), QByteArray("mine"));
        QVERIFY(!QFile::exists(out + "/images/frame_0000.png"));
    }

    void mistakesAreNamed()
    {
        const QString out = m_folder.filePath("wrong");
        const CliRun preset = runCli({"simulate", "--preset", "humam", "--out", out});
        QCOMPARE(preset.exitCode, 2);
        QVERIFY(preset.err.contains("did you mean human?"));
        QCOMPARE(runCli({"simulate", "--size", "20", "--out", out}).exitCode, 2);
        QCOMPARE(runCli({"simulate", "--form", "eiphantom", "--as", "dicom", "--out", out}).exitCode, 2);
        const QStringList small{"simulate", "--frames", "1", "--size", "64", "--out", out};
        QCOMPARE(runCli(small).exitCode, 0);
        QCOMPARE(runCli(small).exitCode, 1);
        QCOMPARE(runCli(QStringList{"--force"} + small).exitCode, 0);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliSimulate)
#include "tst_cli_simulate.moc"
