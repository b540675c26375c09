// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/model_check.h"
#include "core/model/networks/network_spec.h"

#include "test_data.h"

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <sstream>

using namespace fedefm;

namespace {

std::filesystem::path golden(const QString& folder, const char* file = "")
{
    return test::goldenData(folder.toStdString()) / file;
}

std::string readText(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::string listOf(const std::vector<StateKey>& keys)
{
    std::string text;
    for (const StateKey& key : keys)
        text += key.name + " " + key.shape + "\n";
    return text;
}

void addFolders()
{
    QTest::addColumn<QString>("folder");
    for (const char* name :
         {"unet", "unet_bilinear", "transunet", "transunet_noskip", "transunet_vit", "fedefm_medvit",
          "lvm_med_resnet50", "swin_unet", "sam", "clip_vit", "lvm_med_vit", "timm_vit"})
        QTest::newRow(name) << QString(name);
}

ModelCheckFiles filesOf(const QString& folder)
{
    ModelCheckFiles files{golden(folder, "config.json"), golden(folder, "weights.safetensors"),
                          golden(folder, "io.safetensors"), golden(folder, "grads.safetensors")};
    if (!std::filesystem::exists(files.grads))
        files.grads.clear();
    return files;
}

} // namespace

/// The official code's results: names, values, gradients.
class TestNetworkGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void resultsAndGradientsAgree_data() { addFolders(); }
    void resultsAndGradientsAgree()
    {
        QFETCH(QString, folder);
        NEEDS_GOLDEN(golden(folder));
        const auto report = checkModel(filesOf(folder));
        QVERIFY2(report.has_value(), report ? "" : describe(report.error()).c_str());
        QVERIFY(report->entries.size() > 1);
        for (const ModelCheckEntry& entry : report->entries) {
            const std::string text = entry.name + ": " + std::to_string(entry.maxError) + " " + entry.problem;
            QVERIFY2(entry.ok, text.c_str());
        }
        QVERIFY(report->ok());
    }

    void smallKeysAgree_data() { addFolders(); }
    void smallKeysAgree()
    {
        QFETCH(QString, folder);
        NEEDS_GOLDEN(golden(folder));
        const auto spec = parseNetworkSpec(readNetworkConfig(golden(folder, "config.json")).value());
        QVERIFY(spec.has_value());
        const auto keys = stateKeys(*spec);
        QVERIFY2(keys.has_value(), keys ? "" : describe(keys.error()).c_str());
        QCOMPARE(listOf(*keys), readText(golden(folder, "keys.txt")));
    }

    void fullKeysAndCountsAgree_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("variant");
        for (const char* name : {"unet", "unet_bilinear", "transunet_noskip", "transunet_vit",
                                 "fedefm_medvit", "lvm_med_resnet50"})
            QTest::newRow(name) << QString(name) << QString("default");
        QTest::newRow("unet ch1_cls2") << QString("unet") << QString("ch1_cls2");
        QTest::newRow("transunet") << QString("transunet") << QString("default");
    }
    void fullKeysAndCountsAgree()
    {
        QFETCH(QString, folder);
        QFETCH(QString, variant);
        NEEDS_GOLDEN(golden(folder));
        const auto spec = officialSpec(folder.toStdString(), variant.toStdString());
        QVERIFY(spec.has_value());
        const auto keys = stateKeys(*spec);
        QVERIFY2(keys.has_value(), keys ? "" : describe(keys.error()).c_str());
        const auto full =
            readNetworkConfig(golden(folder, "config.json")).value()["full"][variant.toStdString()];
        const QByteArray digest =
            QCryptographicHash::hash(QByteArray::fromStdString(listOf(*keys)), QCryptographicHash::Sha256);
        QCOMPARE(digest.toHex().toStdString(), full["keys_sha256"].get<std::string>());
        // Building a network fills it with random numbers; names and shapes of the large ones are proof
        // enough.
        const auto expected = full["num_parameters"].get<long long>();
        if (expected < 50'000'000)
            QCOMPARE(parameterCount(*spec).value_or(0), expected);
    }

    void everyFormOfWeightsGivesTheSame_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("weights");
        QTest::newRow("pth") << QString("unet") << QString("weights.pth");
        QTest::newRow("mask_values") << QString("unet_bilinear") << QString("weights_with_mask_values.pth");
        QTest::newRow("model_state") << QString("unet_bilinear") << QString("weights_model_state.pth");
    }
    void everyFormOfWeightsGivesTheSame()
    {
        QFETCH(QString, folder);
        QFETCH(QString, weights);
        NEEDS_GOLDEN(golden(folder));
        ModelCheckFiles files = filesOf(folder);
        files.weights = golden(folder) / weights.toStdString();
        const auto report = checkModel(files);
        QVERIFY2(report.has_value(), report ? "" : describe(report.error()).c_str());
        QVERIFY(report->ok());
    }

    void wrongWeightsAreNoticed()
    {
        NEEDS_GOLDEN(golden("unet"));
        ModelCheckFiles files = filesOf("unet");
        files.weights = golden("unet_bilinear", "weights.safetensors");
        const auto report = checkModel(files);
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::ModelBroken);
        QVERIFY(report.error().detail.find("missing") != std::string::npos);
        QVERIFY(report.error().detail.find("of another shape") != std::string::npos);
    }

    void anotherNetworkGivesAnotherResult()
    {
        NEEDS_GOLDEN(golden("transunet_vit"));
        // The same names and shapes with other heads: every value fits, the attention does not.
        auto config = readNetworkConfig(golden("transunet_vit", "config.json")).value();
        config["hyper_parameters"]["num_heads"] = 2;
        QTemporaryDir folder;
        ModelCheckFiles files = filesOf("transunet_vit");
        files.config = folder.filePath("config.json").toStdString();
        std::ofstream(files.config) << config;
        const auto report = checkModel(files);
        QVERIFY(report.has_value());
        QVERIFY(!report->ok());
        for (const ModelCheckEntry& entry : report->entries)
            QCOMPARE(entry.ok, entry.name == "feat.embeddings");
    }
};

QTEST_APPLESS_MAIN(TestNetworkGolden)
#include "tst_network_golden.moc"
