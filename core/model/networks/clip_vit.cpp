// SPDX-License-Identifier: GPL-3.0-or-later
// CLIP with a ViT (Radford et al. 2021): the image tower under "visual.", with the text tower beside it when
// the hyper-parameters have "text".
#include "core/model/networks/clip_parts_private.h"

#include <cmath>
#include <limits>

namespace fedefm {

namespace {

class ClipVit final : public Network
{
public:
    explicit ClipVit(const ClipSettings& settings)
        : m_image(register_module(settings.imageName, std::make_shared<ClipImageTower>(settings))),
          m_hasText(settings.hasText)
    {
        if (m_hasText)
            addText(settings.text, settings.activation);
    }

    torch::Tensor forward(torch::Tensor input) override { return m_image->forward(std::move(input)); }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        return m_image->forwardWithFeatures(std::move(input));
    }

    std::map<std::string, torch::Tensor> runReference(const std::map<std::string, torch::Tensor>& io) override
    {
        std::map<std::string, torch::Tensor> results = Network::runReference(io);
        const auto tokens = io.find("text_tokens");
        if (!m_hasText || tokens == io.end())
            return results;
        const auto text = encodeText(tokens->second);
        results["text_features"] = text;
        if (results.count("output")) {
            const auto unit = [](const torch::Tensor& x) { return x / x.norm(2, 1, true); };
            const auto logits = m_logitScale.exp() * torch::matmul(unit(results["output"]), unit(text).t());
            results["logits_per_image"] = logits;
            results["logits_per_text"] = logits.t();
        }
        return results;
    }

    bool ignoresEntry(const std::string& name) const override
    {
        // The official files hold both towers.
        return (!m_hasText && isOfTextTower(name)) || Network::ignoresEntry(name);
    }

private:
    static bool isOfTextTower(const std::string& name)
    {
        for (const char* begin : {"transformer.", "ln_final.", "token_embedding."})
            if (name.rfind(begin, 0) == 0)
                return true;
        return name == "positional_embedding" || name == "text_projection" || name == "logit_scale";
    }

    void addText(const ClipTextSettings& text, Activation activation)
    {
        m_textTransformer =
            register_module("transformer", std::make_shared<ClipTransformer>(text.width, text.layers,
                                                                             text.heads, activation));
        m_textTransformer->initialiseAsTextTower();
        m_tokenEmbedding =
            register_module("token_embedding", torch::nn::Embedding(text.vocabulary, text.width));
        m_textPositions =
            register_parameter("positional_embedding", torch::randn({text.contextLength, text.width}) * 0.01);
        m_textNorm = register_module("ln_final", layerNorm(text.width, 1e-5));
        const double scale = 1.0 / std::sqrt(static_cast<double>(text.width));
        m_textProjection =
            register_parameter("text_projection", torch::randn({text.width, text.embedding}) * scale);
        m_logitScale =
            register_parameter("logit_scale", torch::tensor(static_cast<float>(std::log(1.0 / 0.07))));
        const torch::NoGradGuard noGradient;
        m_tokenEmbedding->weight.normal_(0.0, 0.02);
    }

    torch::Tensor encodeText(const torch::Tensor& tokens)
    {
        const auto length = tokens.size(1);
        auto x = m_tokenEmbedding(tokens) + m_textPositions.slice(0, 0, length);
        const auto causal =
            torch::full({length, length}, -std::numeric_limits<float>::infinity(), x.options()).triu(1);
        x = m_textNorm(m_textTransformer->forward(x, {}, causal));
        // The end-of-text token has the highest number.
        const auto last = tokens.argmax(1).view({-1, 1, 1}).expand({-1, 1, x.size(2)});
        return torch::matmul(x.gather(1, last).squeeze(1), m_textProjection);
    }

    std::shared_ptr<ClipImageTower> m_image;
    bool m_hasText;
    std::shared_ptr<ClipTransformer> m_textTransformer;
    torch::nn::Embedding m_tokenEmbedding{nullptr};
    torch::Tensor m_textPositions;
    LayerNorm m_textNorm{nullptr};
    torch::Tensor m_textProjection;
    torch::Tensor m_logitScale;
};

Result<ClipTextSettings> readText(const nlohmann::json& json, int embedding)
{
    HyperParameters values(json);
    ClipTextSettings text;
    text.contextLength = values.integer("context_length", text.contextLength);
    text.vocabulary = values.integer("vocab_size", text.vocabulary);
    text.width = values.integer("width", text.width);
    text.heads = values.integer("heads", std::max(1, text.width / 64));
    text.layers = values.integer("layers", text.layers);
    text.embedding = values.integer("embed_dim", embedding);
    if (const Status status = values.finish("clip_vit"); !status)
        return tl::unexpected(status.error());
    if (text.width % text.heads != 0 || text.embedding != embedding)
        return badHyperParameters("clip_vit",
                                  "text: width is a multiple of heads and embed_dim equals output_dim");
    return text;
}

Result<NetworkPtr> makeClipVit(const nlohmann::json& json)
{
    HyperParameters values(json);
    ClipSettings settings;
    settings.resolution = values.integer("input_resolution", settings.resolution);
    settings.patch = values.integer("patch_size", settings.patch);
    settings.width = values.integer("width", settings.width);
    settings.layers = values.integer("layers", settings.layers);
    settings.heads = values.integer("heads", std::max(1, settings.width / 64));
    settings.embedding = values.integer("output_dim", settings.embedding);
    const std::string activation = values.text("activation", "quick_gelu");
    std::string prefix = values.text("image_prefix", "visual.");
    values.ignore("text");
    if (const Status status = values.finish("clip_vit"); !status)
        return tl::unexpected(status.error());
    if (settings.width % settings.heads != 0 || settings.resolution < settings.patch)
        return badHyperParameters("clip_vit",
                                  "width is a multiple of heads, input_resolution at least patch_size");
    if (activation != "quick_gelu" && activation != "gelu")
        return badHyperParameters("clip_vit", "activation is \"quick_gelu\" or \"gelu\"");
    settings.activation = activation == "gelu" ? Activation::Gelu : Activation::QuickGelu;
    if (!prefix.empty() && prefix.back() == '.')
        prefix.pop_back();
    settings.imageName = prefix;
    if (prefix.find('.') != std::string::npos || prefix == "transformer")
        return badHyperParameters("clip_vit", "image_prefix is one name with a dot behind it");
    if (const auto text = json.find("text"); text != json.end() && !text->is_null()) {
        auto read = readText(*text, settings.embedding);
        if (!read)
            return tl::unexpected(read.error());
        settings.text = *read;
        settings.hasText = true;
    }
    if (settings.imageName.empty() && settings.hasText)
        return badHyperParameters("clip_vit", "beside a text tower the image tower needs an image_prefix");
    if (settings.imageName.empty())
        return std::make_shared<ClipImageTower>(settings);
    return std::make_shared<ClipVit>(settings);
}

nlohmann::json officialClipVit(const std::string& variant)
{
    const bool is32 = variant.rfind("vit_b32", 0) == 0;
    nlohmann::json values{{"input_resolution", 224},
                          {"patch_size", is32 ? 32 : 16},
                          {"width", 768},
                          {"layers", 12},
                          {"heads", 12},
                          {"output_dim", 512},
                          {"activation", "quick_gelu"},
                          {"image_prefix", "visual."}};
    if (variant.find("_visual") == std::string::npos)
        values["text"] = {{"context_length", 77}, {"vocab_size", 49408}, {"width", 512},
                          {"heads", 8},           {"layers", 12},        {"embed_dim", 512}};
    return values;
}

} // namespace

const Architecture& clipVitArchitecture()
{
    static const Architecture architecture{
        {"clip_vit",
         "CLIP with a vision transformer: image tower, and the text tower where stated",
         {"default", "default_visual", "vit_b32", "vit_b32_visual"}},
        officialClipVit,
        makeClipVit};
    return architecture;
}

} // namespace fedefm
