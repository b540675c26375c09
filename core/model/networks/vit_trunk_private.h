// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Sizes of a ViT in timm's vocabulary; the defaults are vit_base_patch16_224.
struct VitSettings
{
    int imageSize = 224;
    int patch = 16;
    int inChannels = 3;
    int width = 768;
    int depth = 12;
    int heads = 12;
    int mlpHidden = 3072;
    bool qkvBias = true;
    bool classToken = true;
    bool finalNorm = true; ///< "norm" over all tokens
    double dropPathRate = 0.0;

    int grid() const { return imageSize / patch; }
};

/// Reads the entries above; the caller reads its own and calls finish().
VitSettings readVitSettings(HyperParameters& values);
Status checkVitSettings(const VitSettings& settings, const std::string& architecture);

class VitBlock : public torch::nn::Module
{
public:
    VitBlock(const VitSettings& settings, double dropPathRate);
    torch::Tensor forward(torch::Tensor x);

private:
    struct Attention;
    int m_heads;
    double m_dropPathRate;
    LayerNorm m_norm1;
    LayerNorm m_norm2;
    std::shared_ptr<Attention> m_attention;
    std::shared_ptr<TransformerMlp> m_mlp;
};

/// The back-bone of timm's VisionTransformer; the networks on top derive from it, so that its names have no
/// prefix.
class VitTrunk : public Network
{
protected:
    explicit VitTrunk(const VitSettings& settings);

    /// Tokens after the last block (and norm): B×(1 + h·w)×C, the class token first when there is one. The
    /// sides of the input are multiples of the patch.
    torch::Tensor tokens(const torch::Tensor& input);
    /// The patch tokens as B×C×h×w.
    torch::Tensor tokenMap(const torch::Tensor& tokens, const torch::Tensor& input) const;
    int extraTokens() const { return m_settings.classToken ? 1 : 0; }
    const VitSettings& settings() const { return m_settings; }

private:
    VitSettings m_settings;
    torch::Tensor m_classToken;
    torch::Tensor m_positions;
    std::shared_ptr<PatchProjection> m_patches;
    std::vector<std::shared_ptr<VitBlock>> m_blocks;
    LayerNorm m_norm{nullptr};
};

} // namespace fedefm
