// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_files.h"
#include "test_data.h"

#include "core/train/data/split.h"
#include "core/train/readers/mask_pairs.h"

#include <QtTest>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

using namespace fedefm;
using fedefm::test::DataFolder;
using fedefm::test::faultsOf;
using nlohmann::json;

namespace {

std::set<int> labelsIn(const Sample& sample)
{
    return {sample.labels.begin(), sample.labels.end()};
}

std::size_t countOf(const Sample& sample, int label)
{
    return static_cast<std::size_t>(std::count(sample.labels.begin(), sample.labels.end(), label));
}

} // namespace

class TestFormMasks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pairsPicturesAndMasks()
    {
        const DataFolder folder;
        folder.png("b10.png", 8, 4, [](int x, int) { return 10 * x; });
        folder.png("b10_mask.png", 8, 4, [](int x, int) { return x == 2 ? 255 : 0; });
        folder.png("b9.png", 8, 4, [](int x, int) { return 10 * x; });
        folder.png("b9_mask.png", 8, 4, [](int x, int) { return x == 3 ? 255 : 0; });
        const auto set = folder.open({{"form", "masks"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->sampleInfo(0).id, std::string("b9"));
        QCOMPARE((*set)->classCount(), 2);
        const auto sample = (*set)->sample(1);
        QVERIFY(sample);
        QCOMPARE(sample->width, 8);
        QCOMPARE(sample->height, 4);
        QCOMPARE(sample->image[8 + 3], 30.0F / 255.0F);
        QCOMPARE(countOf(*sample, 1), std::size_t(4));
        QCOMPARE(int(sample->labels[2]), 1);
        QVERIFY((*set)->faults().empty());
    }

    /// A mask without a coloured pixel is stored, or read, as grey.
    void greyStandsForItsColour()
    {
        const DataFolder folder;
        folder.png("a.png", 8, 4, [](int x, int) { return 10 * x; });
        folder.png("a_mask.png", 8, 4, [](int x, int) { return x == 3 ? 255 : 0; });
        const auto set =
            folder.open({{"form", "masks"}, {"classes", {{"#000000", 0}, {"#ffffff", 1}, {"#ff0000", 2}}}});
        QVERIFY(set);
        QCOMPARE((*set)->classCount(), 3);
        const auto sample = (*set)->sample(0);
        QVERIFY2(sample, faultsOf(**set).c_str());
        QCOMPARE(countOf(*sample, 1), std::size_t(4));
    }

    /// Nobody makes an entry for each of a thousand million pictures that a header claims.
    void stacksHoldWhatTheirHeaderSays()
    {
        const DataFolder folder;
        folder.npy("masks.npy", 8, 4, [](int, int) { return 1; });
        std::ifstream whole(folder.path("masks.npy"), std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(whole)), {});
        const std::size_t at = bytes.find("(4, 8), }");
        bytes.replace(at, 30, "(999999999, 1, 1), }          ");
        folder.text("masks.npy", bytes);
        const auto masks = listMasks(folder.path("masks.npy"));
        QVERIFY(!masks);
        QCOMPARE(masks.error().code, ErrorCode::SizeMismatch);
    }

    void deepJsonIsNoDataSet()
    {
        const DataFolder folder;
        folder.png("a.png", 8, 4, [](int, int) { return 9; });
        folder.text("a.json",
                    "{\"curves\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}");
        QVERIFY(!folder.open({{"form", "fedefm"}}));
        folder.text("coco.json", R"({"images": [], "categories": [], "annotations": [{"segmentation": )" +
                                     std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}]}");
        QVERIFY(!folder.open({{"form", "coco"}}));
    }

    void listsFaultsAndGoesOn()
    {
        const DataFolder folder;
        const auto even = [](int, int) { return 100; };
        for (const char* name : {"good.png", "size.png", "value.png", "alone.png", "broken.png"})
            folder.png(name, 16, 16, even);
        folder.png("good_mask.png", 16, 16, [](int x, int) { return x % 3; });
        folder.png("good_other.png", 16, 16, even);
        folder.png("size_mask.png", 16, 15, even);
        folder.png("value_mask.png", 16, 16, [](int x, int) { return x; });
        folder.text("broken_mask.png", "\x89PNG\r\n\x1a\n but no more");
        folder.text("notes.txt", "nothing");
        const auto set = folder.open({{"form", "masks"},
                                      {"class_names", {"background", "catheter", "guidewire"}},
                                      {"classes", {{"0", 0}, {"1", 1}, {"2", 2}}}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(1));
        const std::string faults = faultsOf(**set);
        for (const char* expected : {"size_mask.png: mask of 16×15", "value_mask.png", "label value 3",
                                     "alone.png: no mask", "broken_mask.png"})
            QVERIFY2(faults.find(expected) != std::string::npos, (faults + expected).c_str());
        QVERIFY(faults.find("good_other") == std::string::npos);
    }

    void onlyFaultsIsAnError()
    {
        const DataFolder folder;
        const auto empty = folder.open({{"form", "masks"}});
        QVERIFY(!empty);
        QCOMPARE(empty.error().code, ErrorCode::InvalidArgument);
        folder.text("a.png", "no picture");
        folder.text("a_mask.png", "no picture");
        QVERIFY(!folder.open({{"form", "masks"}}));
        const auto missing = folder.open({{"form", "masks"}, {"path", "nowhere"}});
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::FileNotFound);
    }

    void namesTheNearestKey()
    {
        const DataFolder folder;
        const auto key = folder.open({{"form", "masks"}, {"mask_sufix", "_x"}});
        QVERIFY(!key);
        QCOMPARE(key.error().code, ErrorCode::InvalidArgument);
        QVERIFY(key.error().detail.find("nearest known one is mask_suffix") != std::string::npos);
        const auto form = folder.open({{"form", "mask"}});
        QVERIFY(!form);
        QVERIFY(form.error().detail.find("nearest: masks") != std::string::npos);
    }

    void ambiguousGreyNeedsClasses()
    {
        const DataFolder folder;
        folder.png("a.png", 8, 8, [](int x, int) { return x; });
        folder.png("a_mask.png", 8, 8, [](int x, int) { return x < 3 ? 0 : x < 5 ? 128 : 255; });
        const auto guessed = folder.open({{"form", "masks"}});
        QVERIFY(!guessed);
        QCOMPARE(guessed.error().code, ErrorCode::InvalidArgument);
        const auto told = folder.open({{"form", "masks"}, {"classes", {{"0", 0}, {"128", 2}, {"255", 1}}}});
        QVERIFY(told);
        QCOMPARE((*told)->classCount(), 3);
        QCOMPARE(countOf(*(*told)->sample(0), 2), std::size_t(16));
        QCOMPARE(countOf(*(*told)->sample(0), 1), std::size_t(24));
    }

    void strayValueIsThatFilesFault()
    {
        const DataFolder folder;
        for (int at = 0; at < 6; ++at) {
            const std::string name = "p" + std::to_string(at);
            folder.png(name + ".png", 8, 8, [](int x, int) { return x; });
            folder.png(name + "_mask.png", 8, 8, [at](int x, int y) {
                return at == 4 && x == 7 && y == 7 ? 9 : x > 4 ? 2 : x > 2;
            });
        }
        for (const json& names : {json(nullptr), json({"background", "catheter", "guidewire"})}) {
            json description{{"form", "masks"}};
            if (!names.is_null())
                description["class_names"] = names;
            const auto set = folder.open(description);
            QVERIFY2(set, set ? "" : describe(set.error()).c_str());
            QCOMPARE((*set)->classCount(), 3);
            QCOMPARE((*set)->size(), std::size_t(5));
            QVERIFY(faultsOf(**set).find("p4_mask.png: ") == 0);
            QVERIFY(faultsOf(**set).find("label value 9 has no class") != std::string::npos);
        }
    }

    void masksInAFolderOfTheirOwn()
    {
        const DataFolder folder;
        folder.png("images/p1/f1.png", 8, 8, [](int x, int) { return x; });
        folder.npy("labels/p1/f1.npy", 8, 8, [](int x, int y) { return x == 1 && y == 5 ? 2 : 0; });
        folder.npy(
            "labels/p2/f1.npy", 8, 8, [](int x, int y) { return x == 6 && y == 2 ? 1 : 0; }, "True");
        folder.png("images/p2/f1.png", 8, 8, [](int x, int) { return x; });
        const auto set = folder.open({{"form", "masks"},
                                      {"image_folder", "images"},
                                      {"mask_folder", "labels"},
                                      {"recursive", true},
                                      {"group", "^(p\\d)/"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->sampleInfo(1).group, std::string("p2"));
        QCOMPARE((*set)->classCount(), 3);
        QCOMPARE(int((*set)->sample(0)->labels[5 * 8 + 1]), 2);
        QCOMPARE(int((*set)->sample(1)->labels[2 * 8 + 6]), 1);
    }

    void framesOfOneVideoAreOneGroup_data()
    {
        QTest::addColumn<QString>("form");
        for (const char* form : {"masks", "coco", "folders"})
            QTest::newRow(form) << QString::fromLatin1(form);
    }

    void framesOfOneVideoAreOneGroup()
    {
        QFETCH(QString, form);
        const DataFolder folder;
        const auto grey = [](int x, int) { return x; };
        const std::string part = form == "folders" ? "wire/" : "";
        json coco{{"images", json::array()},
                  {"annotations", json::array()},
                  {"categories", {{{"id", 1}, {"name", "wire"}}}}};
        for (const char* name : {"run1_0001", "run1_0002", "run2_0001", "scan"}) {
            folder.png(part + name + ".png", 8, 8, grey);
            coco["images"].push_back(
                {{"id", coco["images"].size()}, {"file_name", std::string(name) + ".png"}});
            if (form == "masks")
                folder.png(std::string(name) + "_mask.png", 8, 8,
                           [](int x, int) { return x == 2 ? 255 : 0; });
        }
        if (form == "coco")
            folder.text("coco.json", coco.dump());
        const auto set = folder.open({{"form", form.toStdString()}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        std::vector<std::string> groups;
        for (std::size_t i = 0; i < (*set)->size(); ++i)
            groups.push_back((*set)->sampleInfo(i).group);
        QCOMPARE(groups,
                 (std::vector<std::string>{part + "run1", part + "run1", part + "run2", part + "scan"}));
        const auto own = folder.open({{"form", form.toStdString()}, {"group", "(.+)"}});
        QCOMPARE((*own)->sampleInfo(1).group, part + "run1_0002");
    }

    void bareNumbersNeedAGroupPattern()
    {
        const DataFolder folder;
        for (const char* name : {"set/113", "set/129", "set/7"}) {
            folder.png(std::string(name) + ".png", 8, 8, [](int x, int) { return x; });
            folder.png(std::string(name) + "_mask.png", 8, 8, [](int x, int) { return x == 2 ? 255 : 0; });
        }
        const auto set = folder.open({{"form", "masks"}, {"path", "set"}});
        QVERIFY(set);
        const auto split = splitByGroup(**set, 0.3, 0.0, 1);
        QVERIFY(!split);
        for (const char* expected : {"1 group for 2 parts", "the group is set", "\"group\"", "\"(.+)\""})
            QVERIFY2(split.error().detail.find(expected) != std::string::npos, split.error().detail.c_str());
        QVERIFY(splitByNames(**set, {{"113"}, {}, {}}).error().detail.find("(.+)") != std::string::npos);
        const auto told = folder.open({{"form", "masks"}, {"path", "set"}, {"group", "(.+)"}});
        QCOMPARE(splitByGroup(**told, 0.3, 0.0, 1)->validation.size(), std::size_t(1));
    }

    void extensionsInCapitals()
    {
        const DataFolder folder;
        folder.png("images/a_1.PNG", 8, 8, [](int x, int) { return x; });
        folder.png("labels/a_1.PNG", 8, 8, [](int x, int) { return x == 3 ? 2 : 0; });
        folder.text("labels/a_1.TXT", "0 0.5 0.5 0.1 0.1\n");
        const auto set = folder.open({{"form", "cathaction"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        QCOMPARE(int(sample->labels[3]), 2);
        QCOMPARE(sample->curves.size(), std::size_t(1));
        // The picture itself is never its own mask.
        folder.png("beside/b_1.PNG", 8, 8, [](int x, int) { return x; });
        QVERIFY(!folder.open({{"form", "eisimulation"}, {"path", "beside"}}));
    }

    void chaseByObserver()
    {
        const auto path = test::realData("seg/chase_db1");
        NEEDS_REAL_DATA(path);
        const auto set = openDataset({{"form", "masks"},
                                      {"path", "chase_db1"},
                                      {"mask_suffix", "_1stHO"},
                                      {"group", "Image_(\\d\\d)"}},
                                     path.parent_path());
        QVERIFY(set);
        QVERIFY((*set)->faults().empty());
        QCOMPARE(statisticsOf(**set, 0)->groups * 2, (*set)->size());
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        QCOMPARE(sample->channels, 3);
        QCOMPARE(sample->width, 999);
        QCOMPARE(sample->height, 960);
        QCOMPARE(labelsIn(*sample), (std::set<int>{0, 1}));
        const double share = double(countOf(*sample, 1)) / double(sample->labels.size());
        QVERIFY(share > 0.03 && share < 0.15);
    }

    void otherRealFolders()
    {
        const auto path = test::realData("seg");
        NEEDS_REAL_DATA(path);
        const auto phantom = openDataset({{"form", "masks"},
                                          {"path", "cathaction_phantom"},
                                          {"mask_suffix", "_classes"},
                                          {"classes", {{"0", 0}, {"1", 2}, {"2", 1}}}},
                                         path);
        QVERIFY(phantom);
        QCOMPARE((*phantom)->size(), std::size_t(6));
        QVERIFY2((*phantom)->faults().empty(), faultsOf(**phantom).c_str());
        QCOMPARE(labelsIn(*(*phantom)->sample(4)), (std::set<int>{0, 1, 2}));
        const auto stenosis = openDataset({{"form", "masks"}, {"path", "arcade_stenosis"}}, path);
        QVERIFY(stenosis);
        QVERIFY2((*stenosis)->faults().empty(), faultsOf(**stenosis).c_str());
        QVERIFY((*stenosis)->size() > 50);
        const auto picc = openDataset({{"form", "masks"}, {"path", "picc_catheter_cxr"}}, path);
        QVERIFY(picc);
        QCOMPARE((*picc)->size(), std::size_t(4));
        QCOMPARE((*picc)->classCount(), 2);
        QCOMPARE(labelsIn(*(*picc)->sample(0)), (std::set<int>{0, 1}));
        const auto wires =
            openDataset({{"form", "masks"}, {"path", "xa_wires"}, {"mask_suffix", "_classes"}}, path);
        QVERIFY(wires);
        QCOMPARE((*wires)->size(), std::size_t(2));
        QCOMPARE((*wires)->classCount(), 3);
    }
};

QTEST_APPLESS_MAIN(TestFormMasks)
#include "tst_form_masks.moc"
