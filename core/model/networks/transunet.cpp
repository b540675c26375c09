// SPDX-License-Identifier: GPL-3.0-or-later
// TransUNet (Chen et al. 2021) in three forms: R50-ViT-B/16 with skips, without skips as FedEFM fine-tunes
// it, and on a plain ViT.
#include "core/model/networks/convolution_private.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"
#include "core/model/networks/transunet_decoder_private.h"
#include "core/model/networks/transunet_encoder_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kMostSkips = 3;

struct TransunetSizes
{
    TransunetEncoderSizes encoder;
    int head = 512;
    std::vector<int> channels{256, 128, 64, 16};
    std::vector<int> skipChannels; ///< per block; 0 where none joins
    int skips = kMostSkips;
    int classes = 9;
};

class Transunet : public Network
{
public:
    explicit Transunet(const TransunetSizes& sizes)
        : m_skips(static_cast<std::size_t>(sizes.skips)),
          m_encoder(register_module("transformer", std::make_shared<TransunetEncoder>(sizes.encoder))),
          m_decoder(register_module("decoder",
                                    std::make_shared<TransunetDecoder>(sizes.encoder.hidden, sizes.head,
                                                                       sizes.channels, sizes.skipChannels)))
    {
        auto head = register_module("segmentation_head", std::make_shared<torch::nn::Module>());
        m_head = head->register_module("0", makeConv(sizes.channels.back(), sizes.classes, 3, 1, 1, true));
    }

    torch::Tensor forward(torch::Tensor input) override { return m_head->forward(features(input)); }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        const torch::Tensor map = features(input);
        return {m_head->forward(map), map};
    }

private:
    torch::Tensor features(const torch::Tensor& input)
    {
        auto encoded = m_encoder->forward(withChannels(input, 3), m_skips > 0);
        encoded.skips.resize(std::min(encoded.skips.size(), m_skips));
        return m_decoder->forward(encoded.map(), encoded.skips);
    }

    std::size_t m_skips;
    std::shared_ptr<TransunetEncoder> m_encoder;
    std::shared_ptr<TransunetDecoder> m_decoder;
    torch::nn::Conv2d m_head{nullptr};
};

Status checkSizes(TransunetSizes& sizes, const std::vector<int>& givenSkips, const std::string& name)
{
    if (const Status status = checkEncoderSizes(sizes.encoder, name); !status)
        return status;
    if (sizes.channels.size() != TransunetDecoder::kBlocks ||
        *std::min_element(sizes.channels.begin(), sizes.channels.end()) < 1)
        return fail(ErrorCode::InvalidArgument, name, "decoder_channels needs four entries from 1");
    if (!sizes.encoder.hybrid && sizes.skips > 0)
        return fail(ErrorCode::InvalidArgument, name, "n_skip must be 0 without the hybrid encoder");
    const int width = sizes.encoder.width;
    const std::vector<int> widths{8 * width, 4 * width, width, 0};
    sizes.skipChannels.assign(TransunetDecoder::kBlocks, 0);
    for (int i = 0; i < sizes.skips; ++i) {
        const auto entry = static_cast<std::size_t>(i);
        if (!givenSkips.empty() && (entry >= givenSkips.size() || givenSkips[entry] != widths[entry]))
            return fail(ErrorCode::InvalidArgument, name,
                        "skip_channels must begin with the widths of the ResNet's maps: 8w, 4w, w with w = " +
                            std::to_string(width));
        sizes.skipChannels[entry] = widths[entry];
    }
    return {};
}

Result<NetworkPtr> makeTransunet(const nlohmann::json& values, const std::string& name,
                                 const TransunetSizes& defaults)
{
    HyperParameters given(values);
    TransunetSizes sizes = defaults;
    sizes.encoder = readEncoderSizes(given, defaults.encoder);
    sizes.head = given.integer("decoder_head_channels", defaults.head, 1, 16384);
    sizes.channels = given.integers("decoder_channels", defaults.channels);
    sizes.skips = given.integer("n_skip", defaults.skips, 0, kMostSkips);
    sizes.classes = given.integer("n_classes", defaults.classes, 1, 4096);
    const std::vector<int> skipChannels = given.integers("skip_channels", {});
    const std::string classifier = given.text("classifier", "seg");
    given.ignore("in_channels_given");
    if (const Status status = given.finish(name); !status)
        return tl::unexpected<Error>(status.error());
    if (classifier != "seg")
        return fail(ErrorCode::InvalidArgument, name, "classifier must be 'seg'");
    if (const Status status = checkSizes(sizes, skipChannels, name); !status)
        return tl::unexpected<Error>(status.error());
    return NetworkPtr(std::make_shared<Transunet>(sizes));
}

Architecture describeTransunet(const std::string& name, const std::string& description,
                               const TransunetSizes& sizes)
{
    const auto official = [sizes](const std::string&) {
        nlohmann::json values = encoderSizesJson(sizes.encoder);
        values["n_classes"] = sizes.classes;
        values["n_skip"] = sizes.skips;
        values["hybrid"] = sizes.encoder.hybrid;
        values["decoder_channels"] = sizes.channels;
        return values;
    };
    return {{name, description, {"default"}}, official, [name, sizes](const nlohmann::json& values) {
                return makeTransunet(values, name, sizes);
            }};
}

TransunetSizes withoutSkips()
{
    TransunetSizes sizes;
    sizes.encoder.imageSize = 256;
    sizes.encoder.mlp = 1024;
    sizes.encoder.heads = 8;
    sizes.encoder.layers = 8;
    sizes.skips = 0;
    sizes.classes = 3;
    return sizes;
}

TransunetSizes onPlainVit()
{
    TransunetSizes sizes;
    sizes.encoder.hybrid = false;
    sizes.skips = 0;
    return sizes;
}

} // namespace

const Architecture& transunetArchitecture()
{
    static const Architecture architecture =
        describeTransunet("transunet", "TransUNet, R50-ViT-B/16 with three skips", {});
    return architecture;
}

const Architecture& transunetNoskipArchitecture()
{
    static const Architecture architecture = describeTransunet(
        "transunet_noskip", "TransUNet without skips, the foundation network's encoder", withoutSkips());
    return architecture;
}

const Architecture& transunetVitArchitecture()
{
    static const Architecture architecture =
        describeTransunet("transunet_vit", "TransUNet's decoder on a plain ViT-B/16", onPlainVit());
    return architecture;
}

} // namespace fedefm
