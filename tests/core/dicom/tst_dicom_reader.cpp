// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "test_data.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <cmath>
#include <thread>

using namespace fedefm;

namespace {

struct Totals
{
    double sum = 0.0;
    double count = 0.0;
    int minimum = 1 << 30;
    int maximum = -(1 << 30);
};

template <typename T> void accumulate(const Frame& frame, Totals& totals)
{
    const T* values = frame.data<T>();
    for (std::size_t i = 0; i < frame.sampleCount(); ++i) {
        totals.sum += values[i];
        totals.minimum = std::min<int>(totals.minimum, values[i]);
        totals.maximum = std::max<int>(totals.maximum, values[i]);
    }
    totals.count += static_cast<double>(frame.sampleCount());
}

void accumulate(const Frame& frame, Totals& totals)
{
    switch (frame.type()) {
    case PixelType::U8:
        return accumulate<std::uint8_t>(frame, totals);
    case PixelType::U16:
        return accumulate<std::uint16_t>(frame, totals);
    case PixelType::I16:
        return accumulate<std::int16_t>(frame, totals);
    }
}

QString typeName(PixelType type)
{
    return type == PixelType::U8 ? "uint8" : type == PixelType::U16 ? "uint16" : "int16";
}

QByteArray frameDigest(const Frame& frame)
{
    return QCryptographicHash::hash(QByteArray::fromRawData(reinterpret_cast<const char*>(frame.bytes()),
                                                            static_cast<qsizetype>(frame.byteCount())),
                                    QCryptographicHash::Sha256);
}

} // namespace

class TestDicomReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void expectedPixels_data();
    void expectedPixels();
    void parallelReadsEqualSerialOnes();
    void framesOutsideAreErrors();
    void missingFilesAndFolders();
    void realMetadata();
    void segmentationAsBits();
    void otherObjects_data();
    void otherObjects();
};

void TestDicomReader::expectedPixels_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QJsonObject>("expected");
    QFile file(QString::fromStdString(test::realData("expected.json").string()));
    if (!file.open(QIODevice::ReadOnly)) {
        QTest::newRow("absent") << QString() << QJsonObject();
        return;
    }
    const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
    for (auto it = all.begin(); it != all.end(); ++it)
        QTest::newRow(qPrintable(it.key())) << it.key() << it.value().toObject();
}

void TestDicomReader::expectedPixels()
{
    QFETCH(QString, path);
    QFETCH(QJsonObject, expected);
    if (path.isEmpty())
        QSKIP("real test data are not here (set FEDEFM_TEST_DATA)");
    const auto file = test::realData(path.toStdString());
    QVERIFY(looksLikeDicom(file));
    const auto sequence = openDicom(file);
    if (expected.contains("pixels") && expected["pixels"].isNull()) {
        QVERIFY(!sequence);
        QCOMPARE(errorName(sequence.error().code), "DicomNoPixels");
        return;
    }
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    const SequenceInfo& info = (*sequence)->info();
    QCOMPARE(QString::fromStdString(info.modality), expected["modality"].toString());
    QCOMPARE(QString::fromStdString(info.transferSyntaxUid), expected["transfer_syntax"].toString());
    QCOMPARE(info.height, expected["rows"].toInt());
    QCOMPARE(info.width, expected["columns"].toInt());
    QCOMPARE(info.frameCount, expected["frames"].toInt());
    QCOMPARE(info.samples, expected["samples"].toInt());
    QCOMPARE(info.bitsAllocated, expected["bits_allocated"].toInt());
    QCOMPARE(info.bitsStored, expected["bits_stored"].toInt());
    QCOMPARE(QString::fromStdString(info.photometric), expected["photometric"].toString());
    QCOMPARE(typeName(info.pixelType), expected["dtype"].toString());

    QCryptographicHash hash(QCryptographicHash::Sha256);
    Totals totals;
    for (int i = 0; i < info.frameCount; ++i) {
        const auto frame = (*sequence)->read(i);
        QVERIFY2(frame.has_value(), frame ? "" : describe(frame.error()).c_str());
        QCOMPARE((*frame)->width(), info.width);
        QCOMPARE((*frame)->height(), info.height);
        QCOMPARE((*frame)->samples(), info.samples);
        hash.addData(QByteArray::fromRawData(reinterpret_cast<const char*>((*frame)->bytes()),
                                             static_cast<qsizetype>((*frame)->byteCount())));
        accumulate(**frame, totals);
    }
    const double mean = totals.sum / totals.count;
    if (expected["lossless"].toBool()) {
        QCOMPARE(totals.minimum, expected["min"].toInt());
        QCOMPARE(totals.maximum, expected["max"].toInt());
        QVERIFY2(std::fabs(mean - expected["mean"].toDouble()) < 1e-3, qPrintable(QString::number(mean)));
        QCOMPARE(QString::fromLatin1(hash.result().toHex()), expected["sha256"].toString());
        return;
    }
    QVERIFY2(std::fabs(mean - expected["mean"].toDouble()) < 1.0, qPrintable(QString::number(mean)));
    QVERIFY(std::abs(totals.minimum - expected["min"].toInt()) <= 8);
    QVERIFY(std::abs(totals.maximum - expected["max"].toInt()) <= 8);
    QVERIFY(info.lossy);
}

void TestDicomReader::parallelReadsEqualSerialOnes()
{
    const auto file = test::realData("dicom/xa_barre_catheter_12f_jpegll.dcm");
    NEEDS_REAL_DATA(file);
    const auto sequence = openDicom(file);
    QVERIFY(sequence.has_value());
    std::vector<QByteArray> serial;
    for (int i = 0; i < 12; ++i)
        serial.push_back(frameDigest(**(*sequence)->read(i)));
    std::vector<QByteArray> parallel(24);
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 12; ++i)
                if (const auto frame = (*sequence)->read(i))
                    parallel[static_cast<std::size_t>(12 * t + i)] = frameDigest(**frame);
        });
    for (std::thread& thread : threads)
        thread.join();
    for (std::size_t i = 0; i < 24; ++i)
        QCOMPARE(parallel[i], serial[i % 12]);
}

void TestDicomReader::framesOutsideAreErrors()
{
    const auto file = test::realData("dicom/ot_complex_2f_512x1024.dcm");
    NEEDS_REAL_DATA(file);
    const auto sequence = openDicom(file);
    QVERIFY(sequence.has_value());
    for (const int index : {-1, 2, 1000000}) {
        const auto frame = (*sequence)->read(index);
        QVERIFY(!frame);
        QCOMPARE(frame.error().code, ErrorCode::OutOfRange);
    }
}

void TestDicomReader::missingFilesAndFolders()
{
    QCOMPARE(openDicom("/nowhere/at/all.dcm").error().code, ErrorCode::FileNotFound);
    QCOMPARE(openDicom("/tmp").error().code, ErrorCode::FileUnreadable);
    QVERIFY(!looksLikeDicom("/tmp"));
    QVERIFY(!looksLikeDicom(QCoreApplication::applicationFilePath().toStdString()));
    QCOMPARE(openDicom("/proc/self/exe").error().code, ErrorCode::NotDicom);
}

void TestDicomReader::realMetadata()
{
    const auto file = test::realData("dicom/xa_rubo0002_96f_jpegbaseline.dcm");
    NEEDS_REAL_DATA(file);
    const auto sequence = openDicom(file);
    QVERIFY(sequence.has_value());
    const SequenceInfo& info = (*sequence)->info();
    QVERIFY(QString::fromStdString(info.transferSyntaxName).startsWith("JPEG Baseline"));
    QCOMPARE(info.kind, std::string("DICOM"));
    QVERIFY(!info.grey.applyModalityLut);
    QCOMPARE(info.timing.frameTimesMs.size(), std::size_t(96));
    QVERIFY(info.angles.size() == 1 || info.angles.size() == 96);

    const auto overlay = openDicom(test::realData("dicom/mr_graphic_overlay_60xx.dcm"));
    QVERIFY(overlay.has_value());
    QCOMPARE((*overlay)->info().overlays.size(), std::size_t(1));
    const auto palette = openDicom(test::realData("dicom/ot_palette_color.dcm"));
    QVERIFY(palette.has_value());
    QVERIFY((*palette)->info().palette);
    QCOMPARE((*palette)->info().palette->entries.size(), std::size_t(256));
    const auto modality = openDicom(test::realData("dicom/cr_modality_lut_sequence_jpegll.dcm"));
    QVERIFY(modality.has_value());
    QVERIFY((*modality)->info().grey.modalityLut.has_value());
    QVERIFY((*modality)->info().grey.inverse);
}

void TestDicomReader::segmentationAsBits()
{
    const auto file = test::realData("other/dicom_objects/seg_cr_binary.dcm");
    NEEDS_REAL_DATA(file);
    const auto sequence = openDicom(file);
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    QCOMPARE((*sequence)->info().identity.patientName, std::string("Doe, Archibald"));
    const auto frame = (*sequence)->read(0);
    QVERIFY(frame.has_value());
    for (int y = 0; y < 16; ++y)
        for (int x = 0; x < 16; ++x)
            QVERIFY((*frame)->valueAt(x, y) <= 1);
}

void TestDicomReader::otherObjects_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("error");
    QTest::newRow("cr") << "cr_for_seg_cr_binary.dcm"
                        << "";
    QTest::newRow("gsps") << "gsps_overlay.dcm"
                          << "DicomNoPixels";
    QTest::newRow("target") << "gsps_overlay_target_image.dcm"
                            << "";
    QTest::newRow("rdsr") << "rdsr_fluoro_philips_allura.dcm"
                          << "DicomNoPixels";
    QTest::newRow("seg overlapping") << "seg_ct_overlapping.dcm"
                                     << "";
    QTest::newRow("seg liver") << "seg_liver_3f_binary.dcm"
                               << "";
    QTest::newRow("sr") << "sr_comprehensive.dcm"
                        << "DicomNoPixels";
    QTest::newRow("sr tid1500") << "sr_tid1500_roi.dcm"
                                << "DicomNoPixels";
}

void TestDicomReader::otherObjects()
{
    QFETCH(QString, path);
    QFETCH(QString, error);
    const auto file = test::realData("other/dicom_objects/" + path.toStdString());
    NEEDS_REAL_DATA(file);
    const auto sequence = openDicom(file);
    if (!error.isEmpty()) {
        QVERIFY(!sequence);
        QCOMPARE(QString(errorName(sequence.error().code)), error);
        return;
    }
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    for (int i = 0; i < (*sequence)->info().frameCount; ++i)
        QVERIFY((*sequence)->read(i).has_value());
}

QTEST_GUILESS_MAIN(TestDicomReader)
#include "tst_dicom_reader.moc"
