// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/nearest_name.h"
#include "core/base/strict_object.h"
#include "core/train/config_document.h"
#include "core/train/train_config.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;
using nlohmann::json;

class TestTrainConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryKey();
    void defaultsAreWrittenOut();
    void emptyDocumentIsTheDefaults();
    void refuses_data();
    void refuses();
    void choosesTheSelectionValueByTask();
    void syntaxErrorHasLineAndColumn_data();
    void syntaxErrorHasLineAndColumn();
    void settingsOverrideTheFile();
    void refusesSettings_data();
    void refusesSettings();
    void missingFile();
    void nearestNameIgnoresCaseAndDashes();

private:
    std::filesystem::path write(const std::string& text)
    {
        const std::filesystem::path file = m_folder.filePath("config.json").toStdString();
        if (!writeFile(file, text, Overwrite::Yes))
            qFatal("cannot write");
        return file;
    }
    QTemporaryDir m_folder;
};

namespace {

/// Every value differs from its default.
json everything()
{
    return json::parse(R"({
        "version": 1, "name": "my run", "task": "classification", "seed": 18446744073709551615, "threads": 3,
        "device": "cuda:1", "precision": "bfloat16",
        "model": {"network": "unet"}, "data": {"form": "masks"}, "input": {"size_px": 64},
        "augmentation": {"gamma_range": 0.1}, "init": "w.safetensors", "init_drop_prefix": "transformer.",
        "init_partial": true,
        "loss": {"cross_entropy": 0.25, "dice": 0.125, "focal": 0.1, "focal_gamma": 1.5, "cl_dice": 0.2,
                 "cl_dice_iterations": 7, "boundary": 0.01, "class_weights": [1, 2, 3]},
        "optimizer": {"kind": "sgd", "learning_rate": 0.01, "momentum": 0.8, "weight_decay": 0.001,
                      "clip_norm": 2},
        "schedule": {"kind": "poly", "warm_up_steps": 5, "final_factor": 0.5, "power": 0.8},
        "epochs": 11, "samples_per_epoch": 12, "batch_size": 13, "validation_every": 2,
        "validation_limit": 14, "ema_decay": 0.99, "patience": 15, "select_by": "macro_auc",
        "metrics": "paper", "sample_pictures": 6, "max_minutes": 1.5, "checkpoint_every_steps": 16})");
}

} // namespace

void TestTrainConfig::readsEveryKey()
{
    const auto config = parseTrainConfig(everything());
    QVERIFY2(config, config ? "" : describe(config.error()).c_str());
    QCOMPARE(config->seed, 18446744073709551615ULL);
    QCOMPARE(config->loss.clDiceIterations, 7);
    QCOMPARE(config->loss.classWeights, (std::vector<double>{1, 2, 3}));
    QCOMPARE(config->optimizer.kind, std::string("sgd"));
    QCOMPARE(config->schedule.power, 0.8);
    QCOMPARE(config->checkpointEverySteps, 16);
    // Numbers compare by value, whether written 1 or 1.0.
    QVERIFY(toJson(*config) == everything());
}

void TestTrainConfig::defaultsAreWrittenOut()
{
    const json document = toJson(TrainConfig());
    const json all = everything();
    QCOMPARE(document.size(), all.size());
    for (const char* part : {"loss", "optimizer", "schedule"})
        QCOMPARE(document[part].size(), all[part].size());
    QCOMPARE(document["optimizer"]["learning_rate"].get<double>(), 1e-3);
    const auto again = parseTrainConfig(document);
    QVERIFY(again);
    QVERIFY(toJson(*again) == document);
}

void TestTrainConfig::emptyDocumentIsTheDefaults()
{
    const auto config = parseTrainConfig(json::object());
    QVERIFY(config);
    QVERIFY(toJson(*config) == toJson(TrainConfig()));
}

void TestTrainConfig::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("detail");
    QTest::newRow("unknown") << R"({"epoch": 3})"
                             << "epoch"
                             << "epochs";
    QTest::newRow("unknown below") << R"({"loss": {"dise": 1}})"
                                   << "loss.dise"
                                   << "dice";
    QTest::newRow("camel case") << R"({"batchSize": 3})"
                                << "batchSize"
                                << "batch_size";
    QTest::newRow("type") << R"({"epochs": "3"})"
                          << "epochs"
                          << "whole number";
    QTest::newRow("fraction") << R"({"epochs": 2.5})"
                              << "epochs"
                              << "whole number";
    QTest::newRow("boolean") << R"({"epochs": true})"
                             << "epochs"
                             << "whole number";
    QTest::newRow("null") << R"({"name": null})"
                          << "name"
                          << "null";
    QTest::newRow("range") << R"({"epochs": 0})"
                           << "epochs"
                           << "range";
    QTest::newRow("large") << R"({"epochs": 1e30})"
                           << "epochs"
                           << "range";
    QTest::newRow("negative seed") << R"({"seed": -1})"
                                   << "seed"
                                   << "from 0";
    QTest::newRow("rate") << R"({"optimizer": {"learning_rate": 0}})"
                          << "optimizer.learning_rate"
                          << "range";
    QTest::newRow("choice") << R"({"optimizer": {"kind": "adam"}})"
                            << "optimizer.kind"
                            << "adamw";
    QTest::newRow("list") << R"({"loss": {"class_weights": [1, "2"]}})"
                          << "loss.class_weights"
                          << "numbers";
    QTest::newRow("negative weight") << R"({"loss": {"class_weights": [1, -2]}})"
                                     << "loss.class_weights"
                                     << "range";
    QTest::newRow("no loss") << R"({"loss": {"dice": 0, "cross_entropy": 0}})"
                             << "loss.cross_entropy"
                             << "all weights";
    QTest::newRow("part") << R"({"loss": 3})"
                          << "loss"
                          << "object";
    QTest::newRow("model") << R"({"model": "unet"})"
                           << "model"
                           << "object";
    QTest::newRow("device") << R"({"device": "gpu"})"
                            << "device"
                            << "cuda";
    QTest::newRow("name") << R"({"name": "../x"})"
                          << "name"
                          << "'/'";
    QTest::newRow("newer") << R"({"version": 2})"
                           << "version"
                           << "newer";
    QTest::newRow("not an object") << R"([1])"
                                   << "the document"
                                   << "array";
}

void TestTrainConfig::refuses()
{
    QFETCH(QString, text);
    QFETCH(QString, subject);
    QFETCH(QString, detail);
    const auto config = parseTrainConfig(json::parse(text.toStdString()));
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::InvalidArgument);
    QCOMPARE(QString::fromStdString(config.error().subject), subject);
    QVERIFY2(QString::fromStdString(config.error().detail).contains(detail), config.error().detail.c_str());
}

void TestTrainConfig::choosesTheSelectionValueByTask()
{
    const auto selectBy = [](const char* text) { return parseTrainConfig(json::parse(text))->selectBy; };
    QCOMPARE(selectBy("{}"), std::string("foreground.dice"));
    QCOMPARE(selectBy(R"({"task": "classification"})"), std::string("accuracy"));
    QCOMPARE(selectBy(R"({"metrics": "paper"})"), std::string("dice"));
    QCOMPARE(selectBy(R"({"metrics": "paper", "select_by": "miou"})"), std::string("miou"));
}

void TestTrainConfig::syntaxErrorHasLineAndColumn_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("detail");
    QTest::newRow("first line") << "{\"a\" 1}"
                                << "line 1, column 6: syntax error";
    QTest::newRow("third line") << "{\n \"a\": 1,\n  b\n}"
                                << "line 3, column 3: syntax error";
    QTest::newRow("end of line") << "{\"a\": tru\n}"
                                 << "line 1, column 10: syntax error";
    QTest::newRow("end of file") << "{\"a\": 1"
                                 << "line 1, column 8: syntax error";
    QTest::newRow("empty") << ""
                           << "line 1, column 1: syntax error";
    QTest::newRow("twice") << "{\"a\": {\"b\": 1, \"b\": 2}}"
                           << "'b' stands twice";
    QTest::newRow("too large") << "{\"a\": 1e999}"
                               << "number overflow";
    QTest::newRow("list") << "[1]"
                          << "expected an object";
}

void TestTrainConfig::syntaxErrorHasLineAndColumn()
{
    QFETCH(QString, text);
    QFETCH(QString, detail);
    const auto file = write(text.toStdString());
    const auto config = loadTrainConfig(file);
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::InvalidArgument);
    QCOMPARE(config.error().subject, file.string());
    QVERIFY2(QString::fromStdString(config.error().detail).contains(detail), config.error().detail.c_str());
}

void TestTrainConfig::settingsOverrideTheFile()
{
    const auto file = write(R"({"epochs": 3, "loss": {"dice": 1, "class_weights": [1, 1]}})");
    const auto config =
        loadTrainConfig(file, {"epochs=4", "loss.focal=0.5", "loss.class_weights.1=9", "name=3x3",
                               "device=cuda:0", "model.network=unet", "data.train.path=/a=b", "epochs=5"});
    QVERIFY2(config, config ? "" : describe(config.error()).c_str());
    QCOMPARE(config->epochs, 5);
    QCOMPARE(config->loss.dice, 1.0);
    QCOMPARE(config->loss.focal, 0.5);
    QCOMPARE(config->loss.classWeights, (std::vector<double>{1, 9}));
    QCOMPARE(config->name, std::string("3x3"));
    QCOMPARE(config->device, std::string("cuda:0"));
    QVERIFY(config->model == json::parse(R"({"network": "unet"})"));
    QVERIFY(config->data == json::parse(R"({"train": {"path": "/a=b"}})"));
}

void TestTrainConfig::refusesSettings_data()
{
    QTest::addColumn<QString>("setting");
    QTest::addColumn<QString>("subject");
    QTest::newRow("no value") << "epochs"
                              << "--set epochs";
    QTest::newRow("no key") << "=3"
                            << "--set =3";
    QTest::newRow("empty part") << "loss..dice=3"
                                << "--set loss..dice=3";
    QTest::newRow("inside a number") << "epochs.x=3"
                                     << "--set epochs.x=3";
    QTest::newRow("outside a list") << "loss.class_weights.7=3"
                                    << "--set loss.class_weights.7=3";
    QTest::newRow("unknown") << "loss.dise=3"
                             << "loss.dise";
    QTest::newRow("type") << "epochs=many"
                          << "epochs";
}

void TestTrainConfig::refusesSettings()
{
    QFETCH(QString, setting);
    QFETCH(QString, subject);
    const auto file = write(R"({"epochs": 3, "loss": {"class_weights": [1, 1]}})");
    const auto config = loadTrainConfig(file, {setting.toStdString()});
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::InvalidArgument);
    QCOMPARE(QString::fromStdString(config.error().subject), subject);
}

void TestTrainConfig::missingFile()
{
    const auto config = loadTrainConfig(m_folder.filePath("none.json").toStdString());
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::FileNotFound);
}

void TestTrainConfig::nearestNameIgnoresCaseAndDashes()
{
    const std::vector<std::string> known{"learning_rate", "momentum", "weight_decay"};
    QCOMPARE(nearestName("Learning-Rate", known), std::string("learning_rate"));
    QCOMPARE(nearestName("wd", known), std::string("momentum"));
    QCOMPARE(nearestName("decay", known), std::string("weight_decay"));
    QCOMPARE(nearestName("x", {}), std::string());
}

QTEST_APPLESS_MAIN(TestTrainConfig)
#include "tst_train_config.moc"
