// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_files.h"

#include <QtTest>
#include <algorithm>

using namespace fedefm;
using fedefm::test::DataFolder;
using fedefm::test::faultsOf;
using nlohmann::json;

namespace {

/// The packing of cocoapi: differences to the count before the last from the fourth on, 5 bits per character.
std::string pack(const std::vector<std::uint32_t>& counts)
{
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::int64_t x = counts[i];
        if (i > 2)
            x -= counts[i - 2];
        bool more = true;
        while (more) {
            int c = static_cast<int>(x & 31);
            x >>= 5;
            more = (c & 16) != 0 ? x != -1 : x != 0;
            text += static_cast<char>((more ? c | 32 : c) + 48);
        }
    }
    return text;
}

json document(const json& annotations)
{
    return {{"images", {{{"id", 1}, {"file_name", "a.png"}, {"width", 12}, {"height", 8}}}},
            {"categories", {{{"id", 7}, {"name", "guidewire"}}, {{"id", 3}, {"name", "catheter"}}}},
            {"annotations", annotations}};
}

} // namespace

class TestCocoForm : public QObject
{
    Q_OBJECT

private:
    Sample read(const json& annotations)
    {
        DataFolder folder;
        folder.png("images/a.png", 12, 8, [](int x, int) { return x; });
        folder.text("coco.json", document(annotations).dump());
        const auto set = folder.open({{"form", "coco"}});
        if (!set)
            qFatal("%s", describe(set.error()).c_str());
        auto sample = (*set)->sample(0);
        m_faults = faultsOf(**set);
        return sample ? *sample : Sample();
    }
    std::string m_faults;

private Q_SLOTS:
    void polygons()
    {
        const Sample sample = read(
            {{{"id", 1}, {"image_id", 1}, {"category_id", 3}, {"segmentation", {{2, 1, 6, 1, 6, 4, 2, 4}}}},
             {{"id", 2},
              {"image_id", 1},
              {"category_id", 7},
              {"segmentation", {{5, 3, 9, 3, 9, 6, 5, 6}}},
              {"keypoints", {8, 5, 2, 0, 0, 0}}}});
        QCOMPARE(std::count(sample.labels.begin(), sample.labels.end(), 1),
                 11L); // 4·3 without the pixel under the wire
        QCOMPARE(std::count(sample.labels.begin(), sample.labels.end(), 2), 12L);
        QCOMPARE(int(sample.labels[1 * 12 + 2]), 1);
        QCOMPARE(int(sample.labels[3 * 12 + 5]), 2);
        QCOMPARE(int(sample.labels[4 * 12 + 4]), 0);
        QCOMPARE(sample.curves.size(), std::size_t(1));
        QCOMPARE(sample.curves[0].label, 2);
        QCOMPARE(sample.curves[0].points[0].x, 8.0);
    }

    void idsOfOtherKinds()
    {
        // As numbers with a fraction, as texts, and none at all.
        const json box = {{2, 1, 6, 1, 6, 4, 2, 4}};
        json coco{{"images",
                   {{{"id", 1.0}, {"file_name", "a.png"}},
                    {{"id", "2"}, {"file_name", "b.png"}},
                    {{"id", "third"}, {"file_name", "c.png"}},
                    {{"file_name", "d.png"}},
                    {{"id", 2}, {"file_name", "e.png"}}}},
                  {"categories", {{{"id", "3"}, {"name", "catheter"}}, {{"id", 7}, {"name", 5}}}},
                  {"annotations",
                   {{{"id", 1}, {"image_id", 1}, {"category_id", 3}, {"segmentation", box}},
                    {{"id", 2}, {"image_id", 2.0}, {"category_id", 7}, {"segmentation", box}},
                    {{"id", 3}, {"image_id", "third"}, {"category_id", 9}, {"segmentation", box}},
                    {{"id", 4}, {"category_id", 3}, {"segmentation", box}}}}};
        DataFolder folder;
        for (const char* name : {"a", "b", "c", "d", "e"})
            folder.png(std::string("images/") + name + ".png", 12, 8, [](int x, int) { return x; });
        folder.text("coco.json", coco.dump());
        const auto set = folder.open({{"form", "coco"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        QCOMPARE((*set)->size(), std::size_t(3));
        QCOMPARE((*set)->classNames(), (std::vector<std::string>{"background", "catheter", "7"}));
        const auto marked = [&set](std::size_t at) {
            const auto sample = (*set)->sample(at);
            return std::count_if(sample->labels.begin(), sample->labels.end(), [](auto l) { return l > 0; });
        };
        QCOMPARE(marked(0), 12L);
        QCOMPARE(marked(1), 12L);
        QCOMPARE(marked(2), 0L);
        const std::string faults = faultsOf(**set);
        for (const char* part :
             {"annotation 3 is of no category of the file (9)", "annotation 4 belongs to no image",
              "d.png: its id is (none)", "e.png: its id 2 is that of an earlier image"})
            QVERIFY2(faults.find(part) != std::string::npos, faults.c_str());
    }

    void countsPlainAndPacked()
    {
        // Columns of 8: pixels (1, 3) to (1, 5) and the whole column 11.
        const std::vector<std::uint32_t> counts{11, 3, 74, 8};
        const json plain{{"id", 1},
                         {"image_id", 1},
                         {"category_id", 3},
                         {"segmentation", {{"counts", counts}, {"size", {8, 12}}}}};
        json packed = plain;
        packed["segmentation"]["counts"] = pack(counts);
        const Sample a = read(json::array({plain}));
        const Sample b = read(json::array({packed}));
        QCOMPARE(a.labels.size(), std::size_t(96));
        QVERIFY(a.labels == b.labels);
        QCOMPARE(int(a.labels[3 * 12 + 1]), 1);
        QCOMPARE(int(a.labels[6 * 12 + 1]), 0);
        QCOMPARE(std::count(a.labels.begin(), a.labels.end(), 1), 11L);
    }

    void packedCountsWithFallingRuns()
    {
        const std::vector<std::uint32_t> counts{1, 40, 2, 3, 30, 1, 19};
        const json one{{"id", 1},
                       {"image_id", 1},
                       {"category_id", 7},
                       {"segmentation", {{"counts", pack(counts)}, {"size", {8, 12}}}}};
        const Sample sample = read(json::array({one}));
        QCOMPARE(std::count(sample.labels.begin(), sample.labels.end(), 2), 44L);
    }

    void limitCountsPictures()
    {
        const DataFolder folder;
        json images = json::array();
        for (int i = 0; i < 5; ++i) {
            const std::string name = "p" + std::to_string(i) + ".png";
            folder.png("images/" + name, 12, 8, [](int x, int) { return x; });
            images.push_back({{"id", i}, {"file_name", name}});
        }
        json whole = document(json::array());
        whole["images"] = images;
        folder.text("coco.json", whole.dump());
        QCOMPARE((*folder.open({{"form", "coco"}, {"limit", 3}}))->size(), std::size_t(3));
        QCOMPARE((*folder.open({{"form", "coco"}}))->size(), std::size_t(5));
    }

    void brokenAnnotationsAreFaults()
    {
        const auto broken = [this](const json& segmentation) {
            const Sample sample = read(json::array(
                {json{{"id", 1}, {"image_id", 1}, {"category_id", 3}, {"segmentation", segmentation}}}));
            return sample.width == 0 && m_faults.find("a: ") != std::string::npos;
        };
        QVERIFY(broken({{"counts", {1, 2}}, {"size", {8, 12}}}));
        QVERIFY(broken({{"counts", {96}}, {"size", {12, 8}}}));
        QVERIFY(broken({{"counts", {-5, 101}}, {"size", {8, 12}}}));
        QVERIFY(broken({{"counts", "\x01\x02"}, {"size", {8, 12}}}));
        QVERIFY(broken({{"counts", "oooooooooooooo"}, {"size", {8, 12}}}));
        QVERIFY(broken(json::array({json::array({1, 2, 3})})));
        QVERIFY(broken(json::array({json::array({"a", 2, 3, 4, 5, 6})})));
        const Sample orphan = read(json::array({json{{"id", 4}, {"image_id", 9}, {"category_id", 3}}}));
        QCOMPARE(orphan.width, 12);
        QVERIFY(m_faults.find("belongs to no image") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestCocoForm)
#include "tst_coco_form.moc"
