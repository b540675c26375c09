// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_image_encoder_private.h"

#include "core/model/networks/attention_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr double kSamEncoderNormEps = 1e-6;

/// The attention's names: qkv, proj, rel_pos_h, rel_pos_w.
class SamAttention : public torch::nn::Module
{
public:
    SamAttention(const SamEncoderSettings& settings, int side)
        : m_heads(settings.heads),
          m_qkv(register_module(
              "qkv",
              torch::nn::Linear(
                  torch::nn::LinearOptions(settings.width, 3 * settings.width).bias(settings.qkvBias)))),
          m_proj(register_module("proj", torch::nn::Linear(settings.width, settings.width)))
    {
        if (!settings.useRelativePositions)
            return;
        const int headSize = settings.width / settings.heads;
        m_tableH = register_parameter("rel_pos_h", torch::zeros({2 * side - 1, headSize}));
        m_tableW = register_parameter("rel_pos_w", torch::zeros({2 * side - 1, headSize}));
    }

    /// B×H×W×C.
    torch::Tensor forward(const torch::Tensor& x)
    {
        const auto height = static_cast<int>(x.size(1));
        const auto width = static_cast<int>(x.size(2));
        const auto qkv = m_qkv(x).flatten(1, 2);
        const auto mixed = m_tableH.defined()
                               ? attendWithRelativePositions(qkv, m_heads, height, width, m_tableH, m_tableW)
                               : attendPacked(qkv, m_heads);
        return m_proj(mixed).reshape(x.sizes());
    }

private:
    int m_heads;
    torch::nn::Linear m_qkv;
    torch::nn::Linear m_proj;
    torch::Tensor m_tableH;
    torch::Tensor m_tableW;
};

torch::nn::Conv2d neckConvolution(int from, int to, int kernel)
{
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, kernel).padding(kernel / 2).bias(false));
}

} // namespace

SamEncoderSettings readSamEncoderSettings(HyperParameters& values, bool absolutePositionsByDefault)
{
    SamEncoderSettings settings;
    settings.imageSize = values.integer("img_size", settings.imageSize);
    settings.patch = values.integer("patch_size", settings.patch);
    settings.inChannels = values.integer("in_chans", settings.inChannels);
    settings.width = values.integer("embed_dim", settings.width);
    settings.depth = values.integer("depth", settings.depth);
    settings.heads = values.integer("num_heads", settings.heads);
    settings.mlpRatio = values.number("mlp_ratio", settings.mlpRatio);
    settings.qkvBias = values.flag("qkv_bias", settings.qkvBias);
    settings.useAbsolutePositions = values.flag("use_abs_pos", absolutePositionsByDefault);
    settings.useRelativePositions = values.flag("use_rel_pos", settings.useRelativePositions);
    settings.window = values.integer("window_size", settings.window, 0);
    settings.globalBlocks = values.integers("global_attn_indexes", settings.globalBlocks);
    settings.outChannels = values.integer("out_chans", settings.outChannels);
    return settings;
}

Status checkSamEncoderSettings(const SamEncoderSettings& settings, const std::string& architecture)
{
    if (settings.width % settings.heads != 0)
        return badHyperParameters(architecture, "embed_dim is no multiple of num_heads");
    if (settings.imageSize < settings.patch)
        return badHyperParameters(architecture, "img_size is smaller than patch_size");
    if (settings.width * settings.mlpRatio < 1.0)
        return badHyperParameters(architecture, "mlp_ratio is too small");
    return {};
}

class SamImageEncoder::Block : public torch::nn::Module
{
public:
    Block(const SamEncoderSettings& settings, int window)
        : m_window(window), m_norm1(register_module("norm1", layerNorm(settings.width, kSamEncoderNormEps))),
          m_attention(register_module(
              "attn", std::make_shared<SamAttention>(settings, window > 0 ? window : settings.grid()))),
          m_norm2(register_module("norm2", layerNorm(settings.width, kSamEncoderNormEps))),
          m_mlp(register_module(
              "mlp", std::make_shared<TransformerMlp>(settings.width,
                                                      static_cast<int>(settings.width * settings.mlpRatio),
                                                      "lin1", "lin2", Activation::Gelu)))
    {
    }

    torch::Tensor forward(const torch::Tensor& x)
    {
        auto mixed = m_norm1(x);
        mixed = m_window > 0 ? inWindows(mixed) : m_attention->forward(mixed);
        const auto sum = x + mixed;
        return sum + m_mlp->forward(m_norm2(sum));
    }

private:
    /// The padding's zeros take part in the attention, as in the official code.
    torch::Tensor inWindows(torch::Tensor x)
    {
        const auto height = x.size(1);
        const auto width = x.size(2);
        const auto channels = x.size(3);
        const auto bottom = (m_window - height % m_window) % m_window;
        const auto right = (m_window - width % m_window) % m_window;
        if (bottom > 0 || right > 0)
            x = torch::constant_pad_nd(x, {0, 0, 0, right, 0, bottom});
        const auto rows = (height + bottom) / m_window;
        const auto columns = (width + right) / m_window;
        x = x.reshape({-1, rows, m_window, columns, m_window, channels})
                .transpose(2, 3)
                .reshape({-1, m_window, m_window, channels});
        x = m_attention->forward(x);
        x = x.reshape({-1, rows, columns, m_window, m_window, channels})
                .transpose(2, 3)
                .reshape({-1, height + bottom, width + right, channels});
        return x.slice(1, 0, height).slice(2, 0, width);
    }

    int m_window;
    LayerNorm m_norm1;
    std::shared_ptr<SamAttention> m_attention;
    LayerNorm m_norm2;
    std::shared_ptr<TransformerMlp> m_mlp;
};

SamImageEncoder::SamImageEncoder(const SamEncoderSettings& settings)
    : m_inChannels(settings.inChannels),
      m_patches(register_module("patch_embed", std::make_shared<PatchProjection>(
                                                   settings.inChannels, settings.width, settings.patch))),
      m_neckPoint(neckConvolution(settings.width, settings.outChannels, 1)),
      m_neckNorm1(std::make_shared<LayerNorm2d>(settings.outChannels)),
      m_neckArea(neckConvolution(settings.outChannels, settings.outChannels, 3)),
      m_neckNorm2(std::make_shared<LayerNorm2d>(settings.outChannels))
{
    const int grid = settings.grid();
    if (settings.useAbsolutePositions)
        m_positions = register_parameter("pos_embed", torch::zeros({1, grid, grid, settings.width}));
    torch::nn::ModuleList blocks;
    for (int i = 0; i < settings.depth; ++i) {
        const auto& global = settings.globalBlocks;
        const bool isGlobal = std::find(global.begin(), global.end(), i) != global.end();
        m_blocks.push_back(std::make_shared<Block>(settings, isGlobal ? 0 : settings.window));
        blocks->push_back(m_blocks.back());
    }
    register_module("blocks", blocks);
    register_module("neck", torch::nn::ModuleList(m_neckPoint, m_neckNorm1, m_neckArea, m_neckNorm2));
}

torch::Tensor SamImageEncoder::forward(torch::Tensor input)
{
    auto x = m_patches->forward(withChannels(input, m_inChannels)).permute({0, 2, 3, 1}).contiguous();
    recordFeature(m_recordPrefix + "patch_embed", x);
    if (m_positions.defined())
        x = x + positionMapForGrid(m_positions, x.size(1), x.size(2));
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        x = m_blocks[i]->forward(x);
        recordFeature(m_recordPrefix + "block" + std::to_string(i), x);
    }
    x = m_neckPoint(x.permute({0, 3, 1, 2}));
    recordFeature(m_recordPrefix + "neck.0", x);
    x = m_neckNorm1->forward(x);
    recordFeature(m_recordPrefix + "neck.1", x);
    x = m_neckArea(x);
    recordFeature(m_recordPrefix + "neck.2", x);
    return m_neckNorm2->forward(x);
}

std::map<std::string, torch::Tensor>
SamImageEncoder::runReference(const std::map<std::string, torch::Tensor>& io)
{
    auto results = Network::runReference(io);
    if (const auto other = io.find("input_alt"); other != io.end())
        results["output_alt"] = forward(other->second);
    return results;
}

} // namespace fedefm
