// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_writer.h"
#include "dicom_test_support.h"

#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

class TestDicomWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsBack_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("bits");
        QTest::newRow("8 bit") << 16 << 12 << 8;
        QTest::newRow("odd size, padded") << 13 << 5 << 8;
        QTest::newRow("12 of 16 bit") << 513 << 7 << 12;
        QTest::newRow("16 bit") << 31 << 3 << 16;
    }

    void readsBack()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, bits);
        QTemporaryDir folder;
        const auto file = in(folder, "xa.dcm");
        const PatternSequence frames(width, height, 3, bits == 8 ? PixelType::U8 : PixelType::U16, bits);
        XaDescription description;
        description.identity.patientName = "Müller^Jörg";
        description.identity.patientId = "P1";
        description.identity.birthDate = "1960-02-29";
        description.fps = 12.5;
        description.imagerSpacingMm = 0.2;
        description.magnification = 1.5;
        description.angles = {-30.5, 20.0};
        const auto written = writeXa(file, frames, description, false);
        QVERIFY2(written, written ? "" : describe(written.error()).c_str());

        const auto opened = openDicom(file);
        QVERIFY2(opened, opened ? "" : describe(opened.error()).c_str());
        const SequenceInfo& info = (*opened)->info();
        QCOMPARE(info.modality, std::string("XA"));
        QCOMPARE(info.frameCount, 3);
        QCOMPARE(info.bitsStored, bits);
        QCOMPARE(info.timing.frameTimesMs.at(2), 160.0);
        QCOMPARE(info.identity.patientName, std::string("Müller, Jörg"));
        QCOMPARE(info.identity.birthDate, std::string("1960-02-29"));
        QCOMPARE(info.angles.at(0).primaryDeg, -30.5);
        QVERIFY(info.spacing.isKnown());
        for (int i = 0; i < 3; ++i) {
            const auto frame = (*opened)->read(i);
            QVERIFY(frame);
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x)
                    QCOMPARE((*frame)->valueAt(x, y), PatternSequence::value(x, y, i, bits));
        }
    }

    void seedMakesEqualFiles()
    {
        QTemporaryDir folder;
        const PatternSequence frames(8, 8, 2);
        XaDescription description;
        description.uidSeed = 7;
        QVERIFY(writeXa(in(folder, "a.dcm"), frames, description, false));
        QVERIFY(writeXa(in(folder, "b.dcm"), frames, description, false));
        QCOMPARE(fileBytes(in(folder, "a.dcm")), fileBytes(in(folder, "b.dcm")));
        description.uidSeed = 8;
        QVERIFY(writeXa(in(folder, "c.dcm"), frames, description, false));
        QVERIFY(fileBytes(in(folder, "a.dcm")) != fileBytes(in(folder, "c.dcm")));
    }

    void refusesWhatIsNoXa()
    {
        QTemporaryDir folder;
        const auto file = in(folder, "xa.dcm");
        QCOMPARE(writeXa(file, PatternSequence(8, 8, 0), {}, false).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(writeXa(file, PatternSequence(8, 8, 1, PixelType::I16, 16), {}, false).error().code,
                 ErrorCode::UnsupportedPixels);
        XaDescription still;
        still.fps = 0.0;
        QCOMPARE(writeXa(file, PatternSequence(8, 8, 1), still, false).error().code,
                 ErrorCode::InvalidArgument);
        QVERIFY(!std::filesystem::exists(file));
    }

    void keepsExistingFile()
    {
        QTemporaryDir folder;
        const auto file = in(folder, "xa.dcm");
        QVERIFY(writeXa(file, PatternSequence(8, 8, 1), {}, false));
        const QByteArray before = fileBytes(file);
        QCOMPARE(writeXa(file, PatternSequence(8, 8, 2), {}, false).error().code, ErrorCode::FileExists);
        QCOMPARE(fileBytes(file), before);
        QVERIFY(writeXa(file, PatternSequence(8, 8, 2), {}, true));
        QVERIFY(fileBytes(file) != before);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
    }

    void pydicomReadsIt()
    {
        if (!hasPydicom())
            QSKIP("python3-pydicom and numpy are not installed");
        QTemporaryDir folder;
        const auto file = in(folder, "xa.dcm");
        XaDescription description;
        description.identity.patientName = "Müller^Jörg";
        description.imagerSpacingMm = 0.1 + 0.2;
        QVERIFY(writeXa(file, PatternSequence(13, 5, 3, PixelType::U16, 10), description, false));
        const Outcome read = runPython(R"(
import sys, pydicom, numpy
d = pydicom.dcmread(sys.argv[1])
assert d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID
assert d.file_meta.FileMetaInformationGroupLength > 0
assert d.SOPClassUID == '1.2.840.10008.5.1.4.1.1.12.1' and d.Modality == 'XA'
assert str(d.PatientName) == 'Müller^Jörg', d.PatientName
assert list(d.ImageType) == ['DERIVED', 'PRIMARY', 'SINGLE PLANE']
assert d.FrameIncrementPointer == 0x00181063 and abs(float(d.FrameTime) - 1000 / 15) < 1e-6
assert [float(v) for v in d.ImagerPixelSpacing] == [0.3, 0.3]
for name in 'PixelIntensityRelationship KVP RadiationSetting PositionerMotion PositionerPrimaryAngle PatientSex StudyID'.split():
    assert name in d, name
y, x = numpy.mgrid[0:5, 0:13]
want = numpy.stack([(7 * x + 3 * y + 11 * i) % 1024 for i in range(3)])
assert (d.pixel_array == want).all()
)",
                                       {QString::fromStdString(file.string())});
        QVERIFY2(read.ok, read.err.constData());
    }
};

QTEST_GUILESS_MAIN(TestDicomWriter)
#include "tst_dicom_writer.moc"
