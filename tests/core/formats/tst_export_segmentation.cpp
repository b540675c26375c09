// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_writer.h"
#include "core/formats/export_segmentation.h"
#include "core/image/picture_sequence.h"
#include "core/simulate/demo_cine.h"

#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace fedefm;
using nlohmann::json;

namespace {

constexpr int kSide = 66; // not a multiple of 8

/// A catheter block, a guidewire line of one pixel, and a tip, for one frame.
SegmentationPtr resultFor(const SequenceInfo& info, int index)
{
    auto result = std::make_shared<Segmentation>();
    result->width = result->height = kSide;
    std::vector<std::uint8_t> labels(kSide * kSide, 0);
    for (int y = 2; y < 5; ++y)
        std::fill_n(labels.begin() + y * kSide + 3, 4, std::uint8_t(1));
    std::fill_n(labels.begin() + (10 + index) * kSide + 20, 5, std::uint8_t(2));
    result->masks.push_back({WireClass::Catheter, RleMask::fromLabel(labels.data(), kSide, kSide, 1)});
    result->masks.push_back({WireClass::Guidewire, RleMask::fromLabel(labels.data(), kSide, kSide, 2)});
    result->curves.push_back(
        {WireClass::Guidewire, {{20.0, 10.0 + index}, {24.12345, 10.0 + index}}, 1.5, 0.75});
    result->tips.push_back({WireClass::Guidewire, {24.0, 10.0 + index}, 0.5});
    result->confidence = 0.75;
    result->provenance.modelId = "ridge";
    result->provenance.modelVersion = "1";
    result->provenance.frame = frameId(info, index);
    return result;
}

} // namespace

class TestExportSegmentation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_folder = m_temporary->path().toStdString();
        QVERIFY(writeXa(m_folder / "cine.dcm", DemoCine({kSide, 5, 10.0, 1, 10}), {}, false));
        m_job.sequence = *openDicom(m_folder / "cine.dcm");
        m_job.folder = m_folder / "out";
        m_job.overwrite = false;
        m_job.results = {resultFor(m_job.sequence->info(), 1), resultFor(m_job.sequence->info(), 3)};
    }

    void pngHoldsTheLabels()
    {
        const auto files = exportSegmentation(m_job, SegmentationFormat::Png, {});
        QVERIFY(files);
        QCOMPARE(files->size(), std::size_t(2));
        QCOMPARE(files->front().filename(), fs::path("frame_0001.png"));
        QCOMPARE(files->back().filename(), fs::path("frame_0003.png"));
        const auto picture = openPicture(files->back());
        QVERIFY(picture);
        const FramePtr frame = *(*picture)->read(0);
        QCOMPARE(frame->width(), kSide);
        QCOMPARE(frame->samples(), 1);
        QCOMPARE(frame->valueAt(3, 2), 1);
        QCOMPARE(frame->valueAt(20, 13), 2);
        QCOMPARE(frame->valueAt(20, 11), 0);
    }

    void npyHoldsFramesInOrder()
    {
        const auto files = exportSegmentation(m_job, SegmentationFormat::Npy, {});
        QVERIFY(files);
        const std::string bytes = *readFile(files->front(), 1 << 20);
        const std::size_t pixels = kSide * kSide;
        QVERIFY(bytes.find("(2, 66, 66, )") != std::string::npos);
        const std::string labels = bytes.substr(bytes.size() - 2 * pixels);
        QCOMPARE(int(labels[2 * kSide + 3]), 1);
        QCOMPARE(int(labels[11 * kSide + 20]), 2);
        QCOMPARE(int(labels[pixels + 11 * kSide + 20]), 0);
        QCOMPARE(int(labels[pixels + 13 * kSide + 20]), 2);
    }

    void segComesBackTheSame()
    {
        const auto files = exportSegmentation(m_job, SegmentationFormat::Seg, {});
        QVERIFY(files);
        const auto seg = readSeg(files->front());
        QVERIFY(seg);
        const auto results = segmentationsFor(*seg, m_job.sequence->info());
        QVERIFY(results);
        QCOMPARE(results->size(), std::size_t(2));
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE((*results)[i].first, i == 0 ? 1 : 3);
            QVERIFY((*results)[i].second->labelImage() == m_job.results[i]->labelImage());
        }
    }

    void segNeedsDicom()
    {
        m_job.sequence = std::make_shared<DemoCine>(DemoCineSettings{kSide, 5, 10.0, 1, 10});
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Seg, {}).error().code ==
                ErrorCode::InvalidArgument);
    }

    void cocoIsConsistent()
    {
        const auto files = exportSegmentation(m_job, SegmentationFormat::Coco, {});
        QVERIFY(files);
        const json coco = json::parse(*readFile(files->front(), 1 << 20));
        QCOMPARE(coco["images"].size(), std::size_t(2));
        QCOMPARE(coco["images"][1]["id"].get<int>(), 4);
        QCOMPARE(coco["images"][1]["file_name"].get<std::string>(), std::string("frame_0003.png"));
        QCOMPARE(coco["categories"].size(), std::size_t(2));
        QCOMPARE(coco["annotations"].size(), std::size_t(4));
        const json& catheter = coco["annotations"][0];
        QCOMPARE(catheter["category_id"].get<int>(), 1);
        QVERIFY((catheter["bbox"] == json({3, 2, 4, 3})));
        QCOMPARE(catheter["area"].get<int>(), 12);
        QCOMPARE(catheter["num_keypoints"].get<int>(), 0);
        const auto counts = catheter["segmentation"]["counts"].get<std::vector<std::uint32_t>>();
        QVERIFY(RleMask::fromCocoCounts(counts, kSide, kSide) == m_job.results[0]->masks[0].mask);
        QVERIFY((coco["annotations"][1]["keypoints"] == json({24.0, 11.0, 2})));
    }

    void picturesKeepTheirNames()
    {
        const std::vector<std::uint8_t> pixels(kSide * kSide, 9);
        for (const char* name : {"left.png", "right.png"})
            QVERIFY(writePng(m_folder / name, pixels.data(), kSide, kSide, 1, false));
        m_job.sequence = *openPictureFolder(m_folder);
        m_job.results = {resultFor(m_job.sequence->info(), 1)};
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Coco, {}));
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Json, {}));
        const json coco = json::parse(*readFile(m_job.folder / "coco.json", 1 << 20));
        QCOMPARE(coco["images"][0]["file_name"].get<std::string>(), std::string("right.png"));
        const json curves = json::parse(*readFile(m_job.folder / "curves.json", 1 << 20));
        QCOMPARE(curves["frames"][0]["file_name"].get<std::string>(), std::string("right.png"));
    }

    void curvesHoldWhatWasFound()
    {
        const auto files = exportSegmentation(m_job, SegmentationFormat::Json, {});
        QVERIFY(files);
        const json curves = json::parse(*readFile(files->front(), 1 << 20));
        QCOMPARE(curves["format"].get<std::string>(), std::string("fedefm-curves"));
        QCOMPARE(curves["source"]["file"].get<std::string>(), std::string("cine.dcm"));
        QCOMPARE(curves["source"]["sop_instance_uid"].get<std::string>(),
                 m_job.sequence->info().ids.sopInstanceUid);
        QCOMPARE(curves["frames"].size(), std::size_t(2));
        const json& frame = curves["frames"][1];
        QCOMPARE(frame["frame"].get<int>(), 3);
        QVERIFY((frame["curves"][0]["points"][1] == json({24.123, 13.0})));
        QCOMPARE(frame["curves"][0]["confidence"].get<double>(), 0.75);
        QCOMPARE(frame["tips"][0]["x"].get<double>(), 24.0);
        QCOMPARE(curves["model"]["id"].get<std::string>(), std::string("ridge"));
    }

    void mp4WithoutModuleSaysSo()
    {
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Mp4, {}).error().code ==
                ErrorCode::ModuleMissing);
    }

    void anUnusableFolderIsNamed()
    {
        QVERIFY(writeFile(m_folder / "file", "x", Overwrite::Yes));
        for (const char* name : {"file", "file/inner"}) {
            m_job.folder = m_folder / name;
            const auto error = exportSegmentation(m_job, SegmentationFormat::Npy, {}).error();
            QVERIFY(error.code == ErrorCode::WriteFailed);
            QCOMPARE(error.subject, m_job.folder.string());
        }
    }

    void existingFilesStay()
    {
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Json, {}));
        QVERIFY(writeFile(m_job.folder / "curves.json", "mine", Overwrite::Yes));
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Json, {}).error().code ==
                ErrorCode::FileExists);
        QCOMPARE(*readFile(m_job.folder / "curves.json", 100), std::string("mine"));
        m_job.overwrite = true;
        QVERIFY(exportSegmentation(m_job, SegmentationFormat::Json, {}));
    }

    void refusesNothingAndWrongSizes()
    {
        ExportJob empty = m_job;
        empty.results.clear();
        QVERIFY(exportSegmentation(empty, SegmentationFormat::Npy, {}).error().code ==
                ErrorCode::InvalidArgument);
        auto wrong = std::make_shared<Segmentation>(*m_job.results[0]);
        wrong->width = 10;
        empty.results = {wrong};
        QVERIFY(exportSegmentation(empty, SegmentationFormat::Npy, {}).error().code ==
                ErrorCode::InvalidArgument);
        QVERIFY(segmentationFormat("coco") == SegmentationFormat::Coco);
        QVERIFY(segmentationFormat("gif").error().detail.find("png") != std::string::npos);
    }

private:
    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
    ExportJob m_job;
};

QTEST_APPLESS_MAIN(TestExportSegmentation)
#include "tst_export_segmentation.moc"
