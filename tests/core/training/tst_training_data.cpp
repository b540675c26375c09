// SPDX-License-Identifier: GPL-3.0-or-later
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
    void groupsOfOneNameAreNoted();
    void otherClassesAreNotCompared();

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
}

void TestTrainingData::otherClassesAreNotCompared()
{
    class Renamed final : public Dataset
    {
    public:
        std::size_t size() const override { return 1; }
        SampleInfo sampleInfo(std::size_t) const override { return {"x", "x", "", -1}; }
        Result<Sample> sample(std::size_t) const override { return fail(ErrorCode::Internal, "x"); }
        int classCount() const override { return 2; }
        std::vector<std::string> classNames() const override { return {"background", "wire"}; }
    };
    TrainingData data;
    data.train = std::make_shared<const DrawnDataset>(6, 32);
    data.validation = std::make_shared<const Renamed>();
    noteLeaks(data);
    QCOMPARE(countOf(data.warnings, "were not compared: their class names differ"), 1);
}

QTEST_GUILESS_MAIN(TestTrainingData)
#include "tst_training_data.moc"
