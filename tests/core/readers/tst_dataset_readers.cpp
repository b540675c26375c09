// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_files.h"
#include "test_data.h"

#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_writer.h"
#include "core/formats/export_segmentation.h"
#include "core/simulate/demo_cine.h"
#include "core/train/data/same_file.h"
#include "core/train/readers/curve_file_private.h"

#include <QtTest>
#include <algorithm>
#include <fstream>
#include <set>

using namespace fedefm;
using fedefm::test::DataFolder;
using fedefm::test::faultsOf;
using nlohmann::json;

namespace {

constexpr int kSide = 66;

SegmentationPtr resultFor(const SequenceInfo& info, int index)
{
    auto result = std::make_shared<Segmentation>();
    result->width = result->height = kSide;
    std::vector<std::uint8_t> labels(kSide * kSide, 0);
    std::fill_n(labels.begin() + 2 * kSide + 3, 4, std::uint8_t(1));
    std::fill_n(labels.begin() + (10 + index) * kSide + 20, 5, std::uint8_t(2));
    result->masks.push_back({WireClass::Catheter, RleMask::fromLabel(labels.data(), kSide, kSide, 1)});
    result->masks.push_back({WireClass::Guidewire, RleMask::fromLabel(labels.data(), kSide, kSide, 2)});
    result->curves.push_back({WireClass::Guidewire, {{20.0, 10.0 + index}, {24.0, 10.0 + index}}, 1.0, 0.75});
    result->provenance.modelId = "ridge";
    result->provenance.modelVersion = "1";
    result->provenance.frame = frameId(info, index);
    return result;
}

/// A cine with labels for two frames, exported in one format into the folder of the cine.
void writeStudy(const DataFolder& folder, SegmentationFormat format)
{
    XaDescription description;
    description.identity.patientName = "Doe^Jane";
    description.identity.patientId = "42";
    if (!writeXa(folder.path("cine.dcm"), DemoCine({kSide, 5, 10.0, 1, 10}), description, false))
        qFatal("cannot write the cine");
    ExportJob job;
    job.sequence = *openDicom(folder.path("cine.dcm"));
    job.folder = folder.path();
    job.results = {resultFor(job.sequence->info(), 1), resultFor(job.sequence->info(), 3)};
    const auto written = exportSegmentation(job, format, {});
    if (!written)
        qFatal("%s", describe(written.error()).c_str());
}

} // namespace

class TestDatasetReaders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFormIsNamed()
    {
        const std::vector<std::string> forms = datasetForms();
        const std::set<std::string> expected{"masks",  "eiphantom",  "eisimulation", "cathaction",
                                             "ranzcr", "cathanimal", "guide3d",      "vessel12",
                                             "drive",  "sennet",     "decathlon",    "coco",
                                             "fedefm", "dicom_seg",  "simulated",    "folders"};
        QCOMPARE(std::set<std::string>(forms.begin(), forms.end()), expected);
        const DataFolder folder;
        for (const std::string& form : forms) {
            if (form == "simulated")
                continue;
            const auto empty = folder.open({{"form", form}});
            QVERIFY2(!empty, form.c_str());
            const auto unknown = folder.open({{"form", form}, {"gruop", "x"}});
            QVERIFY(!unknown);
            QCOMPARE(unknown.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(unknown.error().detail.find("nearest known one is group") != std::string::npos,
                     unknown.error().detail.c_str());
        }
        QVERIFY(!openDataset(json::array(), "."));
        QVERIFY(!openDataset({{"form", 3}}, "."));
    }

    void dicomWithSeg()
    {
        const DataFolder folder;
        writeStudy(folder, SegmentationFormat::Seg);
        const auto set = folder.open({{"form", "dicom_seg"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->sampleInfo(1).id, std::string("cine#4"));
        const auto sample = (*set)->sample(1);
        QVERIFY(sample);
        QCOMPARE(int(sample->labels[13 * kSide + 20]), 2);
        QCOMPARE(int(sample->labels[2 * kSide + 3]), 1);
        QCOMPARE(std::count_if(sample->labels.begin(), sample->labels.end(), [](auto l) { return l > 0; }),
                 9L);
        const SampleInfo info = (*set)->sampleInfo(0);
        QVERIFY(info.group.find("Doe") == std::string::npos && info.group.find("42") != 0);
    }

    void segWithoutItsImage()
    {
        const DataFolder folder;
        writeStudy(folder, SegmentationFormat::Seg);
        std::filesystem::remove(folder.path("cine.dcm"));
        const auto set = folder.open({{"form", "dicom_seg"}});
        QVERIFY(!set);
        QVERIFY(set.error().detail.find("not in the folder") != std::string::npos);
    }

    void segsOfOneImage()
    {
        const DataFolder folder;
        writeStudy(folder, SegmentationFormat::Seg);
        std::string seg;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
            if (entry.path().filename() != "cine.dcm")
                seg = entry.path().string();
        std::filesystem::copy_file(seg, folder.path("zz_copy.dcm"));
        const auto set = folder.open({{"form", "dicom_seg"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        QCOMPARE((*set)->size(), std::size_t(2));
        QVERIFY2(faultsOf(**set).find("what another SEG marks there, too") != std::string::npos,
                 faultsOf(**set).c_str());
    }

    void aSegForEachDevice()
    {
        const DataFolder folder;
        writeStudy(folder, SegmentationFormat::Seg);
        const auto sequence = *openDicom(folder.path("cine.dcm"));
        for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
            if (entry.path().filename() != "cine.dcm")
                std::filesystem::remove(entry.path());
        for (const WireClass device : {WireClass::Catheter, WireClass::Guidewire}) {
            auto only = std::make_shared<Segmentation>(*resultFor(sequence->info(), 1));
            const auto isOther = [device](const auto& part) { return part.wireClass != device; };
            only->masks.erase(std::remove_if(only->masks.begin(), only->masks.end(), isOther),
                              only->masks.end());
            only->curves.erase(std::remove_if(only->curves.begin(), only->curves.end(), isOther),
                               only->curves.end());
            ExportJob job;
            job.sequence = sequence;
            job.folder = folder.path(device == WireClass::Catheter ? "a" : "b");
            std::filesystem::create_directories(job.folder);
            job.results = {only};
            QVERIFY(exportSegmentation(job, SegmentationFormat::Seg, {}));
        }
        const auto set = folder.open({{"form", "dicom_seg"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        QCOMPARE((*set)->size(), std::size_t(1));
        QCOMPARE(faultsOf(**set), std::string());
        const auto labels = (*set)->sample(0)->labels;
        for (const int device : {1, 2})
            QVERIFY(std::count(labels.begin(), labels.end(), device) > 0);
    }

    void imagesOfOneUid()
    {
        const DataFolder folder;
        writeStudy(folder, SegmentationFormat::Seg);
        std::filesystem::copy_file(folder.path("cine.dcm"), folder.path("copy.dcm"));
        const auto copied = folder.open({{"form", "dicom_seg"}});
        QVERIFY2(copied, copied ? "" : describe(copied.error()).c_str());
        QCOMPARE((*copied)->size(), std::size_t(2));
        QVERIFY2(faultsOf(**copied).find("a copy of") != std::string::npos, faultsOf(**copied).c_str());
        {
            // The last pixel of another picture.
            std::fstream file(folder.path("copy.dcm"), std::ios::in | std::ios::out | std::ios::binary);
            file.seekg(-2, std::ios::end);
            const int last = file.get();
            file.seekp(-2, std::ios::end);
            file.put(static_cast<char>(last ^ 1));
        }
        QVERIFY(!haveSameBytes(folder.path("cine.dcm"), folder.path("copy.dcm")));
        const auto other = folder.open({{"form", "dicom_seg"}});
        QVERIFY2(!other, other ? faultsOf(**other).c_str() : "");
        QVERIFY2(other.error().detail.find("SOP instance UID") != std::string::npos,
                 other.error().detail.c_str());
    }

    void ownCurvesOfACine()
    {
        const DataFolder folder;
        writeStudy(folder, SegmentationFormat::Json);
        const auto set = folder.open({{"form", "fedefm"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        QCOMPARE((*set)->size(), std::size_t(2));
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        QCOMPARE(int(sample->labels[11 * kSide + 22]), 2);
        QCOMPARE((*set)->sampleInfo(0).group, (*set)->sampleInfo(1).group);
    }

    void everyDeviceOfTheSimulatorsTruth()
    {
        const DataFolder folder;
        const json line{{10, 10}, {20, 12}};
        const json frame{{"index", 0},
                         {"catheter", {{"points_px", line}, {"width_px", 5.0}}},
                         {"guidewire", nullptr},
                         {"further_catheters", {{{"points_px", line}, {"width_px", 7.0}}}}};
        folder.text("truth.json", json{{"simulated", true}, {"frames", {frame}}}.dump());
        const auto records = readCurveFile(folder.path("truth.json"));
        QVERIFY2(records.has_value(), records ? "" : records.error().detail.c_str());
        QCOMPARE(records->size(), std::size_t(1));
        QVERIFY2(records->front().fault.empty(), records->front().fault.c_str());
        const auto& curves = records->front().curves;
        QCOMPARE(curves.size(), std::size_t(2));
        QCOMPARE(curves[0].widthPx, 5.0);
        QCOMPARE(curves[1].widthPx, 7.0);
        QCOMPARE(curves[1].label, 1);
        QCOMPARE(curves[1].points.size(), std::size_t(2));
    }

    void classFolders()
    {
        const DataFolder folder;
        folder.png("cat/a.png", 8, 8, [](int, int) { return 3; });
        folder.png("dog/x/b.png", 9, 8, [](int, int) { return 4; });
        folder.text("dog/c.png", "no picture");
        std::filesystem::create_directories(folder.path("xa"));
        if (!writeXa(folder.path("xa/cine.dcm"), DemoCine({64, 3, 10.0, 1, 10}), {}, false))
            qFatal("cannot write");
        const auto set = folder.open({{"form", "folders"}});
        QVERIFY(set);
        QCOMPARE((*set)->imageClassNames(), (std::vector<std::string>{"cat", "dog", "xa"}));
        QCOMPARE((*set)->size(), std::size_t(5));
        QCOMPARE((*set)->sample(1)->imageClass, 1);
        QCOMPARE((*set)->sampleInfo(3).group, (*set)->sampleInfo(2).group);
        QVERIFY(faultsOf(**set).find("c.png") != std::string::npos);
        const auto chosen = folder.open({{"form", "folders"}, {"class_names", {"xa", "cat"}}});
        QVERIFY(chosen);
        QCOMPARE((*chosen)->size(), std::size_t(4));
        QCOMPARE((*chosen)->sample(0)->imageClass, 1);
    }

    void numberedFilesOfAClassFolder()
    {
        const DataFolder folder;
        folder.png("cat/1.png", 8, 8, [](int, int) { return 3; });
        folder.png("cat/2.png", 8, 8, [](int, int) { return 4; });
        std::filesystem::create_directories(folder.path("xa"));
        for (const char* name : {"xa/1.dcm", "xa/2.dcm"})
            if (!writeXa(folder.path(name), DemoCine({64, 2, 10.0, 1, 10}), {}, false))
                qFatal("cannot write");
        const auto set = folder.open({{"form", "folders"}});
        QVERIFY(set);
        QCOMPARE((*set)->sampleInfo(0).group, std::string("cat"));
        QCOMPARE((*set)->sampleInfo(1).group, std::string("cat"));
        QCOMPARE((*set)->sampleInfo(3).group, std::string("xa/1"));
        QCOMPARE((*set)->sampleInfo(4).group, std::string("xa/2"));
    }

    void guessesTheForm()
    {
        const auto guess = [](const DataFolder& folder) {
            const auto form = guessDataset(folder.path());
            if (form && !openDataset(*form, "."))
                return std::string("cannot be opened");
            return form ? form->at("form").get<std::string>() : std::string("none");
        };
        const auto even = [](int, int) { return 0; };
        const DataFolder empty, masks, phantom, action, coco, seg, folders, curves;
        QCOMPARE(guess(empty), std::string("none"));
        for (const char* name : {"a.png", "a_1stHO.png", "b.png", "b_1stHO.png"})
            masks.png(name, 8, 8, even);
        QCOMPARE(guess(masks), std::string("masks"));
        phantom.png("a.png", 8, 8, even);
        phantom.npy("a.npy", 8, 8, even);
        QCOMPARE(guess(phantom), std::string("eiphantom"));
        action.png("images/a.png", 8, 8, even);
        action.png("labels/a.png", 8, 8, even);
        QCOMPARE(guess(action), std::string("cathaction"));
        coco.png("a.png", 8, 8, even);
        coco.text("c.json", R"({"images": [{"id": 1, "file_name": "a.png"}], "annotations": [],
                               "categories": [{"id": 1, "name": "catheter"}]})");
        QCOMPARE(guess(coco), std::string("coco"));
        writeStudy(seg, SegmentationFormat::Seg);
        QCOMPARE(guess(seg), std::string("dicom_seg"));
        writeStudy(curves, SegmentationFormat::Json);
        QCOMPARE(guess(curves), std::string("fedefm"));
        folders.png("a/x.png", 8, 8, even);
        folders.png("b/y.png", 8, 8, even);
        QCOMPARE(guess(folders), std::string("folders"));
    }

    void guessesRealFolders()
    {
        const auto path = test::realData("seg");
        NEEDS_REAL_DATA(path);
        const auto chase = guessDataset(path / "chase_db1");
        QVERIFY(chase);
        QCOMPARE((*chase)["form"], json("masks"));
        const std::string suffix = (*chase)["mask_suffix"];
        QVERIFY(suffix == "_1stHO" || suffix == "_2ndHO");
        QCOMPARE((*guessDataset(path / "arcade_stenosis"))["mask_suffix"], json("_mask"));
        QCOMPARE((*guessDataset(path / "xa_wires"))["form"], json("fedefm"));
    }
};

QTEST_APPLESS_MAIN(TestDatasetReaders)
#include "tst_dataset_readers.moc"
