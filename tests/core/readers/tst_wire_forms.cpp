// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_files.h"
#include "test_data.h"

#include "core/geometry/polyline.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

using namespace fedefm;
using fedefm::test::DataFolder;
using fedefm::test::faultsOf;
using nlohmann::json;

namespace {

int labelAt(const Sample& sample, int x, int y)
{
    return sample.labels[static_cast<std::size_t>(y) * sample.width + x];
}

int grey(int x, int y)
{
    return 40 + 3 * x + y;
}

std::size_t indexOf(const Dataset& set, const std::string& id)
{
    for (std::size_t i = 0; i < set.size(); ++i)
        if (set.sampleInfo(i).id == id)
            return i;
    qFatal("no sample %s", id.c_str());
    return 0;
}

} // namespace

class TestWireForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eiPhantom()
    {
        const DataFolder folder;
        folder.png("train/a_1.png", 20, 10, grey);
        folder.npy("train/a_1.npy", 20, 10, [](int x, int y) {
            return x == 3 && y == 4 ? 2 : x == 7 ? 1 : 0;
        });
        folder.png("images/b_2.png", 20, 10, grey);
        folder.npy("masks/b_2.npy", 20, 10, [](int, int) { return 0; });
        folder.png("images/c_3.png", 20, 10, grey);
        folder.npy("masks/c_3.npy", 20, 10, [](int x, int) { return x == 0 ? 5 : 0; });
        folder.png("images/d_4.png", 20, 10, grey);
        folder.text("masks/d_4.npy", "\x93NUMPY but broken");
        folder.png("images/e_5.png", 20, 10, grey);
        for (const char* form : {"eiphantom", "cathanimal"}) {
            const auto set = folder.open({{"form", form}});
            QVERIFY(set);
            QCOMPARE((*set)->classNames(), (std::vector<std::string>{"background", "catheter", "guidewire"}));
            const std::string faults = faultsOf(**set);
            QVERIFY2(faults.find("d_4.npy") != std::string::npos, faults.c_str());
            QVERIFY2(faults.find("e_5.png: no mask") != std::string::npos, faults.c_str());
            QCOMPARE((*set)->size(), std::size_t(3));
            const auto sample = (*set)->sample(indexOf(**set, "train/a_1"));
            QVERIFY(sample);
            QCOMPARE(labelAt(*sample, 3, 4), 2);
            QCOMPARE(labelAt(*sample, 7, 9), 1);
            QCOMPARE((*set)->sampleInfo(indexOf(**set, "train/a_1")).group, std::string("train/a"));
            const std::size_t bad = indexOf(**set, "images/c_3");
            QVERIFY(!(*set)->sample(bad));
            QVERIFY(!(*set)->sample(bad));
            const std::string later = faultsOf(**set);
            QVERIFY2(later.find("images/c_3: ") != std::string::npos, later.c_str());
            QCOMPARE((*set)->faults().size(), std::size_t(3));
        }
    }

    void eiSimulation()
    {
        const DataFolder folder;
        folder.png("run/7.png", 16, 16, grey);
        folder.png("run/7_mask.png", 16, 16, [](int x, int y) { return x == y ? 200 : 0; });
        const auto set = folder.open({{"form", "eisimulation"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(1));
        QCOMPARE(labelAt(*(*set)->sample(0), 5, 5), 1);
        QCOMPARE(labelAt(*(*set)->sample(0), 5, 6), 0);
        QCOMPARE((*set)->sampleInfo(0).group, std::string("run"));
    }

    void cathAction()
    {
        const DataFolder folder;
        for (const char* name : {"V1_0005", "V1_0011", "V2_0001", "V2_0900"})
            folder.png(std::string("images/") + name + ".png", 20, 10, grey);
        folder.png("labels/V1_0005.png", 20, 10, [](int x, int) { return x == 4 ? 2 : 0; });
        folder.png("labels/V1_0011.png", 20, 10, [](int x, int) { return x == 4 ? 1 : 0; });
        folder.text("labels/V1_0005.txt", "0 0.525 0.35 0.1 0.1\nnonsense\n1 9 9 9 9\n");
        folder.text("actions.csv",
                    "uid,video_id,start_frame,stop_frame,class\n"
                    "1,V1,0,10,rotate\n2,V1,11,20,\"advance, catheter\"\n3,V2,1,5,rotate\nbroken\n");
        const auto set = folder.open({{"form", "cathaction"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(3));
        QCOMPARE((*set)->imageClassNames(), (std::vector<std::string>{"advance, catheter", "rotate"}));
        const auto first = (*set)->sample(indexOf(**set, "images/V1_0005"));
        QVERIFY(first);
        QCOMPARE(labelAt(*first, 4, 3), 2);
        QCOMPARE(first->imageClass, 1);
        QCOMPARE(first->curves.size(), std::size_t(1));
        QVERIFY(std::abs(first->curves[0].points[0].x - 10.0) < 1e-9);
        QVERIFY(std::abs(first->curves[0].points[0].y - 3.0) < 1e-9);
        QCOMPARE((*set)->sample(indexOf(**set, "images/V1_0011"))->imageClass, 0);
        const auto actionOnly = (*set)->sample(indexOf(**set, "images/V2_0001"));
        QVERIFY(actionOnly);
        QVERIFY(actionOnly->labels.empty());
        QCOMPARE(actionOnly->imageClass, 1);
        const std::string faults = faultsOf(**set);
        QVERIFY2(faults.find("V2_0900.png: no mask") != std::string::npos, faults.c_str());
        QVERIFY2(faults.find("actions.csv: line 5") != std::string::npos, faults.c_str());
        QCOMPARE((*set)->sampleInfo(0).group, (*set)->sampleInfo(1).group);
    }

    /// As `simulate --form cathaction --sequences 2` writes them: names of videos that no folder bears.
    void everySequenceHasItsOwnTable()
    {
        const DataFolder folder;
        for (const char* sequence : {"s0", "s1"})
            for (const char* name : {"frame_0000", "frame_0001", "frame_0007"}) {
                folder.png(std::string(sequence) + "/images/" + name + ".png", 20, 10, grey);
                folder.png(std::string(sequence) + "/labels/" + name + ".png", 20, 10,
                           [](int x, int) { return x == 4 ? 1 : 0; });
            }
        const std::string head = "video_id,start_frame,stop_frame,class\n";
        folder.text("s0/actions.csv", head + "simulated-human-7,0,0,rest\nsimulated-human-7,1,1,advance\n");
        folder.text("s1/actions.csv", head + "simulated-human-8,0,0,advance\nsimulated-human-8,1,1,rest\n");
        const auto set = folder.open({{"form", "cathaction"}});
        QVERIFY(set);
        QCOMPARE((*set)->imageClassNames(), (std::vector<std::string>{"advance", "rest"}));
        const auto classOf = [&](const char* id) {
            return (*set)->sampleInfo(indexOf(**set, id)).imageClass;
        };
        QCOMPARE(classOf("s0/images/frame_0000"), 1);
        QCOMPARE(classOf("s0/images/frame_0001"), 0);
        QCOMPARE(classOf("s1/images/frame_0000"), 0);
        QCOMPARE(classOf("s1/images/frame_0001"), 1);
        QCOMPARE(classOf("s1/images/frame_0007"), -1); // between the actions
    }

    void ranzcr()
    {
        const DataFolder folder;
        folder.text("train.csv", "StudyInstanceUID,ETT - Abnormal,CVC - Normal,PatientID\n"
                                 "1.2.3,0,1,p1\n1.2.4,1,1,p1\n1.2.5,0,0,p2\n");
        folder.png("train/1.2.3.png", 16, 16, grey);
        folder.png("train/1.2.4.png", 16, 16, grey);
        const auto set = folder.open({{"form", "ranzcr"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->classCount(), 0);
        QCOMPARE((*set)->imageClassNames(), (std::vector<std::string>{"ETT - Abnormal", "CVC - Normal"}));
        QVERIFY((*set)->isMultiLabel());
        QVERIFY((*concatenate({*set, subset(*set, {0})}))->isMultiLabel());
        QCOMPARE((*set)->sample(1)->imageFlags, (std::vector<std::uint8_t>{1, 1}));
        QCOMPARE((*set)->sampleInfo(1).group, std::string("p1"));
        QVERIFY(faultsOf(**set).find("no picture") != std::string::npos);
    }

    void ranzcrRowsWithOtherCells()
    {
        const DataFolder folder;
        folder.text("train.csv", "StudyInstanceUID,ETT - Abnormal,CVC - Normal,PatientID\n"
                                 "1.1,0,1,p1\n1.2,2,1,p1\n1.3,1,0,p2\n1.1,1,1,p1\n");
        for (const char* name : {"1.1", "1.2", "1.3"})
            folder.png(std::string("train/") + name + ".png", 16, 16, grey);
        const auto set = folder.open({{"form", "ranzcr"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->imageClassNames().size(), std::size_t(2));
        QCOMPARE((*set)->sample(0)->imageFlags, (std::vector<std::uint8_t>{0, 1}));
        const std::string faults = faultsOf(**set);
        QVERIFY2(faults.find("1.2: \"2\" in the column ETT - Abnormal") != std::string::npos, faults.c_str());
        QVERIFY2(faults.find("1.1: another row") != std::string::npos, faults.c_str());
    }

    void guide3d()
    {
        const DataFolder folder;
        const json frame{{"frame_number", 0},
                         {"cameraA", {{"image", "t-1/000.png"}, {"points", {{2, 5}, {20, 5}, {30, 9}}}}},
                         {"cameraB", {{"image", "t-2/000.png"}, {"points", {{4, 2}, {4, 20}}}}}};
        const json missing{{"cameraA", {{"image", "t-1/001.png"}, {"points", {{1, 1}}}}}};
        folder.text("annotations/raw.json",
                    json::array({{{"task", "t"}, {"frames", {frame, missing}}}}).dump());
        folder.text("annotations/other.json", "{\"nothing\": 1}");
        folder.png("t-1/000.png", 32, 24, grey);
        folder.png("t-2/000.png", 32, 24, grey);
        const auto set = folder.open({{"form", "guide3d"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        const auto first = (*set)->sample(0);
        QVERIFY(first);
        QCOMPARE(labelAt(*first, 10, 5), 2);
        QCOMPARE(labelAt(*first, 10, 8), 0);
        QCOMPARE(first->curves.size(), std::size_t(1));
        QCOMPARE(first->curves[0].points.size(), std::size_t(3));
        QVERIFY((*set)->sampleInfo(0).group != (*set)->sampleInfo(1).group);
        QVERIFY(faultsOf(**set).find("001.png: no such picture") != std::string::npos);
        QVERIFY(faultsOf(**set).find("other.json") != std::string::npos);
    }

    void curvesOfThisProject()
    {
        const DataFolder folder;
        folder.png("pictures/p_1.png", 40, 30, grey);
        const json frames =
            json::array({{{"frame", 0},
                          {"file_name", "p_1.png"},
                          {"curves",
                           {{{"class", "catheter"}, {"width_px", 4}, {"points", {{5, 5}, {30, 5}}}},
                            {{"class", "guidewire"}, {"width_px", 1}, {"points", {{30, 5}, {38, 12}}}},
                            {{"class", "balloon"}, {"width_px", 1}, {"points", {{1, 1}, {3, 2}}}}}},
                          {"tips", {{{"class", "guidewire"}, {"x", 38}, {"y", 12}}}}}});
        folder.text(
            "pictures/curves.json",
            json{{"format", "fedefm-curves"}, {"version", 1}, {"source", {{"file", "x"}}}, {"frames", frames}}
                .dump());
        const auto set = folder.open({{"form", "fedefm"}});
        QVERIFY(set);
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        QCOMPARE(labelAt(*sample, 15, 6), 1);
        QCOMPARE(labelAt(*sample, 38, 12), 2);
        QCOMPARE(labelAt(*sample, 1, 1), 0);
        QCOMPARE(sample->curves.size(), std::size_t(3));
        QCOMPARE(sample->curves[2].points.size(), std::size_t(1));
    }

    void aPointThatIsNoneIsAFault()
    {
        const DataFolder folder;
        folder.text("raw.json", json::array({{{"image", "a.png"}, {"points", {{2, 5}, {20, 5}}}},
                                             {{"image", "b.png"}, {"points", {{2, 15}, {"x", 15}}}},
                                             {{"image", "c.png"}, {"points", {{2, 15}, {1e9, 15}}}}})
                                    .dump());
        for (const char* name : {"a.png", "b.png", "c.png"})
            folder.png(name, 32, 24, grey);
        const auto set = folder.open({{"form", "guide3d"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(1));
        for (const char* fault :
             {"b.png: the point [\"x\",15] is none", "c.png: the point [1000000000.0,15] is none"})
            QVERIFY2(faultsOf(**set).find(fault) != std::string::npos, faultsOf(**set).c_str());
    }

    void severalLinesOfOnePicture()
    {
        const DataFolder folder;
        folder.text("raw.json", json::array({{{"image", "a.png"}, {"points", {{2, 5}, {20, 5}}}},
                                             {{"image", "a.png"}, {"points", {{2, 15}, {20, 15}}}},
                                             {{"image", "a.png"}, {"points", {{2, 15}, {20, 15}}}}})
                                    .dump());
        folder.text("second.json",
                    json::array({{{"image", "a.png"}, {"points", {{2, 20}, {20, 20}}}}}).dump());
        folder.png("a.png", 32, 24, grey);
        const auto set = folder.open({{"form", "guide3d"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(1));
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        QCOMPARE(sample->curves.size(), std::size_t(2));
        QCOMPARE(labelAt(*sample, 10, 5), 2);
        QCOMPARE(labelAt(*sample, 10, 15), 2);
        QCOMPARE(labelAt(*sample, 10, 20), 0); // of another file, which might tell a result
        QVERIFY2(faultsOf(**set).find("second.json: another file") != std::string::npos,
                 faultsOf(**set).c_str());
        const auto second = folder.open({{"form", "guide3d"}, {"annotations", "second.json"}});
        QCOMPARE(labelAt(*(*second)->sample(0), 10, 20), 2);
    }

    void whiteMasksAreNoClassNumbers()
    {
        const DataFolder folder;
        folder.png("a.png", 16, 16, grey);
        folder.png("a_mask.png", 16, 16, [](int x, int) { return x == 3 ? 255 : 0; });
        folder.png("b.png", 16, 16, grey);
        folder.png("b_mask.png", 16, 16, [](int x, int) { return x == 3 ? 255 : x == 5 ? 2 : 0; });
        folder.text(
            "curves.json",
            json{{"format", "fedefm-curves"}, {"frames", {{{"frame", 0}, {"file_name", "a.png"}}}}}.dump());
        for (const char* form : {"eiphantom", "cathanimal", "fedefm"}) {
            const auto set = folder.open({{"form", form}});
            QVERIFY2(set, set ? "" : describe(set.error()).c_str());
            QVERIFY(!(*set)->sample(0));
            QVERIFY2(faultsOf(**set).find("give \"classes\"") != std::string::npos, faultsOf(**set).c_str());
        }
        const auto set = folder.open({{"form", "eiphantom"}});
        QCOMPARE(labelAt(*(*set)->sample(1), 3, 0), 255); // beside a class it says what does not count
        const auto told = folder.open({{"form", "eiphantom"}, {"classes", {{"0", 0}, {"2", 2}, {"255", 1}}}});
        QCOMPARE(labelAt(*(*told)->sample(0), 3, 0), 1);
    }

    void labelledRealFrames()
    {
        const auto path = test::realData("seg/xa_wires");
        NEEDS_REAL_DATA(path);
        const auto set = openDataset({{"form", "fedefm"}, {"path", path.string()}}, ".");
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        for (std::size_t i = 0; i < 2; ++i) {
            const auto sample = (*set)->sample(i);
            QVERIFY(sample);
            QCOMPARE(sample->width, 512);
            QVERIFY(sample->curves.size() >= 2);
            for (const SampleCurve& curve : sample->curves)
                for (const Point& p : curve.points)
                    QCOMPARE(labelAt(*sample, int(std::lround(p.x)), int(std::lround(p.y))) > 0, true);
        }
    }

    void brokenJsonIsAFault()
    {
        const DataFolder folder;
        folder.text("a.json", "{\"frames\": [");
        folder.text("b.json", std::string(100000, '['));
        folder.text("c.json", R"({"format": "fedefm-curves", "frames": [1, {"frame": "x", "curves": 7}]})");
        for (const auto& [form, code] : {std::pair{"fedefm", ErrorCode::InvalidArgument},
                                         std::pair{"guide3d", ErrorCode::InvalidArgument},
                                         std::pair{"coco", ErrorCode::NotRecognised}}) {
            const auto set = folder.open({{"form", form}});
            QVERIFY(!set);
            QCOMPARE(set.error().code, code);
        }
    }
};

QTEST_APPLESS_MAIN(TestWireForms)
#include "tst_wire_forms.moc"
