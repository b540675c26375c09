// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom_seg_fixture.h"
#include "test_data.h"

#include <QTest>

#include <fstream>
#include <map>

using namespace fedefm;
using namespace fedefm::test;

class TestDicomSeg : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("multiple of 8") << 16 << 8;
        QTest::newRow("13 wide") << 13 << 7;
        QTest::newRow("513 wide") << 513 << 9;
        QTest::newRow("one pixel") << 1 << 1;
        QTest::newRow("3x1") << 3 << 1;
    }

    void roundTrip()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        constexpr int kFrames = 5;
        QTemporaryDir folder;
        const auto source = makeSource(folder, width, height, kFrames);
        const auto image = openDicom(source);
        QVERIFY2(image, image ? "" : describe(image.error()).c_str());
        std::vector<SegmentationPtr> results;
        for (int i = kFrames - 1; i >= 0; --i) // any order
            results.push_back(resultOf((*image)->info(), labelsOf(width, height, i), i));

        const auto file = in(folder, "seg.dcm");
        const auto written = writeSeg(file, source, results, false);
        QVERIFY2(written, written ? "" : describe(written.error()).c_str());
        QCOMPARE(writeSeg(file, source, results, false).error().code, ErrorCode::FileExists);

        const auto seg = readSeg(file);
        QVERIFY2(seg, seg ? "" : describe(seg.error()).c_str());
        QCOMPARE(seg->columns, width);
        QCOMPARE(seg->rows, height);
        QVERIFY(seg->warnings.empty());
        QCOMPARE(seg->studyUid, (*image)->info().ids.studyUid);
        QVERIFY(seg->sopInstanceUid != (*image)->info().ids.sopInstanceUid);
        for (const SegFrame& frame : seg->frames) {
            QVERIFY(!frame.mask.isEmpty());
            QCOMPARE(frame.sourceSopInstanceUid, (*image)->info().ids.sopInstanceUid);
        }

        const auto shown = segmentationsFor(*seg, (*image)->info());
        QVERIFY2(shown, shown ? "" : describe(shown.error()).c_str());
        QCOMPARE(static_cast<int>(shown->size()), kFrames - 1); // frame 2 is empty
        for (const auto& [index, result] : *shown) {
            QVERIFY(index != 2);
            QCOMPARE(result->labelImage(), labelsOf(width, height, index));
            QCOMPARE(result->provenance.frame.index, index);
            QCOMPARE(result->provenance.modelVersion, seg->sopInstanceUid);
        }
    }

    void namesSegmentsAndColors()
    {
        QTemporaryDir folder;
        const auto source = makeSource(folder, 20, 10, 2);
        const auto image = openDicom(source);
        QVERIFY(image);
        const auto result = resultOf((*image)->info(), labelsOf(20, 10, 1), 1);
        QVERIFY(writeSeg(in(folder, "seg.dcm"), source, {result, nullptr}, false));
        const auto seg = readSeg(in(folder, "seg.dcm"));
        QVERIFY(seg);
        QCOMPARE(static_cast<int>(seg->segments.size()), 2);
        QCOMPARE(seg->segments[0].label, std::string("catheter"));
        QCOMPARE(seg->segments[1].label, std::string("guidewire"));
        QCOMPARE(seg->segments[1].typeCode, std::string("47424002"));
        QCOMPARE(seg->segments[0].algorithm, std::string("ridge 1.2"));
        const std::array<std::uint8_t, 3> blue{0x56, 0xB4, 0xE9};
        const std::array<std::uint8_t, 3> orange{0xE6, 0x9F, 0x00};
        for (std::size_t i = 0; i < 3; ++i) {
            QVERIFY(std::abs((*seg->segments[0].rgb)[i] - blue[i]) <= 1);
            QVERIFY(std::abs((*seg->segments[1].rgb)[i] - orange[i]) <= 1);
        }
        QCOMPARE(seg->frames[0].sourceFrame, 1);
        QVERIFY(!seg->frames[0].allFrames);
    }

    void otherReadersTakeIt()
    {
        QTemporaryDir folder;
        const auto source = makeSource(folder, 13, 7, 4);
        const auto image = openDicom(source);
        QVERIFY(image);
        std::vector<SegmentationPtr> results;
        for (int i = 0; i < 4; ++i)
            results.push_back(resultOf((*image)->info(), labelsOf(13, 7, i), i));
        const auto file = QString::fromStdString(in(folder, "seg.dcm").string());
        QVERIFY(writeSeg(in(folder, "seg.dcm"), source, results, false));
        QFile expected(folder.filePath("labels"));
        QVERIFY(expected.open(QIODevice::WriteOnly));
        for (int i = 0; i < 4; ++i) {
            const Labels labels = labelsOf(13, 7, i);
            expected.write(reinterpret_cast<const char*>(labels.data()), static_cast<qint64>(labels.size()));
        }
        expected.close();
        if (const Outcome dump = runProgram("dcmdump", {"-q", file});
            !dump.out.isEmpty() || !dump.err.isEmpty())
            QVERIFY2(dump.ok && dump.err.isEmpty(), dump.err.constData());
        if (!hasPydicom())
            QSKIP("python3-pydicom and numpy are not installed");
        const Outcome read =
            runPython(R"(
import sys, pydicom, numpy
d, source = pydicom.dcmread(sys.argv[1]), pydicom.dcmread(sys.argv[3])
assert d.SOPClassUID == d.file_meta.MediaStorageSOPClassUID == '1.2.840.10008.5.1.4.1.1.66.4'
assert d.SOPInstanceUID == d.file_meta.MediaStorageSOPInstanceUID and len(d.PixelData) % 2 == 0
assert (d.PatientID, d.StudyInstanceUID) == (source.PatientID, source.StudyInstanceUID)
assert d.SeriesInstanceUID != source.SeriesInstanceUID and 'research use only' in d.ContentDescription
assert 'FrameOfReferenceUID' not in d
n = int(d.NumberOfFrames)
assert n == 6 == len(d.PerFrameFunctionalGroupsSequence)
got = numpy.zeros((4, 7, 13), 'u1')
bits = d.pixel_array
for i, g in enumerate(d.PerFrameFunctionalGroupsSequence):
    image = g.DerivationImageSequence[0].SourceImageSequence[0]
    assert image.ReferencedSOPInstanceUID == source.SOPInstanceUID
    number = int(image.ReferencedFrameNumber)
    segment = g.SegmentIdentificationSequence[0].ReferencedSegmentNumber
    assert list(g.FrameContentSequence[0].DimensionIndexValues) == [segment, number]
    assert bits[i].any()
    got[number - 1][bits[i] != 0] = segment
assert (got == numpy.fromfile(sys.argv[2], 'u1').reshape(got.shape)).all()
s = d.SegmentSequence[1]
assert (s.SegmentedPropertyTypeCodeSequence[0].CodeValue, s.SegmentAlgorithmType) == ('47424002', 'AUTOMATIC')
)",
                      {file, folder.filePath("labels"), QString::fromStdString(source.string())});
        QVERIFY2(read.ok, read.err.constData());
    }

    void hostileFilesAreErrors()
    {
        const auto folder = realData("hostile");
        NEEDS_REAL_DATA(folder);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.is_regular_file())
                QVERIFY2(!readSeg(entry.path()), entry.path().c_str());
    }

    void refusesWhatDoesNotFit()
    {
        QTemporaryDir folder;
        const auto source = makeSource(folder, 20, 10, 2);
        const auto image = openDicom(source);
        QVERIFY(image);
        const SequenceInfo& info = (*image)->info();
        const auto target = in(folder, "seg.dcm");
        QCOMPARE(writeSeg(target, source, {}, false).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(writeSeg(target, source, {resultOf(info, labelsOf(20, 10, 2), 0)}, false).error().code,
                 ErrorCode::InvalidArgument);
        QCOMPARE(writeSeg(target, source, {resultOf(info, labelsOf(20, 10, 0), 2)}, false).error().code,
                 ErrorCode::OutOfRange);
        SequenceInfo other = info;
        other.width = 10;
        other.height = 20;
        QCOMPARE(writeSeg(target, source, {resultOf(other, labelsOf(10, 20, 0), 0)}, false).error().code,
                 ErrorCode::ReferenceMismatch);
        other = info;
        other.ids.sopInstanceUid = "1.2.3";
        QCOMPARE(writeSeg(target, source, {resultOf(other, labelsOf(20, 10, 0), 0)}, false).error().code,
                 ErrorCode::ReferenceMismatch);
        QVERIFY(!std::filesystem::exists(target));

        QVERIFY(writeSeg(target, source, {resultOf(info, labelsOf(20, 10, 0), 0)}, false));
        const auto seg = readSeg(target);
        QVERIFY(seg);
        QCOMPARE(segmentationsFor(*seg, other).error().code, ErrorCode::ReferenceMismatch);
        QCOMPARE(readSeg(source).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readSeg(in(folder, "none.dcm")).error().code, ErrorCode::FileNotFound);
    }

    void cutFileIsAnError()
    {
        QTemporaryDir folder;
        const auto source = makeSource(folder, 64, 64, 4);
        const auto image = openDicom(source);
        QVERIFY(image);
        std::vector<SegmentationPtr> results;
        for (int i = 0; i < 4; ++i)
            results.push_back(resultOf((*image)->info(), labelsOf(64, 64, i), i));
        QVERIFY(writeSeg(in(folder, "seg.dcm"), source, results, false));
        const QByteArray whole = fileBytes(in(folder, "seg.dcm"));
        for (int size = whole.size() - 1; size > 0; size -= 97) {
            const auto file = in(folder, "cut.dcm");
            std::ofstream(file, std::ios::binary).write(whole.constData(), size);
            QVERIFY2(!readSeg(file), qPrintable(QString::number(size)));
        }
    }

    void guidewireLiesOnTop()
    {
        SequenceInfo image;
        image.width = 4;
        image.height = 1;
        image.frameCount = 3;
        image.ids.sopInstanceUid = "1.2";
        const Labels all{1, 1, 1, 1};
        const Labels tip{0, 0, 1, 1};
        SegObject seg;
        seg.rows = 1;
        seg.columns = 4;
        seg.segments.resize(3);
        seg.segments[0].number = 1;
        seg.segments[0].label = "Guide Wire";
        seg.segments[1].number = 2;
        seg.segments[1].label = "Guiding catheter";
        seg.segments[2].number = 3;
        seg.segments[2].label = "Stent";
        seg.frames.resize(2);
        seg.frames[0] = {1, "1.2", 1, false, RleMask::fromBytes(tip.data(), 4, 1)};
        seg.frames[1] = {2, "1.2", 0, true, RleMask::fromBytes(all.data(), 4, 1)};
        const auto shown = segmentationsFor(seg, image);
        QVERIFY(shown);
        QCOMPARE(static_cast<int>(shown->size()), 3); // without a frame number a mask holds for all
        QCOMPARE((*shown)[0].second->labelImage(), all);
        QCOMPARE((*shown)[1].second->labelImage(), (Labels{1, 1, 2, 2}));
    }

    void readsOtherProducers_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("segments");
        QTest::newRow("highdicom CR") << "seg_cr_binary.dcm" << 1 << 1;
        QTest::newRow("highdicom CT") << "seg_ct_overlapping.dcm" << 8 << 2;
        QTest::newRow("dcmqi liver") << "seg_liver_3f_binary.dcm" << 3 << 1;
    }

    void readsOtherProducers()
    {
        QFETCH(QString, name);
        QFETCH(int, frames);
        QFETCH(int, segments);
        const auto file = realData("other/dicom_objects/" + name.toStdString());
        NEEDS_REAL_DATA(file);
        const auto seg = readSeg(file);
        QVERIFY2(seg, seg ? "" : describe(seg.error()).c_str());
        QCOMPARE(static_cast<int>(seg->frames.size()), frames);
        QCOMPARE(static_cast<int>(seg->segments.size()), segments);
        std::map<std::string, int> instances;
        std::size_t area = 0;
        for (const SegFrame& frame : seg->frames) {
            QVERIFY(!frame.sourceSopInstanceUid.empty());
            QVERIFY(frame.allFrames);
            ++instances[frame.sourceSopInstanceUid];
            area += frame.mask.area();
        }
        QCOMPARE(static_cast<int>(instances.size()), frames / segments);
        if (!hasPydicom())
            QSKIP("python3-pydicom and numpy are not installed");
        const Outcome peer =
            runPython("import sys, pydicom, numpy\n"
                      "d = pydicom.dcmread(sys.argv[1])\n"
                      "n = d.Rows * d.Columns * int(d.NumberOfFrames)\n"
                      "b = numpy.unpackbits(numpy.frombuffer(d.PixelData, 'u1'), bitorder='little')\n"
                      "print(int(b[:n].sum()))",
                      {QString::fromStdString(file.string())});
        QVERIFY2(peer.ok, peer.err.constData());
        QCOMPARE(static_cast<int>(area), peer.out.trimmed().toInt());
    }

    void fitsTheImageOfItsPair()
    {
        const auto file = realData("other/dicom_objects/seg_cr_binary.dcm");
        const auto target = realData("other/dicom_objects/cr_for_seg_cr_binary.dcm");
        NEEDS_REAL_DATA(file);
        const auto seg = readSeg(file);
        const auto image = openDicom(target);
        QVERIFY(seg);
        QVERIFY2(image, image ? "" : describe(image.error()).c_str());
        const auto shown = segmentationsFor(*seg, (*image)->info());
        QVERIFY2(shown, shown ? "" : describe(shown.error()).c_str());
        QCOMPARE(static_cast<int>(shown->size()), 1);
        QCOMPARE((*shown)[0].second->provenance.modelId, std::string("SEG first segment"));
        QCOMPARE(static_cast<int>(seg->warnings.size()), 1); // neither catheter nor guidewire
    }

    void refusesOtherObjects()
    {
        for (const char* name : {"gsps_overlay.dcm", "rdsr_fluoro_philips_allura.dcm", "sr_comprehensive.dcm",
                                 "sr_tid1500_roi.dcm", "gsps_overlay_target_image.dcm"}) {
            const auto file = realData(std::string("other/dicom_objects/") + name);
            NEEDS_REAL_DATA(file);
            const auto seg = readSeg(file);
            QVERIFY2(!seg, name);
            QCOMPARE(seg.error().code, ErrorCode::InvalidArgument);
            QVERIFY(!seg.error().detail.empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestDicomSeg)
#include "tst_dicom_seg.moc"
