// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_private.h"
#include "core/model/torch/network_segmenter.h"
#include "core/model/wire_description.h"
#include "core/plugin/module_loader.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>

using namespace fedefm;

namespace {

constexpr const char* kCard = R"({"id": "tiny", "version": "7", "network": "wirenet",
    "hyper_parameters": {"widths": [4, 8], "depths": [1, 1], "stem_stride": 1, "plain_levels": 2},
    "input": {"channels": 1, "multiple": 8}, "classes": ["background", "catheter", "guidewire"]})";

/// A WireNet whose last layer says `wireClass` everywhere.
void saveConstant(const std::string& file, int wireClass, bool withCard, float bias = 8.0F)
{
    const auto spec = parseNetworkSpec(nlohmann::json::parse(kCard));
    QVERIFY(spec.has_value());
    auto network = makeNetwork(*spec);
    QVERIFY(network.has_value());
    {
        const torch::NoGradGuard noGradient;
        auto state = stateOf(**network);
        state.at("head.weight").zero_();
        state.at("head.bias").zero_();
        state.at("head.bias")[wireClass] = bias;
    }
    TensorFile content = toTensorFile(**network);
    if (withCard)
        content.metadata["fedefm.card"] = kCard;
    QVERIFY(writeSafetensors(file, content, Overwrite::Yes).has_value());
}

std::string cardWithViews(const char* views)
{
    nlohmann::json card = nlohmann::json::parse(kCard);
    card["input"]["views"] = nlohmann::json::parse(views);
    return card.dump();
}

Frame grey(int width, int height)
{
    return Frame(width, height, 1, PixelType::U8,
                 std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height, 90));
}

} // namespace

class TestNetworkSegmenter : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::string path(const char* name) { return m_folder.filePath(name).toStdString(); }

private Q_SLOTS:
    void weightsWithTheirCardSegmentFramesOfAnySize()
    {
        saveConstant(path("tiny.safetensors"), 1, true);
        auto segmenter = openNetworkFile(path("tiny.safetensors"));
        QVERIFY2(segmenter.has_value(), segmenter ? "" : segmenter.error().detail.c_str());
        QCOMPARE((*segmenter)->card().id, std::string("tiny"));
        QVERIFY((*segmenter)->card().parameters > 100);
        for (const auto& [width, height] : {std::pair{64, 48}, std::pair{71, 50}, std::pair{64, 48}}) {
            const auto result = (*segmenter)->segment(grey(width, height), {}, {});
            QVERIFY2(result.has_value(), result ? "" : result.error().detail.c_str());
            QCOMPARE(result->width, width);
            QCOMPARE(result->height, height);
            QCOMPARE(result->provenance.modelVersion, std::string("7"));
        }
    }

    void backgroundGivesNothing()
    {
        saveConstant(path("empty.safetensors"), 0, true);
        auto segmenter = openNetworkFile(path("empty.safetensors"));
        QVERIFY(segmenter.has_value());
        const auto result = (*segmenter)->segment(grey(64, 64), {}, {});
        QVERIFY(result.has_value());
        QVERIFY(result->masks.empty() && result->curves.empty());
    }

    void cardOfTheCallerCounts()
    {
        saveConstant(path("bare.safetensors"), 2, false);
        const auto without = openNetworkFile(path("bare.safetensors"));
        QVERIFY(!without.has_value());
        QCOMPARE(without.error().code, ErrorCode::ModelBroken);
        QVERIFY(openNetworkFile(path("bare.safetensors"), kCard).has_value());
    }

    void weightsOfAnotherNetworkAreRefused()
    {
        saveConstant(path("other.safetensors"), 1, false);
        const auto result = openNetworkFile(path("other.safetensors"), R"({"network": "wirenet"})");
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().code, ErrorCode::ModelBroken);
        QVERIFY(openNetworkFile(path("absent.safetensors")).error().code == ErrorCode::FileNotFound);
    }

    void weightsThatAreNoNumbersAreRefused()
    {
        saveConstant(path("nan.safetensors"), 1, true, std::nanf(""));
        const auto result = openNetworkFile(path("nan.safetensors"));
        QVERIFY(!result.has_value());
        QVERIFY2(result.error().detail.find("head.bias") != std::string::npos, result.error().detail.c_str());
    }

    void viewsOfTheCardFitFramesOfAnySize()
    {
        saveConstant(path("viewed.safetensors"), 1, false);
        // Sizes that scale to no multiples, and frames of several sizes in turn.
        const auto scaled =
            openNetworkFile(path("viewed.safetensors"),
                            cardWithViews(R"([{"scale": 0.75}, {"mirror": "x"}, {"scale": 1.25}])"));
        QVERIFY(scaled.has_value());
        QVERIFY((*scaled)->card().input.find("mean of 3 looks") != std::string::npos);
        for (const auto& [width, height] : {std::pair{64, 48}, std::pair{71, 50}, std::pair{64, 48}}) {
            const auto result = (*scaled)->segment(grey(width, height), {}, {});
            QVERIFY2(result.has_value(), result ? "" : result.error().detail.c_str());
            QCOMPARE(result->width, width);
        }
    }

    void moduleListsWeightsUnderTheirFileName()
    {
        saveConstant(path("mine.safetensors"), 1, true);
        qputenv("FEDEFM_MODEL_PATH", m_folder.path().toUtf8());
        ModuleLoader loader;
        loader.loadFolder(std::filesystem::path(FEDEFM_BINARY_DIR) / "lib/fedefm/modules");
        const SegmenterRegistry registry = segmentersOf(loader.contents());
        QVERIFY(registry.hasModel("mine"));
        const auto made = registry.create("mine");
        QVERIFY2(made.has_value(), made ? "" : made.error().detail.c_str());
        QCOMPARE((*made)->card().id, std::string("mine"));
    }
};

QTEST_APPLESS_MAIN(TestNetworkSegmenter)
#include "tst_network_segmenter.moc"
