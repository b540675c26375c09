// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/training/trainer_fixture.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

class TestTrainer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void lossFallsAndLineIsFound();
    void weightsFileDescribesItself();
    void viewsAreForPredictionsOnly();
    void sameSeedGivesSameWeights();
    void resumedRunEqualsUndisturbedOne_data();
    void resumedRunEqualsUndisturbedOne();
    void finishedRunIsNotResumed();
    void damagedCheckpointNamesTheWayOut();
    void cancelKeepsACheckpoint();
    void stopCommandStops();
    void notANumberStopsAndKeepsTheBatch();
    void otherNamesInInitAreListed();
    void runFolderServesAsInit();
    void patienceEndsEarly();
    void timeLimitEndsProperly();
    void wrongClassCountIsExplained();
    void wrongSelectionIsExplained();
    void undefinedSelectionIsTheWorst();
    void picturesAreWritten();
    void movingAverageIsSaved();

private:
    fs::path runs(const char* name = "runs") const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTrainer::lossFallsAndLineIsFound()
{
    TrainConfig config = smallConfig();
    config.epochs = 30;
    config.validationEvery = 10;
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(result->epochsDone, 30);
    QVERIFY2(result->bestMetrics["foreground"]["dice"].get<double>() > 0.8,
             result->bestMetrics.dump().c_str());
    QVERIFY(result->testMetrics["foreground"]["dice"].get<double>() > 0.6);
    const auto reader = RunReader::open(result->runFolder);
    QVERIFY(reader);
    const auto epochs = (*reader)->epochs();
    QCOMPARE(epochs.size(), std::size_t(30));
    const auto lossOf = [](const nlohmann::json& epoch) { return epoch["train"]["loss"].get<double>(); };
    QVERIFY2(lossOf(epochs.back()) < 0.7 * lossOf(epochs.front()), epochs.dump().c_str());
    QCOMPARE(summaryOf(result->runFolder).state, RunState::Done);
    QVERIFY(!(*reader)->curve("validation/foreground.dice")->points.empty());
    QVERIFY(!(*reader)->curve("train/learning_rate")->points.empty());
    // Steps of a few milliseconds are written together, none is left out.
    const auto losses = (*reader)->curve("train/loss")->points;
    for (std::size_t at = 0; at < losses.size(); ++at)
        QCOMPARE(losses[at].step, static_cast<std::int64_t>(at + 1));
    QVERIFY(!losses.empty() && losses.size() % 30 == 0);
}

void TestTrainer::weightsFileDescribesItself()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    const auto file = readTensorFile(result->runFolder / "weights" / "best.safetensors");
    QVERIFY(file);
    const auto card = nlohmann::json::parse(file->metadata.at("fedefm.card"));
    QCOMPARE(card["network"].get<std::string>(), std::string("unet"));
    QCOMPARE(card["hyper_parameters"]["base_channels"].get<int>(), 4);
    QCOMPARE(card["classes"][1].get<std::string>(), std::string("line"));
    QCOMPARE(card["input"]["stretch"].get<bool>(), false);
    QCOMPARE(card["training_record"]["seed"].get<int>(), 1);
    QVERIFY(card["training"].get<std::string>().find("foreground.dice") != std::string::npos);
    QVERIFY(fs::exists(result->runFolder / "weights" / "last.safetensors"));
}

void TestTrainer::viewsAreForPredictionsOnly()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    const auto plain = trainIn(runs("plain"), config);
    config.input["views"] = nlohmann::json::parse(R"([{"scale": 0.75}, {"mirror": "x"}, {"scale": 1.25}])");
    const auto viewed = trainIn(runs("viewed"), config);
    QVERIFY2(plain && viewed, qPrintable(messageOf(viewed)));
    const fs::path weights = fs::path("weights") / "last.safetensors";
    QVERIFY(sameTensors(plain->runFolder / weights, viewed->runFolder / weights));
    QVERIFY(plain->testMetrics["loss"] != viewed->testMetrics["loss"]);
    const auto file = readTensorFile(viewed->runFolder / weights);
    QCOMPARE(nlohmann::json::parse(file->metadata.at("fedefm.card"))["input"]["views"].size(),
             std::size_t(3));
}

void TestTrainer::sameSeedGivesSameWeights()
{
    const auto first = trainIn(runs("a"), smallConfig());
    const auto second = trainIn(runs("b"), smallConfig());
    TrainConfig other = smallConfig();
    other.seed = 2;
    const auto third = trainIn(runs("c"), other);
    QVERIFY(first && second && third);
    const fs::path weights = fs::path("weights") / "last.safetensors";
    QVERIFY(sameTensors(first->runFolder / weights, second->runFolder / weights));
    QVERIFY(!sameTensors(first->runFolder / weights, third->runFolder / weights));
}

void TestTrainer::resumedRunEqualsUndisturbedOne_data()
{
    QTest::addColumn<int>("stopAfter");
    QTest::addColumn<double>("average");
    QTest::newRow("at the beginning") << 1 << 0.0;
    QTest::newRow("within an epoch") << 4 << 0.0;
    QTest::newRow("at the end of an epoch, with average") << 6 << 0.9;
}

void TestTrainer::resumedRunEqualsUndisturbedOne()
{
    QFETCH(int, stopAfter);
    QFETCH(double, average);
    TrainConfig config = smallConfig();
    config.emaDecay = average;
    const auto whole = trainIn(runs("whole"), config);
    QVERIFY2(whole, qPrintable(messageOf(whole)));
    const auto stopped = trainIn(runs("stopped"), config, stopAfter);
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    const fs::path folder = stopped.error().subject;
    QCOMPARE(summaryOf(folder).state, RunState::Stopped);
    const auto resumed = resumeTraining(folder, openDrawn, CancelToken(), {});
    QVERIFY2(resumed, qPrintable(messageOf(resumed)));
    for (const char* name : {"last.safetensors", "best.safetensors"})
        QVERIFY(sameTensors(whole->runFolder / "weights" / name, folder / "weights" / name));
    QVERIFY(resumed->bestMetrics == whole->bestMetrics);
    QVERIFY(resumed->testMetrics == whole->testMetrics);
}

void TestTrainer::finishedRunIsNotResumed()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    const auto whole = trainIn(runs(), config);
    QVERIFY(whole);
    const auto again = resumeTraining(whole->runFolder, openDrawn, CancelToken(), {});
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(QString::fromStdString(describe(again.error())).endsWith("--init with this folder."),
             describe(again.error()).c_str());
}

void TestTrainer::damagedCheckpointNamesTheWayOut()
{
    const CancelToken cancel;
    cancel.cancel();
    const auto stopped = train(smallConfig(), openDrawn, runs(), cancel, {});
    QVERIFY(!stopped);
    const fs::path checkpoint = fs::path(stopped.error().subject) / "checkpoint.safetensors";
    fs::resize_file(checkpoint, fs::file_size(checkpoint) / 2);
    const auto again = resumeTraining(stopped.error().subject, openDrawn, CancelToken(), {});
    QVERIFY(!again);
    const std::string text = describe(again.error());
    QVERIFY2(text.find("cannot be used") != std::string::npos && text.find("--init") != std::string::npos,
             text.c_str());
}

void TestTrainer::cancelKeepsACheckpoint()
{
    const CancelToken cancel;
    cancel.cancel();
    const auto result = train(smallConfig(), openDrawn, runs(), cancel, {});
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
    QVERIFY(fs::exists(fs::path(result.error().subject) / "checkpoint.safetensors"));
}

void TestTrainer::stopCommandStops()
{
    TrainConfig config = smallConfig();
    config.epochs = 1000;
    bool isSent = false;
    const auto result = train(config, openDrawn, runs(), CancelToken(), [&](const TrainProgress&) {
        const auto known = listRuns(runs());
        if (!isSent && known.size() == 1)
            isSent = sendRunCommand(known.front().folder, "stop").has_value();
    });
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
    QCOMPARE(summaryOf(result.error().subject).state, RunState::Stopped);
}

void TestTrainer::notANumberStopsAndKeepsTheBatch()
{
    TrainConfig config = smallConfig();
    config.data["train"]["nan_at"] = 3;
    const auto result = trainIn(runs(), config);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::OutOfRange);
    QVERIFY(result.error().detail.find("nan_batch.safetensors") != std::string::npos);
    const fs::path folder = result.error().subject;
    QCOMPARE(summaryOf(folder).state, RunState::Failed);
    const auto batch = readTensorFile(folder / "nan_batch.safetensors");
    QVERIFY(batch);
    QCOMPARE(batch->tensors.at("images").shape, (std::vector<std::int64_t>{4, 1, 32, 32}));
    QVERIFY(batch->metadata.at("samples").find("drawn_3") != std::string::npos);
}

void TestTrainer::otherNamesInInitAreListed()
{
    TensorFile file;
    const float one = 1.0F;
    file.tensors.emplace("strange.weight", StoredTensor::copyOf(DType::F32, {1}, &one));
    const fs::path path = fs::path(m_folder->path().toStdString()) / "strange.safetensors";
    QVERIFY(writeSafetensors(path, file, Overwrite::No));
    TrainConfig config = smallConfig();
    config.init = path.string();
    const auto result = trainIn(runs(), config);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::ModelBroken);
    QVERIFY2(result.error().detail.find("strange.weight") != std::string::npos,
             qPrintable(messageOf(result)));
    QVERIFY(listRuns(runs()).empty());
    config.init = "wirenet-fsat"; // no file by its looks
    const auto misspelt = trainIn(runs(), config);
    QVERIFY(!misspelt);
    QCOMPARE(misspelt.error().code, ErrorCode::ModelNotFound);
}

void TestTrainer::runFolderServesAsInit()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    const auto first = trainIn(runs(), config);
    QVERIFY(first);
    config.init = first->runFolder.string();
    config.optimizer.learningRate = 1e-12;
    config.optimizer.weightDecay = 0.0;
    const auto second = trainIn(runs(), config);
    QVERIFY2(second, qPrintable(messageOf(second)));
    QCOMPARE(summaryOf(second->runFolder).kind, std::string("finetune"));
    // Running statistics of batch norm go on; the weights themselves stay.
    const auto a = readTensorFile(first->runFolder / "weights" / "best.safetensors");
    const auto b = readTensorFile(second->runFolder / "weights" / "last.safetensors");
    const StoredTensor& before = a->tensors.at("outc.conv.weight");
    const StoredTensor& after = b->tensors.at("outc.conv.weight");
    for (std::size_t at = 0; at < before.elementCount(); ++at)
        QVERIFY(std::abs(reinterpret_cast<const float*>(before.data)[at] -
                         reinterpret_cast<const float*>(after.data)[at]) < 1e-6F);
}

void TestTrainer::patienceEndsEarly()
{
    TrainConfig config = smallConfig();
    config.epochs = 50;
    config.patience = 2;
    config.optimizer.learningRate = 1e-12;
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(result->epochsDone < 50);
    QCOMPARE(summaryOf(result->runFolder).state, RunState::Done);
}

void TestTrainer::timeLimitEndsProperly()
{
    TrainConfig config = smallConfig();
    config.epochs = 100000;
    config.maxMinutes = 0.005;
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(result->epochsDone < 1000);
    QVERIFY(result->testMetrics.contains("foreground"));
}

void TestTrainer::wrongClassCountIsExplained()
{
    TrainConfig config = smallConfig();
    config.model["hyper_parameters"]["n_classes"] = 3;
    const auto result = trainIn(runs(), config);
    QVERIFY(!result);
    QVERIFY2(result.error().detail.find("3 classes, the data have 2") != std::string::npos,
             qPrintable(messageOf(result)));
}

void TestTrainer::wrongSelectionIsExplained()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    config.selectBy = "foreground.dize";
    const auto result = trainIn(runs(), config);
    QVERIFY(!result);
    for (const char* name : {"foreground.dice", "foreground.tip_error_px"}) // with and without a value
        QVERIFY2(result.error().detail.find(name) != std::string::npos, qPrintable(messageOf(result)));
    QVERIFY2(listRuns(runs()).empty(), "found out before the first epoch");
}

void TestTrainer::undefinedSelectionIsTheWorst()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    config.selectBy = "foreground.tip_error_mm"; // drawn pictures have no millimetres
    double shown = 0.0;
    const auto result =
        train(config, openDrawn, runs(), CancelToken(), [&shown](const TrainProgress& progress) {
            if (progress.phase == "validated")
                shown = progress.validation;
        });
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(std::isnan(shown));
    QCOMPARE(result->bestEpoch, 0);
}

void TestTrainer::picturesAreWritten()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    config.samplePictures = 2;
    std::vector<std::string> names;
    int largestLabel = 0;
    const auto result = train(config, openDrawn, runs(), CancelToken(), {},
                              [&](const fs::path& target, const std::uint8_t* grey, int width, int height) {
                                  names.push_back(target.filename().string());
                                  if (names.back().find("reference") != std::string::npos)
                                      for (int at = 0; at < width * height; ++at)
                                          largestLabel = std::max(largestLabel, static_cast<int>(grey[at]));
                                  return Status();
                              });
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(names.size(), std::size_t(6));
    QCOMPARE(names.front(), std::string("00_picture.png"));
    QCOMPARE(largestLabel, 1);
    const auto reader = RunReader::open(result->runFolder);
    QCOMPARE((*reader)->samples().size(), std::size_t(2));
}

void TestTrainer::movingAverageIsSaved()
{
    TrainConfig config = smallConfig();
    const auto plain = trainIn(runs("a"), config);
    config.emaDecay = 0.99;
    const auto averaged = trainIn(runs("b"), config);
    QVERIFY(plain && averaged);
    const fs::path weights = fs::path("weights") / "last.safetensors";
    QVERIFY(!sameTensors(plain->runFolder / weights, averaged->runFolder / weights));
}

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
