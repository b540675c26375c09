// SPDX-License-Identifier: GPL-3.0-or-later
// U-Net as in milesial/Pytorch-UNet (Ronneberger et al. 2015 with batch normalisation and padded
// convolutions).
#include "core/model/networks/convolution_private.h"
#include "core/model/networks/network_private.h"

namespace fedefm {

namespace {

constexpr int kLevels = 4;

struct UnetSizes
{
    int inputs = 3;
    int classes = 2;
    bool bilinear = false;
    std::vector<int> channels; ///< of inc, down1 … down4 (before halving in the bilinear form)
};

/// Two times convolution, normalisation, ReLU; `double_conv.{0,1,3,4}`.
class DoubleConv : public torch::nn::Module
{
public:
    DoubleConv(int in, int middle, int out)
    {
        auto steps = register_module("double_conv", std::make_shared<torch::nn::Module>());
        m_conv1 = steps->register_module("0", makeConv(in, middle, 3, 1, 1, false));
        m_norm1 = steps->register_module("1", makeBatchNorm(middle));
        m_conv2 = steps->register_module("3", makeConv(middle, out, 3, 1, 1, false));
        m_norm2 = steps->register_module("4", makeBatchNorm(out));
    }
    torch::Tensor forward(const torch::Tensor& input)
    {
        return convNormRelu(m_conv2, m_norm2, convNormRelu(m_conv1, m_norm1, input));
    }

private:
    torch::nn::Conv2d m_conv1{nullptr};
    torch::nn::Conv2d m_conv2{nullptr};
    torch::nn::BatchNorm2d m_norm1{nullptr};
    torch::nn::BatchNorm2d m_norm2{nullptr};
};

/// Halves the size; `maxpool_conv.1`.
class Down : public torch::nn::Module
{
public:
    Down(int in, int out)
    {
        auto steps = register_module("maxpool_conv", std::make_shared<torch::nn::Module>());
        m_conv = steps->register_module("1", std::make_shared<DoubleConv>(in, out, out));
    }
    torch::Tensor forward(const torch::Tensor& input) { return m_conv->forward(torch::max_pool2d(input, 2)); }

private:
    std::shared_ptr<DoubleConv> m_conv;
};

/// Doubles the size and joins the skip connection.
class Up : public torch::nn::Module
{
public:
    Up(int in, int skip, int out, bool bilinear)
    {
        int joined = skip + in;
        if (!bilinear) {
            m_up = register_module(
                "up", torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(in, in / 2, 2).stride(2)));
            joined = skip + in / 2;
        }
        const int middle = bilinear ? joined / 2 : out;
        m_conv = register_module("conv", std::make_shared<DoubleConv>(joined, middle, out));
    }
    torch::Tensor forward(const torch::Tensor& input, const torch::Tensor& skip)
    {
        const torch::Tensor larger =
            m_up ? transposedConv2x2(input, m_up->weight, m_up->bias) : upsampleTwice(input);
        return m_conv->forward(torch::cat({skip, padCentred(larger, skip.size(2), skip.size(3))}, 1));
    }

private:
    torch::nn::ConvTranspose2d m_up{nullptr};
    std::shared_ptr<DoubleConv> m_conv;
};

class Unet : public Network
{
public:
    explicit Unet(const UnetSizes& sizes)
    {
        const std::vector<int>& widths = sizes.channels;
        const int factor = sizes.bilinear ? 2 : 1;
        m_inc = register_module("inc", std::make_shared<DoubleConv>(sizes.inputs, widths[0], widths[0]));
        for (int level = 1; level <= kLevels; ++level) {
            const int out = level == kLevels ? widths[level] / factor : widths[level];
            m_downs.push_back(register_module("down" + std::to_string(level),
                                              std::make_shared<Down>(widths[level - 1], out)));
        }
        int in = widths[kLevels] / factor;
        for (int level = 1; level <= kLevels; ++level) {
            const int skip = widths[kLevels - level];
            const int out = level == kLevels ? skip : skip / factor;
            m_ups.push_back(register_module("up" + std::to_string(level),
                                            std::make_shared<Up>(in, skip, out, sizes.bilinear)));
            in = out;
        }
        auto last = register_module("outc", std::make_shared<torch::nn::Module>());
        m_outConv = last->register_module("conv", makeConv(in, sizes.classes, 1, 1, 0, true));
    }

    torch::Tensor forward(torch::Tensor input) override { return m_outConv->forward(features(input)); }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        const torch::Tensor map = features(input);
        return {m_outConv->forward(map), map};
    }

private:
    torch::Tensor features(torch::Tensor map)
    {
        map = m_inc->forward(map);
        recordFeature("inc", map);
        std::vector<torch::Tensor> skips{map};
        for (int level = 0; level < kLevels; ++level) {
            map = m_downs[level]->forward(map);
            recordFeature("down" + std::to_string(level + 1), map);
            skips.push_back(map);
        }
        skips.pop_back();
        for (int level = 0; level < kLevels; ++level) {
            map = m_ups[level]->forward(map, skips.back());
            // The largest maps are freed as soon as they are used.
            skips.pop_back();
            recordFeature("up" + std::to_string(level + 1), map);
        }
        return map;
    }

    std::shared_ptr<DoubleConv> m_inc;
    std::vector<std::shared_ptr<Down>> m_downs;
    std::vector<std::shared_ptr<Up>> m_ups;
    torch::nn::Conv2d m_outConv{nullptr};
};

Result<NetworkPtr> makeUnet(const nlohmann::json& values, const std::string& name, bool bilinear)
{
    HyperParameters given(values);
    UnetSizes sizes;
    sizes.inputs = given.integer("n_channels", 3, 1, 4096);
    sizes.classes = given.integer("n_classes", 2, 1, 4096);
    sizes.bilinear = given.flag("bilinear", bilinear);
    const int base = given.integer("base_channels", 0, 1, 4096);
    std::vector<int> scaled;
    for (int level = 0; level <= kLevels; ++level)
        scaled.push_back((base == 0 ? 64 : base) << level);
    sizes.channels = given.integers("channels", scaled);
    if (const Status status = given.finish(name); !status)
        return tl::unexpected<Error>(status.error());
    if (sizes.channels.size() != kLevels + 1)
        return fail(ErrorCode::InvalidArgument, name, "channels needs five entries");
    if (base != 0 && sizes.channels != scaled)
        return fail(ErrorCode::InvalidArgument, name, "base_channels and channels contradict each other");
    for (const int channels : sizes.channels)
        if (channels < 2 || channels > (1 << 16))
            return fail(ErrorCode::InvalidArgument, name, "channels must be from 2 to 65536");
    return NetworkPtr(std::make_shared<Unet>(sizes));
}

nlohmann::json officialUnet(const std::string& variant, bool bilinear)
{
    return {{"n_channels", variant == "ch1_cls2" ? 1 : 3},
            {"n_classes", 2},
            {"bilinear", bilinear},
            {"base_channels", 64}};
}

Architecture describeUnet(const std::string& name, const std::string& description, bool bilinear)
{
    return {{name, description, {"default", "ch1_cls2"}},
            [bilinear](const std::string& variant) { return officialUnet(variant, bilinear); },
            [name, bilinear](const nlohmann::json& values) { return makeUnet(values, name, bilinear); }};
}

} // namespace

const Architecture& unetArchitecture()
{
    static const Architecture architecture =
        describeUnet("unet", "U-Net, up-sampling by transposed convolutions", false);
    return architecture;
}

const Architecture& unetBilinearArchitecture()
{
    static const Architecture architecture =
        describeUnet("unet_bilinear", "U-Net, bilinear up-sampling", true);
    return architecture;
}

} // namespace fedefm
