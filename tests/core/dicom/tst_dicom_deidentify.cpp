// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_deidentify.h"
#include "core/dicom/dicom_deidentify_table_private.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_tags.h"
#include "dicom_test_support.h"
#include "test_data.h"

#include <QDir>
#include <QTest>

#include <functional>
#include <map>

using namespace fedefm;
using namespace fedefm::test;

namespace {

using Values = std::map<std::string, std::string>;

/// All attributes at every depth, "(gggg,eeee)" → value; nested ones under their own tag.
Values valuesOf(const std::filesystem::path& file)
{
    Values values;
    const auto tags = readTags(file);
    if (!tags)
        return values;
    const std::function<void(const DicomTag&)> add = [&](const DicomTag& tag) {
        values[tag.tag] += tag.value;
        for (const DicomTag& child : tag.children)
            add(child);
    };
    for (const DicomTag& tag : *tags)
        add(tag);
    return values;
}

} // namespace

class TestDicomDeidentify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tableCoversTheProfile()
    {
        QVERIFY(deidentifyRuleCount() > 600);
        QCOMPARE(deidentifyAction(0x00100010), DeidentifyAction::Empty);
        QCOMPARE(deidentifyAction(0x00100020), DeidentifyAction::Empty);
        QCOMPARE(deidentifyAction(0x00101000), DeidentifyAction::Remove);
        QCOMPARE(deidentifyAction(0x00080018), DeidentifyAction::Uid);
        QCOMPARE(deidentifyAction(0x00080080), DeidentifyAction::Dummy);
        QCOMPARE(deidentifyAction(0x00290010), DeidentifyAction::Remove);
        QCOMPARE(deidentifyAction(0x50100010), DeidentifyAction::Remove);
        QCOMPARE(deidentifyAction(0x60024000), DeidentifyAction::Remove);
        QCOMPARE(deidentifyAction(0x00280010), DeidentifyAction::Keep);
        QCOMPARE(deidentifyAction(0x7FE00010), DeidentifyAction::Keep);
    }

    void removesIdentityAndKeepsPixels_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"dicom/xa_rubo0004_17f_jpegbaseline.dcm", "dicom/xa1_1024_10bit_jpegls_lossless.dcm",
              "dicom/sc_deflated.dcm", "dicom/us_rgb_bigendian.dcm", "dicom/dx_chest_sc_implicit.dcm",
              "dicom/cr_chest_mono1_no_preamble.dcm", "dicom/mr_graphic_overlay_60xx.dcm",
              "dicom/mr_enhanced_10f_16bit_rle.dcm", "dicom/cr_charset_japanese.dcm"})
            QTest::newRow(name) << QString(name);
    }

    void removesIdentityAndKeepsPixels()
    {
        QFETCH(QString, name);
        const auto source = realData(name.toStdString());
        NEEDS_REAL_DATA(source);
        QTemporaryDir folder;
        const auto target = in(folder, "copy.dcm");
        const auto report = deidentify(source, target, "pepper", false);
        QVERIFY2(report, report ? "" : describe(report.error()).c_str());
        QVERIFY(report->replaced > 0);

        const Values before = valuesOf(source);
        const Values after = valuesOf(target);
        QVERIFY(!after.empty());
        for (const char* tag : {"(0010,0010)", "(0010,0020)", "(0010,0030)", "(0008,0020)", "(0008,0090)"})
            if (const auto found = after.find(tag); found != after.end())
                QVERIFY2(found->second.empty(), tag);
        for (const char* tag : {"(0010,1000)", "(0010,1040)", "(0008,0081)", "(0010,4000)"})
            QVERIFY2(after.find(tag) == after.end(), tag);
        for (const auto& [tag, value] : after)
            QVERIFY2(QByteArray(tag.c_str() + 1, 4).toInt(nullptr, 16) % 2 == 0, tag.c_str());
        QCOMPARE(after.at("(0012,0062)"), std::string("YES"));
        QVERIFY(after.at("(0008,0018)") != before.at("(0008,0018)"));
        QCOMPARE(after.at("(0008,0016)"), before.at("(0008,0016)"));

        const auto was = openDicom(source);
        const auto is = openDicom(target);
        QVERIFY(bool(was) == bool(is));
        if (!was)
            return;
        QCOMPARE((*is)->info().frameCount, (*was)->info().frameCount);
        for (int i = 0; i < (*is)->info().frameCount; i += 5) {
            const auto a = (*was)->read(i);
            const auto b = (*is)->read(i);
            QVERIFY(a && b);
            QCOMPARE(QByteArray(reinterpret_cast<const char*>((*b)->bytes()), (*b)->byteCount()),
                     QByteArray(reinterpret_cast<const char*>((*a)->bytes()), (*a)->byteCount()));
        }
    }

    void mapsUidsConsistently()
    {
        QTemporaryDir folder;
        XaDescription description;
        description.uidSeed = 3;
        QVERIFY(writeXa(in(folder, "a.dcm"), PatternSequence(4, 4, 1), description, false));
        for (const auto& [name, salt] :
             std::map<std::string, std::string>{{"1", "x"}, {"2", "x"}, {"3", "y"}})
            QVERIFY(deidentify(in(folder, "a.dcm"), in(folder, name.c_str()), salt, false));
        const auto uid = [&](const char* name) { return valuesOf(in(folder, name))["(0020,000d)"]; };
        const auto uidUpper = [&](const char* name) { return valuesOf(in(folder, name))["(0020,000D)"]; };
        const auto study = [&](const char* name) { return uid(name) + uidUpper(name); };
        QVERIFY(!study("1").empty());
        QCOMPARE(study("1"), study("2"));
        QVERIFY(study("1") != study("3"));
        QVERIFY(study("1") != study("a.dcm"));
        QCOMPARE(deidentify(in(folder, "a.dcm"), in(folder, "1"), "x", false).error().code,
                 ErrorCode::FileExists);
    }

    /// An object full of identity made by another library, searched for what must not be left.
    void leavesNoTrace()
    {
        if (!hasPydicom())
            QSKIP("python3-pydicom and numpy are not installed");
        QTemporaryDir folder;
        const auto source = in(folder, "a.dcm");
        const auto target = in(folder, "b.dcm");
        QVERIFY(writeXa(source, PatternSequence(4, 4, 1), {}, false));
        const Outcome made = runPython(R"(
import sys, pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
d = pydicom.dcmread(sys.argv[1])
d.preamble = b'SECRET-preamble'.ljust(128, b'\0')
d.file_meta.SourceApplicationEntityTitle = 'SECRETAE'
for name in '''PatientName PatientID OtherPatientNames InstitutionName InstitutionAddress ReferringPhysicianName OperatorsName
  PerformingPhysicianName StudyDescription SeriesDescription ProtocolName PatientComments ImageComments AccessionNumber
  StationName DeviceSerialNumber RequestingPhysician AdditionalPatientHistory PatientAddress DerivationDescription'''.split():
    setattr(d, name, 'SECRET')
d.PatientBirthDate = '19770707'; d.AcquisitionDate = '19770707'; d.ContentDate = '19770707'
inner = Dataset(); inner.PatientName = 'SECRET^In'; inner.InstitutionName = 'SECRET'; inner.ReferencedSOPInstanceUID = '1.2.3.777'
inner.ReferencedSOPClassUID = '1.2.840.10008.5.1.4.1.1.12.1'
middle = Dataset(); middle.SourceImageSequence = Sequence([inner])
d.ReferencedImageSequence = Sequence([inner]); d.DerivationImageSequence = Sequence([middle])
d.RequestAttributesSequence = Sequence([inner])
d.add_new(0x00290010, 'LO', 'ACME'); d.add_new(0x00291010, 'LO', 'SECRET')
private = Dataset(); private.add_new(0x00290010, 'LO', 'ACME'); private.add_new(0x00291011, 'LO', 'SECRET')
d.AnatomicRegionSequence = Sequence([private])
d.add_new(0x50002500, 'LO', 'SECRET'); d.add_new(0x60004000, 'LT', 'SECRET'); d.add_new(0x60000010, 'US', 4)
d.BurnedInAnnotation = 'YES'
d.save_as(sys.argv[1])
)",
                                       {QString::fromStdString(source.string())});
        QVERIFY2(made.ok, made.err.constData());
        QVERIFY(fileBytes(source).contains("SECRET"));

        const auto report = deidentify(source, target, "pepper", false);
        QVERIFY2(report, report ? "" : describe(report.error()).c_str());
        QCOMPARE(static_cast<int>(report->warnings.size()), 1);
        const QByteArray bytes = fileBytes(target);
        for (const char* trace : {"SECRET", "19770707", "1.2.3.777", "ACME"})
            QVERIFY2(!bytes.contains(trace), trace);
        const Outcome read = runPython(R"(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
assert d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID
assert d.file_meta.FileMetaInformationGroupLength > 0
assert d.PatientIdentityRemoved == 'YES' and d.DeidentificationMethod
code = d.DeidentificationMethodCodeSequence[0]
assert (code.CodeValue, code.CodingSchemeDesignator) == ('113100', 'DCM')
image = d.ReferencedImageSequence[0]
assert image.ReferencedSOPInstanceUID == d.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
assert image.ReferencedSOPClassUID == '1.2.840.10008.5.1.4.1.1.12.1'
assert 'PatientName' in d and not d.PatientName and 'RequestAttributesSequence' not in d
assert len(d.ContentDate) == 8 and d.pixel_array.shape == (4, 4)
)",
                                       {QString::fromStdString(target.string())});
        QVERIFY2(read.ok, read.err.constData());
    }

    void hostileFilesLeaveNothingHalfDone()
    {
        const auto folder = realData("hostile");
        NEEDS_REAL_DATA(folder);
        QTemporaryDir target;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file())
                continue;
            const auto copy = in(target, "copy.dcm");
            const auto report = deidentify(entry.path(), copy, "x", true);
            QCOMPARE(std::filesystem::exists(copy), bool(report));
            if (report)
                QVERIFY2(readTags(copy), entry.path().c_str());
            std::filesystem::remove(copy);
        }
        QVERIFY(QDir(target.path()).isEmpty());
    }

    void refusesCutAndForeignFiles()
    {
        QTemporaryDir folder;
        QVERIFY(writeXa(in(folder, "a.dcm"), PatternSequence(40, 40, 4), {}, false));
        std::filesystem::resize_file(in(folder, "a.dcm"),
                                     std::filesystem::file_size(in(folder, "a.dcm")) - 100);
        QCOMPARE(deidentify(in(folder, "a.dcm"), in(folder, "b.dcm"), "x", false).error().code,
                 ErrorCode::SizeMismatch);
        QFile text(folder.filePath("t.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no image at all, only words") > 0);
        text.close();
        QCOMPARE(deidentify(in(folder, "t.txt"), in(folder, "b.dcm"), "x", false).error().code,
                 ErrorCode::NotDicom);
        QVERIFY(!std::filesystem::exists(in(folder, "b.dcm")));
    }
};

QTEST_GUILESS_MAIN(TestDicomDeidentify)
#include "tst_dicom_deidentify.moc"
