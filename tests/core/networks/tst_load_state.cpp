// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_private.h"
#include "core/model/networks/reference_compare_private.h"

#include "test_data.h"

#include <QTest>

#include <cmath>

using namespace fedefm;

namespace {

NetworkPtr network(const std::string& architecture, const nlohmann::json& values)
{
    auto made = makeNetwork({architecture, values});
    return made ? *made : nullptr;
}

const nlohmann::json kSmallUnet{{"n_channels", 1}, {"n_classes", 2}, {"base_channels", 2}};
const nlohmann::json kSmallVit{{"img_size", 64}, {"hidden_size", 8}, {"mlp_dim", 8},
                               {"num_heads", 2}, {"num_layers", 1},  {"decoder_channels", {2, 2, 2, 2}}};

bool sameTensor(const torch::Tensor& a, const torch::Tensor& b)
{
    return a.sizes() == b.sizes() && torch::equal(a, b);
}

} // namespace

class TestLoadState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void storedTensorsKeepEveryValue()
    {
        for (const auto type :
             {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16, torch::kInt64,
              torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8, torch::kBool}) {
            const torch::Tensor values = torch::arange(6).reshape({2, 3}).to(type);
            const StoredTensor stored = toStored(values.t());
            QCOMPARE(stored.shapeText(), std::string("3x2"));
            QVERIFY(sameTensor(toTensor(stored), values.t()));
            QCOMPARE(toTensor(stored).scalar_type(), torch::ScalarType(type));
        }
        QCOMPARE(toStored(torch::tensor(3)).shapeText(), std::string("scalar"));
    }

    void aStateComesBack()
    {
        const NetworkPtr first = network("unet", kSmallUnet);
        const NetworkPtr second = network("unet", kSmallUnet);
        QVERIFY(!sameTensor(stateOf(*first).at("inc.double_conv.0.weight"),
                            stateOf(*second).at("inc.double_conv.0.weight")));
        const auto report = loadState(*second, toTensorFile(*first), "test");
        QVERIFY(report.has_value());
        QCOMPARE(report->loaded, 118);
        const auto wanted = stateOf(*first);
        for (const auto& [name, value] : stateOf(*second))
            QVERIFY2(sameTensor(value, wanted.at(name)), name.c_str());
    }

    void differencesAreNamedAndNothingChanges()
    {
        const NetworkPtr target = network("unet", kSmallUnet);
        TensorFile file = toTensorFile(*network("unet", kSmallUnet));
        file.tensors.erase("outc.conv.bias");
        file.tensors["extra"] = toStored(torch::zeros({1}));
        file.tensors["inc.double_conv.0.weight"] = toStored(torch::zeros({2, 3, 3, 3}));
        const torch::Tensor before = stateOf(*target).at("down1.maxpool_conv.1.double_conv.0.weight").clone();
        const auto report = loadState(*target, file, "file.pth");
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::ModelBroken);
        QCOMPARE(report.error().subject, std::string("file.pth"));
        QCOMPARE(
            report.error().detail,
            std::string("1 of another shape (inc.double_conv.0.weight: 2x3x3x3 in the file, 2x1x3x3 in the "
                        "network); 1 missing (outc.conv.bias); 1 unexpected (extra)"));
        QVERIFY(sameTensor(stateOf(*target).at("down1.maxpool_conv.1.double_conv.0.weight"), before));
    }

    void allowancesLoadTheRest()
    {
        const NetworkPtr target = network("unet", kSmallUnet);
        const torch::Tensor bias = stateOf(*target).at("outc.conv.bias").clone();
        TensorFile file = toTensorFile(*network("unet", kSmallUnet));
        file.tensors.erase("outc.conv.bias");
        file.tensors["extra"] = toStored(torch::zeros({1}));
        LoadRules rules;
        rules.allowMissing = true;
        rules.allowUnexpected = true;
        const auto report = loadState(*target, file, "test", rules);
        QVERIFY(report.has_value());
        QCOMPARE(report->loaded, 117);
        QCOMPARE(report->missing, std::vector<std::string>{"outc.conv.bias"});
        QCOMPARE(report->unexpected, std::vector<std::string>{"extra"});
        QVERIFY(sameTensor(stateOf(*target).at("outc.conv.bias"), bias));
        // A file of something else is an error even so.
        TensorFile other;
        other.tensors["weight"] = toStored(torch::zeros({1}));
        QVERIFY(!loadState(*target, other, "test", rules));
    }

    void aHeadForOtherClassesStays()
    {
        nlohmann::json values = kSmallUnet;
        values["n_classes"] = 3;
        const NetworkPtr target = network("unet", values);
        const torch::Tensor head = stateOf(*target).at("outc.conv.weight").clone();
        const NetworkPtr source = network("unet", kSmallUnet);
        LoadRules rules;
        rules.allowReshaped = true;
        const auto report = loadState(*target, toTensorFile(*source), "test", rules);
        QVERIFY2(report.has_value(), report ? "" : report.error().detail.c_str());
        QCOMPARE(report->reshaped.size(), std::size_t(2)); // weight and bias
        QVERIFY(sameTensor(stateOf(*target).at("outc.conv.weight"), head));
        QVERIFY(sameTensor(stateOf(*target).at("inc.double_conv.0.weight"),
                           stateOf(*source).at("inc.double_conv.0.weight")));
        // A network of another width is another network.
        values["base_channels"] = 4;
        QVERIFY(!loadState(*network("unet", values), toTensorFile(*source), "test", rules));
    }

    void foundationWeightsBecomeAnEncoder()
    {
        nlohmann::json values = kSmallVit;
        values["resnet_num_layers"] = {1, 1, 1};
        values["resnet_width_factor"] = 0.5;
        nlohmann::json foundation = values;
        foundation.erase("decoder_channels");
        const NetworkPtr source = network("fedefm_medvit", foundation);
        const NetworkPtr target = network("transunet_noskip", values);
        QVERIFY(source && target);
        // Half a network marks noise; a training may begin with it.
        QVERIFY(!loadState(*target, toTensorFile(*source), "test"));
        LoadRules beginning;
        beginning.isBeginning = true;
        const auto report = loadState(*target, toTensorFile(*source), "test", beginning);
        QVERIFY2(report.has_value(), report ? "" : report.error().detail.c_str());
        QVERIFY(report->unexpected.empty());
        for (const auto& [name, value] : stateOf(*source))
            if (name.rfind("mlp_head", 0) != 0)
                QVERIFY2(sameTensor(stateOf(*target).at("transformer." + name), value), name.c_str());
    }

    void jaxArchiveGivesTheOfficialEncoder()
    {
        const auto folder = test::goldenData("transunet");
        NEEDS_GOLDEN(folder);
        const auto archive = readTensorFile(folder / "pretrained.npz");
        QVERIFY2(archive.has_value(), archive ? "" : describe(archive.error()).c_str());
        const auto wanted = readTensorFile(folder / "weights.safetensors");
        QVERIFY(wanted.has_value());
        const nlohmann::json values{{"img_size", 64},
                                    {"hidden_size", 20},
                                    {"mlp_dim", 40},
                                    {"num_heads", 4},
                                    {"num_layers", 2},
                                    {"resnet_num_layers", {1, 2, 1}},
                                    {"resnet_width_factor", .5},
                                    {"decoder_channels", {6, 8, 4, 4}},
                                    {"n_classes", 4}};
        const NetworkPtr target = network("transunet", values);
        LoadRules beginning;
        beginning.isBeginning = true;
        const auto report = loadState(*target, *archive, "pretrained.npz", beginning);
        QVERIFY2(report.has_value(), report ? "" : report.error().detail.c_str());
        QCOMPARE(report->resized, std::vector<std::string>{"transformer.embeddings.position_embeddings"});
        int compared = 0;
        for (const auto& [name, value] : stateOf(*target)) {
            if (name.rfind("transformer.", 0) != 0)
                continue;
            const double error = (value - toTensor(wanted->tensors.at(name))).abs().max().item<double>();
            QVERIFY2(error <= 1e-5, name.c_str());
            ++compared;
        }
        QCOMPARE(compared, report->loaded);
        QVERIFY(compared > 50);
    }

    void swinWeightsFitOtherSizes()
    {
        // At 128 px the last stage is larger than a window and has a mask, at 64 px it is one window.
        const auto swin = [](int sizePx, bool hasPositions) {
            return nlohmann::json{{"img_size", sizePx},        {"in_chans", 1},
                                  {"num_classes", 3},          {"embed_dim", 8},
                                  {"window_size", 2},          {"depths", {2, 2, 2, 2}},
                                  {"num_heads", {1, 2, 2, 2}}, {"ape", hasPositions}};
        };
        const auto large = network("swin_unet", swin(128, false));
        const auto small = network("swin_unet", swin(64, false));
        QVERIFY(large && small);
        QVERIFY(stateOf(*large).count("swin_unet.layers.3.blocks.1.attn_mask") == 1);
        const auto down = loadState(*small, toTensorFile(*large), "test");
        QVERIFY2(down.has_value(), down ? "" : down.error().detail.c_str());
        QVERIFY(loadState(*large, toTensorFile(*small), "test").has_value());
        // An absolute position of another size is resized.
        const auto placed = network("swin_unet", swin(128, true));
        const auto target = network("swin_unet", swin(64, true));
        const auto resized = loadState(*target, toTensorFile(*placed), "test");
        QVERIFY2(resized.has_value(), resized ? "" : resized.error().detail.c_str());
        QVERIFY(!resized->resized.empty());
    }

    void positionsResizeWithAlignedCorners()
    {
        nlohmann::json values = kSmallVit;
        const NetworkPtr target = network("transunet_vit", values);
        TensorFile file = toTensorFile(*target);
        // A plane over 3×3 stays a plane over 4×4; the class token before it goes.
        const torch::Tensor rows = torch::tensor({0.F, 0.F, 0.F, 3.F, 3.F, 3.F, 6.F, 6.F, 6.F});
        const torch::Tensor table = torch::cat({torch::full({1}, 99.F), rows}).view({1, 10, 1});
        const std::string name = "transformer.embeddings.position_embeddings";
        file.tensors[name] = toStored(table.expand({1, 10, 8}));
        const auto report = loadState(*target, file, "test");
        QVERIFY2(report.has_value(), report ? "" : report.error().detail.c_str());
        const torch::Tensor expected =
            torch::tensor({0.F, 2.F, 4.F, 6.F}).view({4, 1, 1}).expand({4, 4, 8}).reshape({1, 16, 8});
        QVERIFY((stateOf(*target).at(name) - expected).abs().max().item<double>() < 1e-5);
        LoadRules rules;
        rules.resizePositions = false;
        QVERIFY(!loadState(*target, file, "test", rules));
    }

    void evaluationWithoutGradientsGivesTheSame()
    {
        torch::manual_seed(3);
        for (const char* name : {"unet", "unet_bilinear"}) {
            const NetworkPtr net = network(name, kSmallUnet);
            const torch::Tensor input = torch::randn({2, 1, 37, 50});
            net->forward(input);
            net->eval();
            const torch::Tensor plain = net->forward(input).detach();
            const torch::NoGradGuard noGrad;
            const torch::Tensor folded = net->forward(input);
            QVERIFY((plain - folded).abs().max().item<double>() < 1e-5);
            net->to(torch::kFloat32);
            const torch::Tensor channelsLast = net->forward(input.to(torch::MemoryFormat::ChannelsLast));
            QVERIFY((plain - channelsLast).abs().max().item<double>() < 1e-5);
        }
    }

    void dropoutActsInTrainingOnly()
    {
        nlohmann::json values = kSmallVit;
        values["dropout_rate"] = 0.5;
        const NetworkPtr net = network("transunet_vit", values);
        const torch::Tensor input = torch::randn({2, 1, 64, 64});
        const auto mapOf = [&] {
            const FeatureRecorder recorder;
            net->forward(input);
            return recorder.features().at("transformer");
        };
        net->train();
        QVERIFY(!sameTensor(mapOf(), mapOf()));
        net->eval();
        QVERIFY(sameTensor(mapOf(), mapOf()));
    }

    void comparisonsRefuseWhatIsNotThere()
    {
        const torch::Tensor expected = torch::tensor({1.F, -4.F});
        QVERIFY(!compareTensors("x", nullptr, expected, {1.0, false}).ok);
        const torch::Tensor longer = torch::zeros({3});
        QCOMPARE(compareTensors("x", &longer, expected, {1.0, false}).problem,
                 std::string("shape 3 instead of 2"));
        const torch::Tensor broken = torch::tensor({1.F, std::nanf("")});
        QVERIFY(!compareTensors("x", &broken, expected, {1.0, false}).ok);
        const torch::Tensor near = torch::tensor({1.F, -3.5F});
        QCOMPARE(compareTensors("x", &near, expected, {0.5, false}).maxError, 0.5);
        QVERIFY(compareTensors("x", &near, expected, {0.5, false}).ok);
        QCOMPARE(compareTensors("grad.x", &near, expected, {0.1, true}).maxError, 0.125);
        QVERIFY(!compareTensors("grad.x", &near, expected, {0.1, true}).ok);
    }

    void theSeedDecides()
    {
        torch::manual_seed(5);
        const auto first = toTensorFile(*network("unet", kSmallUnet));
        torch::manual_seed(5);
        const NetworkPtr second = network("unet", kSmallUnet);
        for (const auto& [name, value] : stateOf(*second))
            QVERIFY(sameTensor(value, toTensor(first.tensors.at(name))));
    }

    void aDeeperWireNetBeginsWhereAShallowOneIs()
    {
        const NetworkPtr shallow =
            network("wirenet", {{"widths", {16, 16, 16}}, {"depths", {1, 1, 1}}, {"plain_levels", 2}});
        QVERIFY(shallow);
        const torch::NoGradGuard noGrad;
        for (torch::Tensor& parameter : shallow->parameters())
            if (parameter.dim() == 1)
                parameter.uniform_(0.5, 1.5);
        const NetworkPtr deep = network("wirenet", {{"widths", {16, 16, 16}},
                                                    {"depths", {2, 3, 2}},
                                                    {"decoder_depths", {2, 2}},
                                                    {"plain_levels", 2}});
        QVERIFY(deep);
        LoadRules partial;
        partial.allowMissing = true;
        const auto report = loadState(*deep, toTensorFile(*shallow), "test", partial);
        QVERIFY(report && !report->missing.empty());
        shallow->eval();
        deep->eval();
        const torch::Tensor picture = torch::rand({1, 1, 32, 32});
        const torch::Tensor expected = shallow->forward(picture);
        QVERIFY(expected.abs().max().item<double>() > 0.1);
        QVERIFY((deep->forward(picture) - expected).abs().max().item<double>() < 1e-5);
        QVERIFY(!makeNetwork({"wirenet", {{"decoder_depths", {1, 1, 1}}}}));
    }

    void classifiersGiveTheirTokenMap()
    {
        nlohmann::json values{{"img_size", 64},
                              {"hidden_size", 8},
                              {"mlp_dim", 8},
                              {"num_heads", 2},
                              {"num_layers", 1},
                              {"resnet_num_layers", {1, 1, 1}},
                              {"resnet_width_factor", 0.5},
                              {"num_classes", 3}};
        const NetworkPtr net = network("fedefm_medvit", values);
        net->eval();
        const torch::NoGradGuard noGrad;
        const auto [logits, map] = net->forwardWithFeatures(torch::randn({2, 3, 64, 64}));
        QCOMPARE(logits.sizes().vec(), (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(map.sizes().vec(), (std::vector<std::int64_t>{2, 8, 4, 4}));
        // The head sees the first patch.
        const auto state = stateOf(*net);
        const torch::Tensor expected =
            map.select(3, 0).select(2, 0).matmul(state.at("mlp_head.weight").t()) + state.at("mlp_head.bias");
        QVERIFY((logits - expected).abs().max().item<double>() < 1e-5);
    }
};

QTEST_APPLESS_MAIN(TestLoadState)
#include "tst_load_state.moc"
