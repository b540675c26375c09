// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"
#include "core/model/torch/script_segmenter.h"
#include "core/model/torch/torch_private.h"
#include "core/plugin/module_loader.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace fedefm;

namespace {

/// A network whose answer is known: catheter where the grey value is below 0.3, background elsewhere.
void saveThreshold(const std::string& file, const std::string& body)
{
    torch::jit::Module network("threshold");
    network.define("def forward(self, x):\n" + body);
    network.save(file);
}

constexpr const char* kThreshold = "    wire = (0.3 - x) * 10.0\n"
                                   "    return torch.cat([-wire, wire, torch.zeros_like(x) - 9.0], 1)\n";

Frame darkBand()
{
    std::vector<std::uint8_t> bytes(70 * 50, 200);
    for (int y = 20; y < 25; ++y)
        for (int x = 0; x < 70; ++x)
            bytes[static_cast<std::size_t>(y) * 70 + x] = 10;
    return Frame(70, 50, 1, PixelType::U8, std::move(bytes));
}

} // namespace

class TestScriptSegmenter : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::string path(const char* name) { return m_folder.filePath(name).toStdString(); }

private Q_SLOTS:
    void networkMarksTheBand()
    {
        saveThreshold(path("net.pt"), kThreshold);
        auto segmenter = openTorchScript(path("net.pt"), R"({"id":"band","version":"3"})");
        QVERIFY(segmenter.has_value());
        const auto result = (*segmenter)->segment(darkBand(), {}, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().detail.c_str());
        QVERIFY(result->mask(WireClass::Catheter));
        QCOMPARE(result->mask(WireClass::Catheter)->area(), std::size_t(70 * 5));
        QVERIFY(!result->mask(WireClass::Guidewire));
        QCOMPARE(result->provenance.modelId, std::string("band"));
        QVERIFY(result->confidence > 0.9);
    }

    void cardSaysHowSureIsSureEnough()
    {
        // The band is a catheter with a probability of 0.6.
        saveThreshold(path("unsure.pt"),
                      "    wire = (0.3 - x) * 0.676\n"
                      "    return torch.cat([-wire, wire, torch.zeros_like(x) - 9.0], 1)\n");
        const auto isMarked = [&](const std::string& card) {
            auto segmenter = openTorchScript(path("unsure.pt"), card);
            const auto result = (*segmenter)->segment(darkBand(), {}, {});
            return result && result->mask(WireClass::Catheter);
        };
        QVERIFY(isMarked("{}"));
        QVERIFY(!isMarked(R"({"thresholds": {"least": 0.4, "sure": 0.7}})"));
        QVERIFY(isMarked(R"({"thresholds": {"least": 0.4, "sure": 0.55}})"));
    }

    void wrongShapeAndBrokenFilesAreErrors()
    {
        saveThreshold(path("wrong.pt"), "    return x\n");
        auto wrong = openTorchScript(path("wrong.pt"));
        QVERIFY(wrong.has_value());
        const auto result = (*wrong)->segment(darkBand(), {}, {});
        QVERIFY(!result && result.error().code == ErrorCode::ModelBroken);

        std::ofstream(path("text.pt")) << "this is no archive";
        const auto broken = openTorchScript(path("text.pt"));
        QVERIFY(!broken && broken.error().code == ErrorCode::ModelBroken);
        QVERIFY(openTorchScript(path("absent.pt")).error().code == ErrorCode::FileNotFound);
    }

    void moduleListsModelsAndOpensThemWhenAsked()
    {
        saveThreshold(path("listed.pt"), kThreshold);
        std::ofstream(path("listed.json")) << R"({"id":"listed","name":"Listed network"})";
        qputenv("FEDEFM_MODEL_PATH", m_folder.path().toUtf8());
        ModuleLoader loader;
        loader.loadFolder(std::filesystem::path(FEDEFM_BINARY_DIR) / "lib/fedefm/modules");
        const SegmenterRegistry registry = segmentersOf(loader.contents());
        QVERIFY(registry.hasModel("listed"));
        auto byName = registry.create("listed");
        QVERIFY2(byName.has_value(), byName ? "" : byName.error().detail.c_str());
        QVERIFY((*byName)->segment(darkBand(), {}, {}).has_value());
        QVERIFY(registry.create(path("listed.pt")).has_value());
        QVERIFY(registry.create(path("text.pt")).error().code == ErrorCode::ModelBroken);
    }

    void contentDecidesWhatAModelFileIs()
    {
        for (const char* name : {"net.ts", "net.torchscript", "other.pt"})
            saveThreshold(path(name), kThreshold);
        auto weights = readTensorFile(FEDEFM_SOURCE_DIR "/resources/models/wirenet-fast.safetensors");
        QVERIFY(weights.has_value());
        weights->metadata["fedefm.card"] = R"({"network": "wirenet"})";
        QVERIFY(writePth(path("state.pt"), *weights, Overwrite::No).has_value());
        QVERIFY(isTorchScript(path("net.ts")) && isTorchScript(path("other.pt")));
        QVERIFY(!isTorchScript(path("state.pt")) && !isTorchScript(path("absent.pt")));

        ModuleLoader loader;
        loader.loadFolder(std::filesystem::path(FEDEFM_BINARY_DIR) / "lib/fedefm/modules");
        const SegmenterRegistry registry = segmentersOf(loader.contents());
        for (const char* name : {"net.ts", "net.torchscript", "other.pt", "state.pt"}) {
            const auto opened = registry.create(path(name));
            QVERIFY2(opened.has_value(), opened ? "" : describe(opened.error()).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestScriptSegmenter)
#include "tst_script_segmenter.moc"
