// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/hybrid_resnet_private.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"

namespace fedefm {

/// Sizes of the transformer that TransUNet and FedEFM's foundation network share.
struct TransunetEncoderSizes
{
    int imageSize = 224;
    int hidden = 768;
    int mlp = 3072;
    int heads = 12;
    int layers = 12;
    double dropout = 0.1;
    double attentionDropout = 0.0;
    bool hybrid = true;
    int patch = 16; ///< of the plain form
    int grid = 14;  ///< tokens per side of the hybrid form
    std::vector<int> units{3, 4, 9};
    int width = 64;

    /// The same for both forms.
    int stride() const { return hybrid ? 16 * (imageSize / 16 / grid) : patch; }
};

/// Reads the hyper-parameters that both networks name alike. `defaults` are the official ones.
TransunetEncoderSizes readEncoderSizes(HyperParameters& given, TransunetEncoderSizes defaults);
Status checkEncoderSizes(const TransunetEncoderSizes& sizes, const std::string& architecture);
nlohmann::json encoderSizesJson(const TransunetEncoderSizes& sizes);

class TransunetLayer;

/// `embeddings` and `encoder`. A picture of another size than trained for gets resized positions.
class TransunetEncoder : public torch::nn::Module
{
public:
    explicit TransunetEncoder(const TransunetEncoderSizes& sizes);

    struct Result
    {
        torch::Tensor tokens; ///< N×(height·width)×hidden, normalised
        std::vector<torch::Tensor> skips;
        std::int64_t height = 0;
        std::int64_t width = 0;
        torch::Tensor map() const; ///< N×hidden×height×width
    };
    /// `input` has three channels.
    Result forward(const torch::Tensor& input, bool wantSkips);

private:
    torch::Tensor embed(const torch::Tensor& input, bool wantSkips, Result& result);

    double m_dropout;
    std::shared_ptr<HybridResnet> m_resnet;
    torch::nn::Conv2d m_patches{nullptr};
    torch::Tensor m_positions;
    std::vector<std::shared_ptr<TransunetLayer>> m_layers;
    LayerNorm m_norm{nullptr};
};

} // namespace fedefm
