// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "dicom_bytes.h"

#include <QtTest>

using namespace fedefm;
using namespace fedefm::test;

class TestDicomReaderMetadata : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void identityAndIds();
    void windowsAndVoiLuts();
    void modalityLutIsNotForAngiography_data();
    void modalityLutIsNotForAngiography();
    void timingByVector();
    void trimsAndPlayback();
    void spacingKinds();
    void maskSubtraction();
    void angles();
    void shutters();
    void palettes_data();
    void palettes();
    void overlays();
    void embeddedOverlay();
    void enhancedFunctionalGroups();

private:
    SequencePtr open(const DicomBytes& header, int frames = 1);

    ScratchFiles m_files;
};

/// A 4 x 4 image of 16 bits behind the given elements.
SequencePtr TestDicomReaderMetadata::open(const DicomBytes& header, int frames)
{
    DicomBytes data = header;
    data.text(0x00280008, "IS", std::to_string(frames)).image(4, 4, 16, 12);
    data.raw(0x7FE00010, "OW", QByteArray(32 * frames, '\1'));
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    if (!sequence)
        qWarning("%s", describe(sequence.error()).c_str());
    return sequence ? *sequence : nullptr;
}

void TestDicomReaderMetadata::identityAndIds()
{
    DicomBytes data;
    data.text(0x00080005, "CS", "ISO_IR 100").text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.12.1");
    data.text(0x00080018, "UI", "1.2.3")
        .text(0x00080020, "DA", "20260131")
        .text(0x00080030, "TM", "123456.789");
    data.text(0x00080060, "CS", "XA").text(0x00080080, "LO", "Klinik Z\xFCrich");
    data.text(0x00100010, "PN", "M\xFCller^J\xF6rg^^Dr").text(0x00100020, "LO", "4711");
    data.text(0x00100030, "DA", "1950.12.24").text(0x00100040, "CS", "M").text(0x0020000D, "UI", "1.2.4");
    data.text(0x0020000E, "UI", "1.2.5").text(0x00200011, "IS", "7").text(0x00200013, "IS", " 12 ");
    data.text(0x00200020, "CS", "L\\F").text(0x00280301, "CS", "YES").us(0x00286010, {3});
    const SequencePtr sequence = open(data, 4);
    QVERIFY(sequence);
    const SequenceInfo& info = sequence->info();
    QCOMPARE(QString::fromStdString(info.identity.patientName), QStringLiteral("Müller, Jörg"));
    QCOMPARE(QString::fromStdString(info.identity.institution), QStringLiteral("Klinik Zürich"));
    QCOMPARE(info.identity.patientId, std::string("4711"));
    QCOMPARE(info.identity.birthDate, std::string("1950-12-24"));
    QCOMPARE(info.identity.studyDate, std::string("2026-01-31"));
    QCOMPARE(info.identity.studyTime, std::string("12:34:56"));
    QCOMPARE(info.ids.sopInstanceUid, std::string("1.2.3"));
    QCOMPARE(info.ids.studyUid, std::string("1.2.4"));
    QCOMPARE(info.ids.seriesUid, std::string("1.2.5"));
    QCOMPARE(info.ids.seriesNumber, 7);
    QCOMPARE(info.ids.instanceNumber, 12);
    QCOMPARE(info.rowOrientation, std::string("L"));
    QCOMPARE(info.columnOrientation, std::string("F"));
    QVERIFY(info.burnedInAnnotation);
    QCOMPARE(info.representativeFrame, 2);
}

void TestDicomReaderMetadata::windowsAndVoiLuts()
{
    DicomBytes lut;
    lut.us(0x00283002, {4, 100, 12}).text(0x00283003, "LO", "bone");
    lut.us(0x00283006, {0, 1000, 2000, 4095});
    DicomBytes packed;
    packed.us(0x00283002, {4, 0, 8}).raw(0x00283006, "OW", QByteArray("\x01\x02\x03\x04", 4));
    DicomBytes broken;
    broken.us(0x00283002, {400, 0, 12}).us(0x00283006, {0, 1});
    DicomBytes data;
    data.us(0x00280120, {4095}).text(0x00281040, "CS", "LOG").text(0x00281050, "DS", "100\\2047.5");
    data.text(0x00281051, "DS", "200\\4096").text(0x00281055, "LO", "soft\\wide");
    data.text(0x00281056, "CS", "LINEAR_EXACT").sequence(0x00283010, {lut, packed, broken});
    data.text(0x20500020, "CS", "INVERSE");
    const SequencePtr sequence = open(data);
    QVERIFY(sequence);
    const GreyDefaults& grey = sequence->info().grey;
    QCOMPARE(grey.windows.size(), std::size_t(2));
    QCOMPARE(grey.windows[1].center, 2047.5);
    QCOMPARE(grey.windows[1].width, 4096.0);
    QCOMPARE(grey.windows[1].label, std::string("wide"));
    QVERIFY(grey.windows[0].function == WindowFunction::LinearExact);
    QCOMPARE(grey.voiLuts.size(), std::size_t(2));
    QCOMPARE(grey.voiLuts[0].firstMapped, 100);
    QCOMPARE(grey.voiLuts[0].bits, 12);
    QCOMPARE(grey.voiLuts[0].entries, (std::vector<std::uint16_t>{0, 1000, 2000, 4095}));
    QCOMPARE(grey.voiLuts[0].label, std::string("bone"));
    QCOMPARE(grey.voiLuts[1].entries, (std::vector<std::uint16_t>{1, 2, 3, 4}));
    QVERIFY(grey.inverse);
    QVERIFY(grey.logarithmic);
    QCOMPARE(grey.paddingValue.value_or(-1), 4095);
    QVERIFY(!sequence->info().warnings.empty());
}

void TestDicomReaderMetadata::modalityLutIsNotForAngiography_data()
{
    QTest::addColumn<QString>("sopClass");
    QTest::addColumn<bool>("applies");
    QTest::newRow("XA") << "1.2.840.10008.5.1.4.1.1.12.1" << false;
    QTest::newRow("XRF") << "1.2.840.10008.5.1.4.1.1.12.2" << false;
    QTest::newRow("enhanced XA") << "1.2.840.10008.5.1.4.1.1.12.1.1" << false;
    QTest::newRow("enhanced XRF") << "1.2.840.10008.5.1.4.1.1.12.2.1" << false;
    QTest::newRow("CR") << "1.2.840.10008.5.1.4.1.1.1" << true;
}

void TestDicomReaderMetadata::modalityLutIsNotForAngiography()
{
    QFETCH(QString, sopClass);
    QFETCH(bool, applies);
    DicomBytes data;
    data.text(0x00080016, "UI", sopClass.toStdString());
    data.text(0x00281052, "DS", "-1024").text(0x00281053, "DS", "2.5");
    const SequencePtr sequence = open(data);
    QVERIFY(sequence);
    const GreyDefaults& grey = sequence->info().grey;
    QCOMPARE(grey.applyModalityLut, applies);
    QCOMPARE(grey.rescaleSlope, applies ? 2.5 : 1.0);
    QCOMPARE(grey.rescaleIntercept, applies ? -1024.0 : 0.0);
}

void TestDicomReaderMetadata::timingByVector()
{
    DicomBytes data;
    data.text(0x00181063, "DS", "100").text(0x00181065, "DS", "0\\40\\60").at(0x00280009, 0x00181065);
    const SequencePtr sequence = open(data, 3);
    QVERIFY(sequence);
    QVERIFY(sequence->info().timing.source == RateSource::FrameTimeVector);
    QCOMPARE(sequence->info().timing.frameTimesMs, (std::vector<double>{0.0, 40.0, 100.0}));

    DicomBytes constant;
    constant.text(0x00181063, "DS", "33.3").at(0x00280009, 0x00181063);
    const SequencePtr second = open(constant, 3);
    QVERIFY(second);
    QVERIFY(second->info().timing.source == RateSource::FrameTime);
    QVERIFY(std::abs(second->info().timing.fps - 1000.0 / 33.3) < 1e-9);
}

void TestDicomReaderMetadata::trimsAndPlayback()
{
    DicomBytes data;
    data.text(0x00082142, "IS", "2").text(0x00082143, "IS", "3").text(0x00082144, "IS", "25");
    data.us(0x00181244, {1});
    const SequencePtr sequence = open(data, 4);
    QVERIFY(sequence);
    const CineTiming& timing = sequence->info().timing;
    QCOMPARE(timing.firstFrame, 1);
    QCOMPARE(timing.lastFrame, 2);
    QCOMPARE(timing.fps, 25.0);
    QVERIFY(timing.preferredLoop == LoopMode::Sweep);
}

void TestDicomReaderMetadata::spacingKinds()
{
    DicomBytes imager;
    imager.text(0x00080060, "CS", "XA").text(0x00181164, "DS", "0.2\\0.2");
    QVERIFY(open(imager)->info().spacing.kind == SpacingKind::Detector);
    DicomBytes fiducial;
    fiducial.text(0x00080060, "CS", "XA").text(0x00181164, "DS", "0.2\\0.2");
    fiducial.text(0x00280030, "DS", "0.14\\0.15").text(0x00280A02, "CS", "FIDUCIAL");
    const SequencePtr calibrated = open(fiducial);
    QVERIFY(calibrated->info().spacing.kind == SpacingKind::Calibrated);
    QCOMPARE(calibrated->info().spacing.rowMm, 0.14);
    QCOMPARE(calibrated->info().spacing.columnMm, 0.15);
    DicomBytes zero;
    zero.text(0x00080060, "CS", "XA").text(0x00280030, "DS", "0\\0");
    QVERIFY(!open(zero)->info().spacing.isKnown());
    DicomBytes nonsense;
    nonsense.text(0x00080060, "CS", "XA").text(0x00280030, "DS", "nan\\1e999");
    QVERIFY(!open(nonsense)->info().spacing.isKnown());
}

void TestDicomReaderMetadata::maskSubtraction()
{
    DicomBytes none;
    none.text(0x00286101, "CS", "NONE");
    DicomBytes item;
    item.text(0x00286101, "CS", "AVG_SUB").us(0x00286102, {3, 5}).us(0x00286110, {1, 2, 99});
    item.fl(0x00286114, {0.5F, -1.25F});
    DicomBytes data;
    data.sequence(0x00286100, {none, item}, true);
    const SequencePtr sequence = open(data, 5);
    QVERIFY(sequence);
    QVERIFY(sequence->info().maskSubtraction.has_value());
    const MaskSubtraction& mask = *sequence->info().maskSubtraction;
    QVERIFY(mask.operation == MaskOperation::AverageSubtraction);
    QCOMPARE(mask.maskFrames, (std::vector<int>{0, 1}));
    QCOMPARE(mask.applicableRanges, (std::vector<std::pair<int, int>>{{2, 4}}));
    QCOMPARE(mask.shiftRowsPx, 0.5);
    QCOMPARE(mask.shiftColumnsPx, -1.25);
}

void TestDicomReaderMetadata::angles()
{
    DicomBytes still;
    still.text(0x00181510, "DS", "-30.4").text(0x00181511, "DS", "20");
    const SequencePtr one = open(still, 3);
    QCOMPARE(one->info().angles.size(), std::size_t(1));
    QCOMPARE(one->info().angles[0].text(), std::string("RAO 30 CRA 20"));
    DicomBytes rotating;
    rotating.text(0x00181510, "DS", "-10").text(0x00181511, "DS", "5").text(0x00181520, "DS", "0\\10\\30");
    rotating.text(0x00181521, "DS", "1.5");
    const SequencePtr three = open(rotating, 3);
    QCOMPARE(three->info().angles.size(), std::size_t(3));
    QCOMPARE(three->info().angles[1].primaryDeg, 0.0);
    QCOMPARE(three->info().angles[2].primaryDeg, 20.0);
    QCOMPARE(three->info().angles[2].secondaryDeg, 8.0);
}

void TestDicomReaderMetadata::shutters()
{
    DicomBytes data;
    data.text(0x00181600, "CS", "RECTANGULAR\\CIRCULAR\\POLYGONAL").text(0x00181602, "IS", "2");
    data.text(0x00181604, "IS", "4").text(0x00181606, "IS", "1").text(0x00181608, "IS", "3");
    data.text(0x00181610, "IS", "2\\3")
        .text(0x00181612, "IS", "2")
        .text(0x00181620, "IS", "1\\1\\1\\4\\4\\4");
    data.us(0x00181622, {1234});
    const SequencePtr sequence = open(data);
    const Shutter& shutter = sequence->info().shutter;
    QVERIFY(shutter.rectangle && shutter.circle);
    QCOMPARE(shutter.rectangle->left, 1);
    QCOMPARE(shutter.rectangle->right, 3);
    QCOMPARE(shutter.rectangle->top, 0);
    QCOMPARE(shutter.rectangle->bottom, 2);
    QCOMPARE(shutter.circle->centerRow, 1);
    QCOMPARE(shutter.circle->centerColumn, 2);
    QCOMPARE(shutter.circle->radius, 2);
    QCOMPARE(shutter.polygon, (std::vector<std::pair<int, int>>{{0, 0}, {0, 3}, {3, 3}}));
    QCOMPARE(int(shutter.presentationValue), 1234);
}

void TestDicomReaderMetadata::palettes_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<QByteArray>("red");
    QTest::addColumn<bool>("segmented");
    const QByteArray wide("\x00\x00\x00\x40\x00\x80\x00\xFF", 8);
    QTest::newRow("16 bit") << 16 << wide << false;
    QTest::newRow("8 bit in words") << 8 << QByteArray("\x00\x00\x40\x00\x80\x00\xFF\x00", 8) << false;
    QTest::newRow("8 bit packed") << 8 << QByteArray("\x00\x40\x80\xFF", 4) << false;
    QTest::newRow("8 bit declared as 16") << 16 << QByteArray("\x00\x00\x40\x00\x80\x00\xFF\x00", 8) << false;
    // discrete (1 entry: 0), linear (2 entries to 8000h), discrete (1 entry: FF00h)
    QTest::newRow("segmented")
        << 16 << QByteArray("\x00\x00\x01\x00\x00\x00\x01\x00\x02\x00\x00\x80\x00\x00\x01\x00\x00\xFF", 18)
        << true;
}

void TestDicomReaderMetadata::palettes()
{
    QFETCH(int, bits);
    QFETCH(QByteArray, red);
    QFETCH(bool, segmented);
    const std::uint32_t base = segmented ? 0x00281221 : 0x00281201;
    DicomBytes data;
    data.image(2, 2, 8, 8, 0, "PALETTE COLOR");
    for (std::uint32_t c = 0; c < 3; ++c)
        data.us(0x00281101 + c, {4, 10, bits});
    for (std::uint32_t c = 0; c < 3; ++c)
        data.raw(base + c, "OW", red);
    data.raw(0x7FE00010, "OB", QByteArray("\x0A\x0B\x0C\x0D", 4));
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    const auto& palette = (*sequence)->info().palette;
    QVERIFY(palette);
    QVERIFY((*sequence)->info().colorModel == ColorModel::Palette);
    QCOMPARE(palette->firstMapped, 10);
    QCOMPARE(palette->entries.size(), std::size_t(4));
    const std::array<std::uint8_t, 4> expected{0x00, 0x40, 0x80, 0xFF};
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            QCOMPARE(palette->entries[i][c], expected[i]);
}

void TestDicomReaderMetadata::overlays()
{
    DicomBytes data;
    data.text(0x00280008, "IS", "2").image(4, 4, 8, 8);
    data.us(0x60000010, {2}).us(0x60000011, {3}).text(0x60000015, "IS", "2").us(0x60000050, {2, -1}, "SS");
    data.us(0x60000051, {2}).us(0x60000100, {1}).us(0x60000102, {0});
    data.raw(0x60003000, "OW", QByteArray("\x55\x0A", 2)); // 1,0,1,0,1,0 then 1,0,0,1,0,1
    data.us(0x60020010, {400}).us(0x60020011, {400}).raw(0x60023000, "OW", QByteArray(2, '\0'));
    data.raw(0x7FE00010, "OB", QByteArray(32, '\0'));
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    const SequenceInfo& info = (*sequence)->info();
    QCOMPARE(info.overlays.size(), std::size_t(1));
    const OverlayPlane& plane = info.overlays[0];
    QCOMPARE(plane.originRow, 1);
    QCOMPARE(plane.originColumn, -2);
    QCOMPARE(plane.firstFrame, 1);
    QCOMPARE(plane.frames, 2);
    QCOMPARE(plane.bits, (std::vector<std::uint8_t>{1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1}));
    QCOMPARE(info.warnings.size(), std::size_t(2));
}

void TestDicomReaderMetadata::embeddedOverlay()
{
    DicomBytes data;
    data.image(1, 4, 16, 12).us(0x60000010, {1}).us(0x60000011, {4}).us(0x60000050, {1, 1}, "SS");
    data.us(0x60000100, {16}).us(0x60000102, {12});
    data.raw(0x7FE00010, "OW", QByteArray("\x01\x10\x02\x00\x03\x10\xFF\x0F", 8));
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    QCOMPARE((*sequence)->info().overlays.size(), std::size_t(1));
    QCOMPARE((*sequence)->info().overlays[0].bits, (std::vector<std::uint8_t>{1, 0, 1, 0}));
    const auto frame = (*sequence)->read(0);
    QVERIFY(frame.has_value());
    for (int x = 0; x < 4; ++x)
        QCOMPARE((*frame)->valueAt(x, 0), (std::array{1, 2, 3, 4095})[static_cast<std::size_t>(x)]);
}

void TestDicomReaderMetadata::enhancedFunctionalGroups()
{
    DicomBytes window;
    window.text(0x00281050, "DS", "300").text(0x00281051, "DS", "600");
    DicomBytes properties;
    properties.text(0x00181164, "DS", "0.154\\0.154").text(0x00281040, "CS", "LOG");
    DicomBytes shared;
    shared.sequence(0x00289132, {window}).sequence(0x00289443, {properties});
    std::vector<DicomBytes> perFrame;
    for (int i = 0; i < 3; ++i) {
        DicomBytes position;
        position.text(0x00181510, "DS", std::to_string(10 * i)).text(0x00181511, "DS", "-5");
        DicomBytes content;
        content.text(0x00189074, "DT", "20260131235959." + std::to_string(100 * i) + "000");
        DicomBytes frame;
        frame.sequence(0x00189405, {position}).sequence(0x00209111, {content});
        perFrame.push_back(frame);
    }
    DicomBytes data;
    data.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.12.1.1").text(0x00080060, "CS", "XA");
    data.text(0x00280008, "IS", "3").image(4, 4, 16, 12);
    data.sequence(0x52009229, {shared}).sequence(0x52009230, perFrame);
    data.raw(0x7FE00010, "OW", QByteArray(96, '\0'));
    const auto sequence = openDicom(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    const SequenceInfo& info = (*sequence)->info();
    QCOMPARE(info.grey.windows.size(), std::size_t(1));
    QCOMPARE(info.grey.windows[0].center, 300.0);
    QVERIFY(info.grey.logarithmic);
    QVERIFY(!info.grey.applyModalityLut);
    QVERIFY(info.spacing.kind == SpacingKind::Detector);
    QCOMPARE(info.angles.size(), std::size_t(3));
    QCOMPARE(info.angles[2].primaryDeg, 20.0);
    QCOMPARE(info.angles[2].secondaryDeg, -5.0);
    QVERIFY(info.timing.source == RateSource::AcquisitionTimes);
    QVERIFY(std::abs(info.timing.frameTimesMs[2] - 200.0) < 1e-3);
}

QTEST_GUILESS_MAIN(TestDicomReaderMetadata)
#include "tst_dicom_reader_metadata.moc"
