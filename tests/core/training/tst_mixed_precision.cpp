// SPDX-License-Identifier: GPL-3.0-or-later
// Layers that hand on bfloat16 must find successors that take it.
#include "core/train/run_store.h"
#include "core/train/torch/trainer.h"
#include "tests/core/training/drawn_dataset.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace fedefm;
using fedefm::test::openDrawn;
using fedefm::test::smallConfig;

class TestMixedPrecision : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindOfNetworkTrains_data();
    void everyKindOfNetworkTrains();
    void autoTrainsAnywhereAndSaysHow();
};

void TestMixedPrecision::everyKindOfNetworkTrains_data()
{
    QTest::addColumn<QString>("task");
    QTest::addColumn<QString>("model");
    const auto add = [](const char* task, const char* network, const char* sizes) {
        QTest::newRow(network) << QString(task)
                               << QStringLiteral("{\"network\": \"%1\", \"hyper_parameters\": {%2}}")
                                      .arg(QLatin1String(network), QLatin1String(sizes));
    };
    add("segmentation", "unet", R"("n_channels": 1, "n_classes": 2, "base_channels": 4)");
    add("segmentation", "wirenet", R"("num_classes": 2)");
    add("segmentation", "swin_unet",
        R"("img_size": 64, "in_chans": 1, "num_classes": 2, "embed_dim": 8, "window_size": 2,
           "depths": [2, 2, 2, 2], "num_heads": [1, 2, 2, 2])");
    add("segmentation", "vit_seg",
        R"("img_size": 64, "patch_size": 16, "in_chans": 1, "embed_dim": 16, "depth": 1, "num_heads": 2,
           "num_classes": 2, "decoder_channels": [8, 8, 4, 4])");
    add("segmentation", "transunet",
        R"("img_size": 64, "hidden_size": 8, "mlp_dim": 8, "num_heads": 2, "num_layers": 1, "n_classes": 2,
           "resnet_num_layers": [1, 1, 1], "resnet_width_factor": 0.5, "decoder_head_channels": 8,
           "decoder_channels": [8, 4, 4, 2])");
    add("classification", "timm_vit",
        R"("img_size": 64, "patch_size": 16, "in_chans": 1, "num_classes": 2, "embed_dim": 16, "depth": 1,
           "num_heads": 2)");
    add("classification", "fedefm_medvit",
        R"("img_size": 64, "hidden_size": 8, "mlp_dim": 8, "num_heads": 2, "num_layers": 1, "num_classes": 2,
           "resnet_num_layers": [1, 1, 1], "resnet_width_factor": 0.5)");
}

void TestMixedPrecision::everyKindOfNetworkTrains()
{
    QFETCH(QString, task);
    QFETCH(QString, model);
    TrainConfig config = smallConfig();
    config.task = task.toStdString();
    config.selectBy = task == QLatin1String("segmentation") ? "foreground.dice" : "accuracy";
    config.model = nlohmann::json::parse(model.toStdString());
    for (auto& part : config.data)
        part["size"] = 64;
    config.epochs = 1;
    config.precision = "bfloat16";
    QTemporaryDir folder;
    const auto result = train(config, openDrawn, folder.path().toStdString(), CancelToken(), {});
    if (!result && result.error().subject == "precision")
        QSKIP("this processor does not compute in bfloat16");
    QVERIFY2(result, result ? "" : describe(result.error()).c_str());
}

void TestMixedPrecision::autoTrainsAnywhereAndSaysHow()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    config.precision = "auto";
    QTemporaryDir folder;
    const auto result = train(config, openDrawn, folder.path().toStdString(), CancelToken(), {});
    QVERIFY2(result, result ? "" : describe(result.error()).c_str());
    const auto events = (*RunReader::open(result->runFolder))->events();
    QVERIFY(std::any_of(events.begin(), events.end(), [](const RunReader::Event& event) {
        return event.text.find("computes in bfloat16") == 0 || event.text.find("computes in float32") == 0;
    }));
}

QTEST_GUILESS_MAIN(TestMixedPrecision)
#include "tst_mixed_precision.moc"
