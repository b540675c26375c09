// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "dicom_bytes.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace fedefm;
using namespace fedefm::test;

class TestDicomReaderEnhanced : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMaskItemIsKept();
    void shiftsOfFrames();
    void sharedShift();
    void magnificationOfTheGeometry();
    void differingWindowsAreTold();
    void isocenterAngles();
    void characterSets_data();
    void characterSets();
    void objectsWithoutImageAreNamed_data();
    void objectsWithoutImageAreNamed();

private:
    static DicomBytes maskItem(int id, int mask, int first, int last);
    SequencePtr open(const DicomBytes& header, const DicomBytes& shared,
                     const std::vector<DicomBytes>& perFrame, int frames);
    static bool warns(const Sequence& sequence, const char* text);

    ScratchFiles m_files;
};

DicomBytes TestDicomReaderEnhanced::maskItem(int id, int mask, int first, int last)
{
    DicomBytes item;
    item.text(0x00286101, "CS", "AVG_SUB").us(0x00286102, {first, last}).us(0x00286110, {mask});
    item.fl(0x00286114, {0.25F, 0.5F}).us(0x00289416, {id});
    return item;
}

SequencePtr TestDicomReaderEnhanced::open(const DicomBytes& header, const DicomBytes& shared,
                                          const std::vector<DicomBytes>& perFrame, int frames)
{
    DicomBytes data;
    data.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.12.1.1").text(0x00080060, "CS", "XA");
    data.append(header.bytes());
    data.text(0x00280008, "IS", std::to_string(frames)).image(4, 4, 16, 12);
    data.sequence(0x52009229, {shared}).sequence(0x52009230, perFrame);
    data.raw(0x7FE00010, "OW", QByteArray(32 * frames, '\1'));
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    if (!sequence)
        qWarning("%s", describe(sequence.error()).c_str());
    return sequence ? *sequence : nullptr;
}

bool TestDicomReaderEnhanced::warns(const Sequence& sequence, const char* text)
{
    const auto& lines = sequence.info().warnings;
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

void TestDicomReaderEnhanced::everyMaskItemIsKept()
{
    DicomBytes averaged = maskItem(2, 4, 5, 6);
    averaged.us(0x00286112, {3});
    DicomBytes header;
    header.sequence(0x00286100, {maskItem(1, 1, 2, 3), averaged});
    const SequencePtr sequence = open(header, DicomBytes(), {}, 7);
    QVERIFY(sequence && sequence->info().maskSubtraction);
    const MaskSubtraction& mask = *sequence->info().maskSubtraction;
    QCOMPARE(mask.others.size(), std::size_t(1));
    QCOMPARE(maskFramesFor(mask, 1, 7), std::vector<int>{0});
    QCOMPARE(maskFramesFor(mask, 2, 7), std::vector<int>{0});
    QCOMPARE(maskFramesFor(mask, 4, 7), std::vector<int>{3});
    QVERIFY(maskFramesFor(mask, 3, 7).empty());
    QVERIFY(maskFramesFor(mask, 6, 7).empty());
    QVERIFY(!maskItemFor(mask, 7, 7));
    QVERIFY(warns(*sequence, "(0028,6112)"));
}

void TestDicomReaderEnhanced::shiftsOfFrames()
{
    std::vector<DicomBytes> perFrame;
    for (int i = 0; i < 4; ++i) {
        DicomBytes other;
        other.us(0x00289416, {9}).fl(0x00286114, {7.0F, 7.0F});
        DicomBytes own;
        own.us(0x00289416, {1}).fl(0x00286114, {float(i), -float(i)});
        DicomBytes frame;
        frame.sequence(0x00289415, {other, own});
        perFrame.push_back(frame);
    }
    DicomBytes header;
    header.sequence(0x00286100, {maskItem(1, 1, 2, 3), maskItem(2, 1, 4, 4)});
    const SequencePtr sequence = open(header, DicomBytes(), perFrame, 4);
    QVERIFY(sequence && sequence->info().maskSubtraction);
    const MaskSubtraction& mask = *sequence->info().maskSubtraction;
    QCOMPARE(maskShiftFor(mask, 2, 4).dy, 2.0);
    QCOMPARE(maskShiftFor(mask, 2, 4).dx, -2.0);
    QCOMPARE(maskShiftFor(mask, 3, 4).dy, 0.25); // item 2 has no shifts of frames
    QCOMPARE(maskShiftFor(mask, 3, 4).dx, 0.5);
    QCOMPARE(maskShiftFor(mask, 0, 4).dx, 0.0);
}

void TestDicomReaderEnhanced::sharedShift()
{
    DicomBytes shift;
    shift.us(0x00289416, {1}).fl(0x00286114, {3.0F, -1.5F});
    DicomBytes shared;
    shared.sequence(0x00289415, {shift});
    DicomBytes header;
    header.sequence(0x00286100, {maskItem(1, 1, 1, 3)});
    const SequencePtr sequence = open(header, shared, std::vector<DicomBytes>(3), 3);
    QVERIFY(sequence && sequence->info().maskSubtraction);
    QVERIFY(sequence->info().maskSubtraction->frameShifts.empty());
    QCOMPARE(sequence->info().maskSubtraction->shiftRowsPx, 3.0);
    QCOMPARE(sequence->info().maskSubtraction->shiftColumnsPx, -1.5);
}

void TestDicomReaderEnhanced::magnificationOfTheGeometry()
{
    DicomBytes properties;
    properties.text(0x00181164, "DS", "0.3\\0.3");
    DicomBytes geometry;
    geometry.text(0x00181114, "DS", "1.5");
    DicomBytes shared;
    shared.sequence(0x00289443, {properties}).sequence(0x00189476, {geometry});
    const SequencePtr sequence = open(DicomBytes(), shared, {}, 1);
    QVERIFY(sequence);
    QCOMPARE(sequence->info().spacing.rowMm, 0.2);
}

void TestDicomReaderEnhanced::differingWindowsAreTold()
{
    for (const bool differs : {true, false}) {
        std::vector<DicomBytes> perFrame;
        for (int i = 0; i < 3; ++i) {
            DicomBytes window;
            window.text(0x00281050, "DS", differs && i == 2 ? "500" : "300").text(0x00281051, "DS", "600");
            DicomBytes frame;
            frame.sequence(0x00289132, {window});
            perFrame.push_back(frame);
        }
        const SequencePtr sequence = open(DicomBytes(), DicomBytes(), perFrame, 3);
        QVERIFY(sequence);
        QCOMPARE(sequence->info().grey.windows.at(0).center, 300.0);
        QCOMPARE(warns(*sequence, "(0028,9132)"), differs);
    }
}

void TestDicomReaderEnhanced::isocenterAngles()
{
    DicomBytes isocenter;
    isocenter.fl(0x00189463, {30.0F}).fl(0x00189464, {-20.0F});
    DicomBytes shared;
    shared.sequence(0x00189462, {isocenter});
    const SequencePtr sequence = open(DicomBytes(), shared, {}, 2);
    QVERIFY(sequence);
    QCOMPARE(sequence->info().angles.size(), std::size_t(1));
    QCOMPARE(sequence->info().angles[0].text(), std::string("LAO 30 CAU 20"));
    QVERIFY(warns(*sequence, "isocenter"));

    DicomBytes plain;
    plain.text(0x00181510, "DS", "5").text(0x00181511, "DS", "6");
    const SequencePtr both = open(plain, shared, {}, 2);
    QCOMPARE(both->info().angles[0].primaryDeg, 5.0);
    QVERIFY(!warns(*both, "isocenter"));
}

void TestDicomReaderEnhanced::characterSets_data()
{
    QTest::addColumn<QByteArray>("terms");
    QTest::addColumn<QByteArray>("stored");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QByteArray>("warning");
    QTest::newRow("Latin 9") << QByteArray("ISO_IR 203") << QByteArray("\xA4 \xBDuvre")
                             << QStringLiteral("€ œuvre") << QByteArray();
    QTest::newRow("Latin 9 by escape")
        << QByteArray("ISO 2022 IR 203") << QByteArray("\x1B-b\xA4") << QStringLiteral("€") << QByteArray();
    QTest::newRow("Latin 1") << QByteArray("ISO_IR 100") << QByteArray("\xA4") << QStringLiteral("¤")
                             << QByteArray();
    QTest::newRow("unknown") << QByteArray("ISO_IR 999") << QByteArray("Z\xFCrich")
                             << QStringLiteral("Zürich") << QByteArray("ISO_IR 999 is not supported");
    QTest::newRow("one unknown of two")
        << QByteArray("\\ISO 2022 IR 100\\X-FOREIGN") << QByteArray("Z\xFCrich") << QStringLiteral("Zürich")
        << QByteArray(" X-FOREIGN is not");
}

void TestDicomReaderEnhanced::characterSets()
{
    QFETCH(QByteArray, terms);
    QFETCH(QByteArray, stored);
    QFETCH(QByteArray, warning);
    DicomBytes header;
    header.text(0x00080005, "CS", terms.toStdString()).text(0x00080080, "LO", stored.toStdString());
    const SequencePtr sequence = open(header, DicomBytes(), {}, 1);
    QVERIFY(sequence);
    QTEST(QString::fromStdString(sequence->info().identity.institution), "shown");
    if (warning.isEmpty())
        QVERIFY(!warns(*sequence, "(0008,0005)"));
    else
        QVERIFY(warns(*sequence, warning.constData()));
}

void TestDicomReaderEnhanced::objectsWithoutImageAreNamed_data()
{
    QTest::addColumn<QByteArray>("uid");
    QTest::addColumn<QByteArray>("name");
    const auto row = [](const char* uid, const char* name) {
        QTest::newRow(name) << QByteArray(uid) << QByteArray(name);
    };
    row("1.2.840.10008.5.1.4.1.1.88.11", "Basic Text SR Storage");
    row("1.2.840.10008.5.1.4.1.1.11.1", "Grayscale Softcopy Presentation State Storage");
    row("1.2.840.10008.5.1.4.1.1.481.5", "RT Plan Storage");
    row("1.2.840.10008.1.3.10", "Media Storage Directory Storage");
}

void TestDicomReaderEnhanced::objectsWithoutImageAreNamed()
{
    QFETCH(QByteArray, uid);
    QFETCH(QByteArray, name);
    DicomBytes data;
    data.text(0x00080016, "UI", uid.toStdString());
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    QVERIFY(!sequence);
    QCOMPARE(sequence.error().code, ErrorCode::DicomNoPixels);
    QVERIFY2(sequence.error().detail.rfind(name.toStdString() + ": ", 0) == 0,
             sequence.error().detail.c_str());
}

QTEST_GUILESS_MAIN(TestDicomReaderEnhanced)
#include "tst_dicom_reader_enhanced.moc"
