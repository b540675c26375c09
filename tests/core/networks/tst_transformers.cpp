// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/attention_private.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/python_json.h"
#include "core/model/networks/transformer_parts_private.h"

#include "test_data.h"

#include <QTest>

#include <cmath>
#include <fstream>
#include <sstream>

using namespace fedefm;

namespace {

using Json = nlohmann::json;

const Json kVit{{"img_size", 32}, {"patch_size", 8}, {"in_chans", 1},    {"embed_dim", 16},
                {"depth", 2},     {"num_heads", 2},  {"mlp_ratio", 2.0}, {"num_classes", 3}};
const Json kSwin{{"img_size", 64},   {"in_chans", 1},          {"num_classes", 3},         {"embed_dim", 8},
                 {"window_size", 2}, {"depths", {2, 2, 2, 2}}, {"num_heads", {1, 2, 2, 2}}};
const Json kClip{{"input_resolution", 32}, {"patch_size", 16}, {"width", 16}, {"layers", 2}, {"heads", 2},
                 {"output_dim", 8}};
const Json kEncoder{{"img_size", 64}, {"embed_dim", 12},  {"depth", 2},
                    {"num_heads", 2}, {"window_size", 3}, {"global_attn_indexes", {1}},
                    {"out_chans", 8}};

/// `base` with `changes` on top; a null removes.
Json with(Json base, const Json& changes)
{
    base.merge_patch(changes);
    return base;
}

NetworkPtr network(const std::string& architecture, const Json& values, std::uint64_t seed = 1)
{
    torch::manual_seed(seed);
    auto made = makeNetwork({architecture, values});
    if (!made)
        qWarning("%s", describe(made.error()).c_str());
    return made ? *made : nullptr;
}

std::string refusal(const std::string& architecture, const Json& values)
{
    const auto made = makeNetwork({architecture, values});
    return made || made.error().code != ErrorCode::InvalidArgument ? std::string() : made.error().detail;
}

bool near(const torch::Tensor& a, const torch::Tensor& b, double tolerance = 1e-5)
{
    return a.sizes() == b.sizes() && (a - b).abs().max().item<double>() <= tolerance;
}

std::vector<std::int64_t> shapeOf(const torch::Tensor& tensor)
{
    return tensor.sizes().vec();
}
using Shape = std::vector<std::int64_t>;

std::string readText(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

} // namespace

class TestTransformers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fullKeysAgree_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("variant");
        for (const char* name : {"timm_vit", "sam", "lvm_med_vit", "swin_unet", "clip_vit"})
            QTest::newRow(name) << QString(name) << QString("default");
        for (const char* variant : {"default_visual", "vit_b32", "vit_b32_visual"})
            QTest::newRow(variant) << QString("clip_vit") << QString(variant);
    }
    void fullKeysAgree()
    {
        QFETCH(QString, name);
        QFETCH(QString, variant);
        const auto folder = test::goldenData(name.toStdString());
        NEEDS_GOLDEN(folder);
        const auto spec = officialSpec(name.toStdString(), variant.toStdString());
        QVERIFY(spec.has_value());
        const NetworkPtr full = network(spec->architecture, spec->hyperParameters);
        QVERIFY(full);
        std::string list;
        for (const auto& [key, value] : stateOf(*full))
            list += key + " " + toStored(value).shapeText() + "\n";
        const Json stated = parsePythonJson(readText(folder / "config.json"))["full"][variant.toStdString()];
        QCOMPARE(list, readText(folder / stated["file"].get<std::string>()));
        long long count = 0;
        for (const auto& parameter : full->parameters())
            count += parameter.numel();
        QCOMPARE(count, stated["num_parameters"].get<long long>());
    }

    void attentionInPartsIsTheSame()
    {
        torch::manual_seed(2);
        // 3 heads of 2900² scores: more than are held at once.
        const auto q = torch::randn({1, 3, 2900, 2});
        const auto k = torch::randn({1, 3, 2900, 2});
        const auto v = torch::randn({1, 3, 2900, 2});
        const auto result = attend(q, k, v, 0.5);
        for (const int head : {0, 2}) {
            const auto rows = q[0][head].slice(0, 100, 110);
            const auto expected =
                torch::matmul((torch::matmul(rows, k[0][head].t()) * 0.5).softmax(-1), v[0][head]);
            QVERIFY(near(result[0][head].slice(0, 100, 110), expected));
        }
        const auto biased = attend(q.slice(2, 0, 4), k.slice(2, 0, 4), v.slice(2, 0, 4), 0.5,
                                   torch::full({4, 4}, -1e9).triu(1));
        QVERIFY(near(biased.select(2, 0), v.select(2, 0)));
    }

    void relativePositionsFollowTheDefinition()
    {
        torch::manual_seed(3);
        const int height = 3;
        const int width = 2;
        const int size = 4;
        const auto qkv = torch::randn({1, height * width, 3 * size});
        const auto tableH = torch::randn({2 * height - 1, size});
        const auto tableW = torch::randn({2 * width - 1, size});
        const auto q = qkv[0].slice(1, 0, size);
        const auto k = qkv[0].slice(1, size, 2 * size);
        auto scores = torch::matmul(q, k.t()) / std::sqrt(4.0);
        for (int i = 0; i < height * width; ++i)
            for (int j = 0; j < height * width; ++j) {
                const int dy = i / width - j / width;
                const int dx = i % width - j % width;
                scores[i][j] += q[i].dot(tableH[dy + height - 1]) + q[i].dot(tableW[dx + width - 1]);
            }
        const auto expected = torch::matmul(scores.softmax(-1), qkv[0].slice(1, 2 * size));
        QVERIFY(near(attendWithRelativePositions(qkv, 1, height, width, tableH, tableW)[0], expected));
    }

    void stochasticDepthDropsWholeSamples()
    {
        torch::manual_seed(4);
        const auto branch = torch::ones({1000, 3});
        QVERIFY(torch::equal(dropPath(branch, 0.25, false), branch));
        const auto dropped = dropPath(branch, 0.25, true);
        const auto kept = dropped.select(1, 0).gt(0);
        QVERIFY(near(dropped, kept.to(torch::kFloat).unsqueeze(1).expand({-1, 3}) / 0.75));
        QVERIFY(std::abs(kept.sum().item<double>() - 750.0) < 60.0);
        QCOMPARE(dropPathRates(0.3, 4), (std::vector<double>{0.0, 0.3 * 1 / 3, 0.3 * 2 / 3, 0.3}));
    }

    void officialInitialisation()
    {
        const auto vit = stateOf(*network("timm_vit", with(kVit, {{"embed_dim", 64}})));
        QVERIFY(std::abs(vit.at("pos_embed").std().item<double>() - 0.02) < 0.002);
        QVERIFY(std::abs(vit.at("blocks.0.mlp.fc1.weight").std().item<double>() - 0.02) < 0.002);
        QCOMPARE(vit.at("head.bias").abs().max().item<double>(), 0.0);
        const auto swin = stateOf(*network("swin_unet", kSwin));
        QVERIFY(std::abs(swin.at("swin_unet.layers.3.blocks.0.mlp.fc1.weight").std().item<double>() - 0.02) <
                0.002);
        const auto clip = stateOf(*network(
            "clip_vit",
            with(kClip,
                 {{"text", {{"context_length", 4}, {"vocab_size", 9}, {"width", 64}, {"layers", 2}}}})));
        QVERIFY(std::abs(clip.at("logit_scale").item<double>() - std::log(1.0 / 0.07)) < 1e-5);
        QVERIFY(std::abs(clip.at("transformer.resblocks.0.attn.in_proj_weight").std().item<double>() -
                         0.125) < 0.01);
        const auto encoder = stateOf(*network("lvm_med_vit", kEncoder));
        QCOMPARE(encoder.at("blocks.1.attn.rel_pos_h").abs().max().item<double>(), 0.0);
    }

    void headsAndPoolsOfTimm()
    {
        const auto average =
            network("timm_vit", with(kVit, {{"global_pool", "avg"}, {"class_token", false}}));
        const auto state = stateOf(*average);
        QVERIFY(state.count("fc_norm.weight") && !state.count("norm.weight") && !state.count("cls_token"));
        QCOMPARE(shapeOf(state.at("pos_embed")), (Shape{1, 16, 16}));
        QCOMPARE(shapeOf(average->forward(torch::randn({2, 1, 32, 32}))), (Shape{2, 3}));
        const auto headless = network("timm_vit", with(kVit, {{"num_classes", 0}}));
        QVERIFY(!stateOf(*headless).count("head.weight"));
        const auto [features, map] = headless->forwardWithFeatures(torch::randn({2, 1, 32, 40}));
        QCOMPARE(shapeOf(features), (Shape{2, 16}));
        QCOMPARE(shapeOf(map), (Shape{2, 16, 4, 5}));
    }

    void tokenMapsKeepTheirPlace()
    {
        // Without attention's mixing (one block, zero projections) a token depends on its own patch only.
        const auto vit = network("timm_vit", with(kVit, {{"depth", 1}}));
        const torch::NoGradGuard noGradient;
        for (const char* name : {"blocks.0.attn.proj.weight", "blocks.0.mlp.fc2.weight"})
            stateOf(*vit).at(name).zero_();
        vit->eval();
        const auto input = torch::randn({1, 1, 32, 32});
        auto changed = input.clone();
        changed[0][0][9][30] += 1.0; // row 1, column 3
        const auto difference =
            (vit->forwardWithFeatures(changed).second - vit->forwardWithFeatures(input).second)
                .abs()
                .sum(1)[0];
        QVERIFY(difference[1][3].item<double>() > 1e-4);
        difference[1][3] = 0.0;
        QCOMPARE(difference.max().item<double>(), 0.0);
    }

    void vitSegmentsAnySizeAndEveryParameterLearns()
    {
        const auto vit = network("vit_seg", with(kVit, {{"decoder_channels", {8, 8, 4}}}));
        QVERIFY(vit);
        const auto output = vit->forward(torch::randn({2, 1, 29, 43}));
        QCOMPARE(shapeOf(output), (Shape{2, 3, 29, 43}));
        (output * torch::randn(output.sizes())).sum().backward();
        for (const auto& item : vit->named_parameters()) {
            QVERIFY2(item.value().grad().defined(), item.key().c_str());
            QVERIFY2(item.value().grad().abs().max().item<double>() > 0.0, item.key().c_str());
        }
    }

    void vitSegTakesTheBackboneOfTimm()
    {
        const auto source = network("timm_vit", kVit, 5);
        const auto target = network("vit_seg", with(kVit, {{"decoder_channels", {8, 4}}}), 6);
        LoadRules rules;
        rules.allowMissing = true;
        rules.allowUnexpected = true;
        const auto report = loadState(*target, toTensorFile(*source), "test", rules);
        QVERIFY2(report.has_value(), report ? "" : describe(report.error()).c_str());
        QCOMPARE(report->unexpected, (std::vector<std::string>{"head.bias", "head.weight"}));
        for (const auto& name : report->missing)
            QVERIFY2(name.rfind("decoder.", 0) == 0 || name.rfind("segmentation_head.", 0) == 0,
                     name.c_str());
        QVERIFY(torch::equal(stateOf(*target).at("blocks.1.attn.qkv.weight"),
                             stateOf(*source).at("blocks.1.attn.qkv.weight")));
    }

    void greyPicturesEnterColourNetworks()
    {
        for (const auto& [name, values] :
             {std::pair<std::string, Json>{"timm_vit", with(kVit, {{"in_chans", 3}})},
              {"clip_vit", kClip},
              {"swin_unet", with(kSwin, {{"in_chans", 3}})}}) {
            const auto made = network(name, values);
            made->eval();
            const int side = name == "swin_unet" ? 64 : 32;
            const auto grey = torch::randn({1, 1, side, side});
            QVERIFY(near(made->forward(grey), made->forward(grey.repeat({1, 3, 1, 1}))));
        }
    }

    void shiftMaskSeparatesTheEdges()
    {
        const auto state = stateOf(*network("swin_unet", kSwin));
        // Stage 2 has 4×4 tokens, windows of 2, shift 1.
        const auto mask = state.at("swin_unet.layers.2.blocks.1.attn_mask");
        QCOMPARE(shapeOf(mask), (Shape{4, 4, 4}));
        QCOMPARE(mask.scalar_type(), torch::kFloat32);
        QCOMPARE(mask[0].abs().max().item<double>(), 0.0);
        QVERIFY(torch::equal(mask[3], torch::full({4, 4}, -100.0).fill_diagonal_(0.0)));
        // The right window: its two columns come from opposite edges, its rows are neighbours.
        const auto right = torch::tensor({0.0F, -100.0F, 0.0F, -100.0F});
        QVERIFY(torch::equal(mask[1][0], right));
        const auto index = state.at("swin_unet.layers.2.blocks.0.attn.relative_position_index");
        QCOMPARE(index.scalar_type(), torch::kInt64);
        QVERIFY(torch::equal(index[0], torch::tensor({4, 3, 1, 0}, torch::kInt64)));
        // Stage 3 is one window: no mask.
        QVERIFY(!state.count("swin_unet.layers.3.blocks.1.attn_mask"));
    }

    void swinIsBuiltForItsSize()
    {
        const auto made = network("swin_unet", kSwin);
        QCOMPARE(shapeOf(made->forward(torch::randn({1, 1, 64, 64}))), (Shape{1, 3, 64, 64}));
        QVERIFY_THROWS_EXCEPTION(c10::Error, made->forward(torch::randn({1, 1, 96, 96})));
        const auto other = network("swin_unet", with(kSwin, {{"img_size", 96},
                                                             {"window_size", 3},
                                                             {"ape", true},
                                                             {"patch_norm", false},
                                                             {"drop_rate", 0.1}}));
        QCOMPARE(shapeOf(other->forward(torch::randn({2, 1, 96, 96}))), (Shape{2, 3, 96, 96}));
        QVERIFY(stateOf(*other).count("swin_unet.absolute_pos_embed"));
        QVERIFY(!stateOf(*other).count("swin_unet.patch_embed.norm.weight"));
    }

    void clipImageTowerIsTheSameWithoutPrefix()
    {
        const auto with1 = network("clip_vit", kClip, 7);
        const auto without = network("clip_vit", with(kClip, {{"image_prefix", ""}}), 8);
        LoadRules rules;
        rules.dropPrefix = "visual.";
        const auto report = loadState(*without, toTensorFile(*with1), "test", rules);
        QVERIFY2(report.has_value(), report ? "" : describe(report.error()).c_str());
        const auto input = torch::randn({2, 3, 32, 32});
        QVERIFY(near(with1->forward(input), without->forward(input)));
        QCOMPARE(shapeOf(with1->forwardWithFeatures(input).second), (Shape{2, 16, 2, 2}));
    }

    void theImageTowerIsLoadedFromAFileWithBoth()
    {
        const Json text{{"context_length", 4}, {"vocab_size", 9}, {"width", 64}, {"layers", 2}};
        const auto both = network("clip_vit", with(kClip, {{"text", text}}), 7);
        const auto image = network("clip_vit", kClip, 8);
        TensorFile file = toTensorFile(*both);
        const auto report = loadState(*image, file, "test");
        QVERIFY2(report.has_value(), report ? "" : describe(report.error()).c_str());
        QVERIFY(torch::equal(stateOf(*image).at("visual.proj"), stateOf(*both).at("visual.proj")));
        // What belongs to neither tower is no official file's.
        file.tensors["extra"] = toStored(torch::zeros({1}));
        QVERIFY(!loadState(*image, file, "test"));
        // The text tower is not passed over where it is wanted.
        file = toTensorFile(*image);
        QVERIFY(!loadState(*both, file, "test"));
    }

    void lvmMedsBackbonesClassifyWithAHead()
    {
        const Json resnet{{"layers", {1, 1, 1, 1}}, {"stem_width", 4}, {"stage_widths", {2, 2, 4, 4}}};
        for (const auto& [name, values] :
             {std::pair<std::string, Json>{"lvm_med_resnet50", resnet}, {"lvm_med_vit", kEncoder}}) {
            const std::string head = name == "lvm_med_vit" ? "head" : "fc";
            const auto plain = network(name, values, 3);
            const auto classifier = network(name, with(values, {{"num_classes", 5}}), 4);
            const auto state = stateOf(*classifier);
            QCOMPARE(state.size(), stateOf(*plain).size() + 2);
            QVERIFY(state.count(head + ".weight") && state.count(head + ".bias"));
            LoadRules rules;
            rules.allowMissing = true;
            QVERIFY(loadState(*classifier, toTensorFile(*plain), "test", rules).has_value());
            plain->eval();
            classifier->eval();
            const auto input = torch::randn({2, 1, 64, 64});
            QCOMPARE(shapeOf(classifier->forward(input)), (Shape{2, 5}));
            QVERIFY(near(classifier->forwardWithFeatures(input).second, plain->forward(input)));
        }
    }

    void encoderTakesOtherSizes()
    {
        const auto encoder = network("lvm_med_vit", kEncoder);
        encoder->eval();
        QCOMPARE(shapeOf(encoder->forward(torch::randn({1, 3, 48, 112}))), (Shape{1, 8, 3, 7}));
        const auto withPositions = network("lvm_med_vit", with(kEncoder, {{"use_abs_pos", true}}));
        QCOMPARE(shapeOf(withPositions->forward(torch::randn({1, 3, 48, 112}))), (Shape{1, 8, 3, 7}));
        const auto plain =
            network("lvm_med_vit", with(kEncoder, {{"use_rel_pos", false}, {"window_size", 0}}));
        QVERIFY(!stateOf(*plain).count("blocks.0.attn.rel_pos_h"));
        QCOMPARE(shapeOf(plain->forward(torch::randn({2, 1, 32, 32}))), (Shape{2, 8, 2, 2}));
    }

    void impossibleSizesAreRefused()
    {
        QVERIFY(refusal("timm_vit", with(kVit, {{"num_heads", 3}})).find("num_heads") != std::string::npos);
        QVERIFY(refusal("timm_vit", with(kVit, {{"global_pool", "max"}})).find("global_pool") !=
                std::string::npos);
        QVERIFY(refusal("timm_vit", with(kVit, {{"class_token", false}})).find("class_token") !=
                std::string::npos);
        QVERIFY(refusal("timm_vit", with(kVit, {{"emb_dim", 3}})).find("embed_dim") != std::string::npos);
        QVERIFY(refusal("swin_unet", {{"img_size", 256}}).find("window_size") != std::string::npos);
        QVERIFY(refusal("swin_unet", {{"patch_size", 2}}).find("patch_size") != std::string::npos);
        QVERIFY(refusal("swin_unet", with(kSwin, {{"depths", {2, 2, 2}}})).find("depths") !=
                std::string::npos);
        QVERIFY(refusal("clip_vit", with(kClip, {{"activation", "relu"}})).find("activation") !=
                std::string::npos);
        QVERIFY(refusal("clip_vit", with(kClip, {{"text", {{"widht", 8}}}})).find("width") !=
                std::string::npos);
        QVERIFY(refusal("sam", with(kEncoder, {{"prompt_embed_dim", 64}})).find("out_chans") !=
                std::string::npos);
        QVERIFY(
            refusal("sam", with(kEncoder, {{"out_chans", 64}, {"pixel_mean", {1, 2}}})).find("3 numbers") !=
            std::string::npos);
        QVERIFY(!refusal("sam", with(kEncoder, {{"decoder_transformer", {{"heads", 2}}}})).empty());
    }

    void pythonsNumbersAreRead()
    {
        const Json json =
            parsePythonJson("{\"a\": NaN, \"b\": [-Infinity, Infinity, -1.5], \"c\": \"NaN \\\"Infinity\"}");
        QVERIFY(json["a"].is_null() && json["b"][0].is_null() && json["b"][1].is_null());
        QCOMPARE(json["b"][2].get<double>(), -1.5);
        QCOMPARE(json["c"].get<std::string>(), std::string("NaN \"Infinity"));
        QVERIFY(parsePythonJson("{\"a\": Nan}").is_discarded());
        QVERIFY(parsePythonJson("\"open").is_discarded());
    }
};

QTEST_APPLESS_MAIN(TestTransformers)
#include "tst_transformers.moc"
