// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/simulated_dataset.h"
#include "core/train/torch/training_data.h"
#include "tests/core/training/drawn_dataset.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <fstream>

using namespace fedefm;
using namespace fedefm::test;

namespace fs = std::filesystem;

namespace {

/// Many small pictures, each in a file of its own; reading one is not expected.
class ManyFiles final : public Dataset
{
public:
    ManyFiles(fs::path folder, int first, int count, std::string group)
        : m_folder(std::move(folder)), m_first(first), m_count(count), m_group(std::move(group))
    {
        fs::create_directories(m_folder);
        for (int i = 0; i < count; ++i)
            std::ofstream(m_folder / nameOf(i)) << "picture " << first + i;
    }
    std::size_t size() const override { return static_cast<std::size_t>(m_count); }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        return {nameOf(static_cast<int>(index)), m_group, "", 0};
    }
    Result<Sample> sample(std::size_t) const override { return fail(ErrorCode::Internal, "not to be read"); }
    int classCount() const override { return 2; }
    std::vector<std::string> classNames() const override { return {"background", "line"}; }
    PictureOrigin originOf(std::size_t index) const override
    {
        return {m_folder / nameOf(static_cast<int>(index)), 0};
    }

private:
    std::string nameOf(int index) const { return "p" + std::to_string(m_first + index); }

    fs::path m_folder;
    int m_first, m_count;
    std::string m_group;
};

/// How many warnings hold the text.
int countOf(const std::vector<std::string>& warnings, const std::string& text)
{
    return static_cast<int>(
        std::count_if(warnings.begin(), warnings.end(), [&text](const std::string& warning) {
            return warning.find(text) != std::string::npos;
        }));
}

} // namespace

class TestTrainingData : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void largeSetsAreComparedByTheirFiles();
    void smallSetsAreComparedByTheirPixels();
    void onlyASplitStandsBesideSets();
    void groupsOfOneNameAreNoted();
    void otherClassNamesHideNoLeak();
    void classesInAnotherOrderAreRefused();
    void sourcesAreClassesOnlyOfClassifications();
    void aRunThatGoesOnKeepsItsSplit();

private:
    QTemporaryDir m_folder;
    DatasetPtr files(const char* name, int first, int count, const char* group) const
    {
        return std::make_shared<const ManyFiles>(fs::path(m_folder.path().toStdString()) / name, first, count,
                                                 group);
    }
};

void TestTrainingData::largeSetsAreComparedByTheirFiles()
{
    TrainingData data;
    data.train = files("train", 0, 600, "a");
    data.validation = files("validation", 590, 20, "b");
    noteLeaks(data);
    QCOMPARE(countOf(data.warnings, "the same picture on both sides"), 10);
    QCOMPARE(countOf(data.warnings, "p595 and p595"), 1);
    QCOMPARE(countOf(data.warnings, "same name"), 0);
    fs::remove(fs::path(m_folder.path().toStdString()) / "validation" / "p600");
    data.warnings.clear();
    noteLeaks(data);
    QCOMPARE(countOf(data.warnings, "1 files could not be read and were not compared"), 1);
    data.validation = files("validation", 500, 100, "b");
    data.warnings.clear();
    noteLeaks(data);
    QCOMPARE(countOf(data.warnings, "the same picture on both sides"), 20);
    QCOMPARE(countOf(data.warnings, "100 pictures stand on both sides"), 1);
}

void TestTrainingData::smallSetsAreComparedByTheirPixels()
{
    TrainingData data;
    data.train = std::make_shared<const DrawnDataset>(6, 32);
    data.test = std::make_shared<const DrawnDataset>(2, 32);
    noteLeaks(data);
    QCOMPARE(countOf(data.warnings, "the same picture on both sides"), 2);
}

void TestTrainingData::onlyASplitStandsBesideSets()
{
    const auto open = [this](const nlohmann::json& description) -> Result<DatasetPtr> {
        const auto name = description["form"].get<std::string>();
        return files(name.c_str(), 0, 8, name.c_str());
    };
    nlohmann::json data{{"sets", {{{"form", "a"}}, {{"form", "b"}}}}, {"split", {{"test", 0.5}}}};
    QVERIFY(openTrainingData(data, open, 1));
    data["splits"] = data["split"];
    data.erase("split");
    const auto misspelt = openTrainingData(data, open, 1);
    QVERIFY(!misspelt);
    QCOMPARE(misspelt.error().subject, std::string("data.splits"));
}

void TestTrainingData::groupsOfOneNameAreNoted()
{
    const auto open = [this](const nlohmann::json& description) -> Result<DatasetPtr> {
        return files(description["form"].get<std::string>().c_str(), description["first"], 400,
                     description["form"] == "c" ? "other" : "patient 7");
    };
    const nlohmann::json data{{"train", {{"form", "a"}, {"first", 0}}},
                              {"validation", {{"form", "b"}, {"first", 1000}}},
                              {"test", {{"form", "c"}, {"first", 2000}}}};
    const auto opened = openTrainingData(data, open, 1);
    QVERIFY(opened);
    QCOMPARE(opened->warnings.size(), std::size_t(1));
    QCOMPARE(countOf(opened->warnings, "training and validation have groups of the same name"), 1);
    QCOMPARE(countOf(opened->warnings, "patient 7"), 1);
    // The same where a part is a list of sets.
    nlohmann::json listed = data;
    listed["train"] = {{{"form", "c"}, {"first", 3000}}, data["train"]};
    listed["test"] = nullptr;
    QCOMPARE(countOf(openTrainingData(listed, open, 1)->warnings, "patient 7"), 1);
}

void TestTrainingData::otherClassNamesHideNoLeak()
{
    TrainingData data;
    data.train = std::make_shared<const DrawnDataset>(6, 32);
    data.validation = std::make_shared<const Renamed>(std::make_shared<const DrawnDataset>(2, 32),
                                                      std::vector<std::string>{"background", "wire"});
    noteLeaks(data);
    QCOMPARE(countOf(data.warnings, "the same picture on both sides"), 2);
}

void TestTrainingData::classesInAnotherOrderAreRefused()
{
    const auto open = [this](const nlohmann::json& description) -> Result<DatasetPtr> {
        return std::make_shared<const Renamed>(files(description["form"].get<std::string>().c_str(),
                                                     description["first"], 3,
                                                     description["form"].get<std::string>().c_str()),
                                               description["names"].get<std::vector<std::string>>());
    };
    nlohmann::json data{
        {"train", {{"form", "a"}, {"first", 0}, {"names", {"background", "catheter", "wire"}}}},
        {"validation", {{"form", "b"}, {"first", 10}, {"names", {"background", "wire", "catheter"}}}}};
    const auto swapped = openTrainingData(data, open, 1);
    QVERIFY(!swapped);
    QCOMPARE(swapped.error().subject, std::string("data.validation"));
    data["validation"]["names"] = {"background", "wire"}; // number 1 here, number 2 there
    QVERIFY(!openTrainingData(data, open, 1));
    data["validation"]["names"] = {"background", "line"};
    const auto other = openTrainingData(data, open, 1);
    QVERIFY(other);
    QCOMPARE(countOf(other->warnings, "compared by their numbers"), 1);
    data["validation"]["names"] = data["train"]["names"];
    QCOMPARE(countOf(openTrainingData(data, open, 1)->warnings, "classes"), 0);
}

void TestTrainingData::sourcesAreClassesOnlyOfClassifications()
{
    const nlohmann::json data{
        {"train", {{"form", "simulated"}, {"presets", {"human", "phantom"}}, {"scenes", 2}}},
        {"validation",
         {{"form", "simulated"}, {"presets", {"phantom", "human"}}, {"scenes", 2}, {"seed", 9}}}};
    auto opened = openTrainingData(data, openSimulatedDataset, 1);
    QVERIFY(opened);
    QCOMPARE(countOf(opened->warnings, "classes"), 0);
    const Status classified = keepClassified(*opened);
    QVERIFY(!classified);
    QCOMPARE(classified.error().subject, std::string("data.validation"));
}

void TestTrainingData::aRunThatGoesOnKeepsItsSplit()
{
    /// Each picture is a group of its own.
    class Singles final : public Dataset
    {
    public:
        explicit Singles(std::vector<std::string> names) : m_names(std::move(names)) {}
        std::size_t size() const override { return m_names.size(); }
        SampleInfo sampleInfo(std::size_t index) const override
        {
            return {m_names[index], m_names[index], "", -1};
        }
        Result<Sample> sample(std::size_t index) const override
        {
            Sample sample;
            sample.width = sample.height = 1;
            sample.image = {static_cast<float>(std::hash<std::string>()(m_names[index]) % 997)};
            sample.labels = {0};
            return sample;
        }
        int classCount() const override { return 2; }
        std::vector<std::string> classNames() const override { return {"background", "line"}; }

    private:
        std::vector<std::string> m_names;
    };
    std::vector<std::string> names;
    for (char c = 'a'; c < 'm'; ++c)
        names.emplace_back(1, c);
    const auto open = [&names](const nlohmann::json&) -> Result<DatasetPtr> {
        return std::make_shared<const Singles>(names);
    };
    const nlohmann::json data{{"form", "x"}, {"split", {{"validation", 0.25}, {"test", 0.25}}}};
    const auto before = openTrainingData(data, open, 1);
    QVERIFY(before);
    names.insert(names.begin() + 3, {"new 1", "new 2"});
    const auto after = openTrainingData(data, open, 1, before->split);
    QVERIFY(after);
    QVERIFY(after->split == before->split);
    QCOMPARE(countOf(after->notes, "2 samples were not there"), 1);
    names.erase(std::find(names.begin(), names.end(), before->split["test"][0].get<std::string>()));
    const auto without = openTrainingData(data, open, 1, before->split);
    QVERIFY(!without);
    QCOMPARE(without.error().subject, std::string("data.test"));
    QVERIFY(without.error().detail.find("1 samples cannot be used any more") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestTrainingData)
#include "tst_training_data.moc"
