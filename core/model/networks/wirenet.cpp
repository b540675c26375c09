// SPDX-License-Identifier: GPL-3.0-or-later
// WireNet, this project's own network for thin devices on a CPU: an encoder–decoder with plain 3×3 residual
// blocks where the picture is large and channels are few, and large-kernel depth-wise blocks where it is
// small, so that each output sees most of a 512² picture. All widths are multiples of 16 (one AVX-512
// register); every normalisation folds into the convolution before it; skips are added, not concatenated.
#include "core/model/networks/wirenet_private.h"

#include "core/model/networks/convolution_private.h"

#include <algorithm>

namespace fedefm {

namespace {

namespace nn = torch::nn;

/// Convolution and normalisation, and ReLU where it is asked for; `0` and `1`.
class ConvolutionStep : public nn::Module
{
public:
    ConvolutionStep(int in, int out, int kernel, int stride, int groups, bool rectify) : m_rectify(rectify)
    {
        m_conv = register_module("0", nn::Conv2d(nn::Conv2dOptions(in, out, kernel)
                                                     .stride(stride)
                                                     .padding(kernel / 2)
                                                     .groups(groups)
                                                     .bias(false)));
        m_norm = register_module("1", makeBatchNorm(out));
    }
    torch::Tensor forward(const torch::Tensor& x)
    {
        return m_rectify ? convNormRelu(m_conv, m_norm, x) : convNorm(m_conv, m_norm, x);
    }
    /// For the last step of a residual block: a new block passes its input on, so that a network that got
    /// more blocks begins where it was (Goyal et al. 2017, "Accurate, large minibatch SGD", section 5.1).
    void beginAtZero() { nn::init::zeros_(m_norm->weight); }

private:
    bool m_rectify;
    nn::Conv2d m_conv{nullptr};
    nn::BatchNorm2d m_norm{nullptr};
};

using Step = std::shared_ptr<ConvolutionStep>;

Step convolution(int in, int out, int kernel, int stride, int groups, bool rectify)
{
    return std::make_shared<ConvolutionStep>(in, out, kernel, stride, groups, rectify);
}

/// x + conv(conv(x)), rectified.
class PlainBlock : public nn::Module
{
public:
    explicit PlainBlock(int width)
    {
        m_first = register_module("first", convolution(width, width, 3, 1, 1, true));
        m_second = register_module("second", convolution(width, width, 3, 1, 1, false));
        m_second->beginAtZero();
    }
    torch::Tensor forward(torch::Tensor x) { return torch::relu(x + m_second->forward(m_first->forward(x))); }

private:
    Step m_first, m_second;
};

/// x + narrow(widen(depth-wise large kernel(x))).
class LargeKernelBlock : public nn::Module
{
public:
    LargeKernelBlock(int width, int kernel)
    {
        m_depthwise = register_module("depthwise", convolution(width, width, kernel, 1, width, false));
        m_widen = register_module("widen", convolution(width, 2 * width, 1, 1, 1, true));
        m_narrow = register_module("narrow", convolution(2 * width, width, 1, 1, 1, false));
        m_narrow->beginAtZero();
    }
    torch::Tensor forward(torch::Tensor x)
    {
        return x + m_narrow->forward(m_widen->forward(m_depthwise->forward(x)));
    }

private:
    Step m_depthwise, m_widen, m_narrow;
};

class WireNet final : public Network
{
public:
    explicit WireNet(const WireNetSize& size) : m_stemStride(size.stemStride)
    {
        const auto levels = size.widths.size();
        m_stem = register_module("stem", convolution(size.inChannels * m_stemStride * m_stemStride,
                                                     size.widths[0], 3, 1, 1, true));
        for (std::size_t level = 0; level < levels; ++level) {
            nn::Sequential stage;
            for (int i = 0; i < size.depths[level]; ++i)
                addBlock(stage, size, level);
            m_encoder.push_back(register_module("encoder" + std::to_string(level), stage));
        }
        for (std::size_t level = 0; level + 1 < levels; ++level) {
            const std::string number = std::to_string(level);
            const int width = size.widths[level];
            const int wider = size.widths[level + 1];
            m_down.push_back(register_module("down" + number, convolution(width, wider, 3, 2, 1, true)));
            m_up.push_back(register_module("up" + number, convolution(wider, width, 1, 1, 1, false)));
            nn::Sequential stage;
            for (int i = 0; i < size.decoderDepths[level]; ++i)
                addBlock(stage, size, level);
            m_decoder.push_back(register_module("decoder" + number, stage));
        }
        m_head = register_module(
            "head",
            nn::Conv2d(
                nn::Conv2dOptions(size.widths[0], size.classes * m_stemStride * m_stemStride, 3).padding(1)));
    }

    torch::Tensor forward(torch::Tensor x) override { return forwardWithFeatures(std::move(x)).first; }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor x) override
    {
        if (m_stemStride > 1)
            x = torch::pixel_unshuffle(x, m_stemStride);
        x = m_stem->forward(x);
        std::vector<torch::Tensor> skips;
        for (std::size_t level = 0; level < m_encoder.size(); ++level) {
            x = m_encoder[level]->forward(x);
            recordFeature("encoder" + std::to_string(level), x);
            if (level < m_down.size()) {
                skips.push_back(x);
                x = m_down[level]->forward(x);
            }
        }
        for (std::size_t level = m_down.size(); level-- > 0;) {
            x = torch::upsample_nearest2d(m_up[level]->forward(x), c10::nullopt,
                                          std::vector<double>{2.0, 2.0});
            x = m_decoder[level]->forward((x + skips[level]).relu_());
        }
        recordFeature("decoder", x);
        torch::Tensor logits = m_head->forward(x);
        if (m_stemStride > 1)
            logits = torch::pixel_shuffle(logits, m_stemStride);
        return {logits, x};
    }

private:
    static void addBlock(nn::Sequential& stage, const WireNetSize& size, std::size_t level)
    {
        if (static_cast<int>(level) < size.plainLevels)
            stage->push_back(PlainBlock(size.widths[level]));
        else
            stage->push_back(LargeKernelBlock(size.widths[level], size.kernel));
    }

    int m_stemStride;
    Step m_stem;
    std::vector<Step> m_down, m_up;
    std::vector<nn::Sequential> m_encoder, m_decoder;
    nn::Conv2d m_head{nullptr};
};

Result<NetworkPtr> makeWireNet(const nlohmann::json& values)
{
    const auto size = parseWireNetSize(values);
    if (!size)
        return tl::unexpected(size.error());
    return NetworkPtr(std::make_shared<WireNet>(*size));
}

nlohmann::json officialWireNet(const std::string& variant)
{
    if (variant == "deep")
        return {{"depths", {1, 1, 2, 4, 4}}, {"decoder_depths", {1, 1, 1, 3}}};
    if (variant == "wide")
        return {{"widths", {32, 64, 96, 160, 224}}, {"depths", {1, 2, 2, 2, 2}}};
    return nlohmann::json::object();
}

} // namespace

int wireNetMultiple(const WireNetSize& size)
{
    return size.stemStride << (size.widths.size() - 1);
}

Result<WireNetSize> parseWireNetSize(const nlohmann::json& values)
{
    HyperParameters given(values);
    WireNetSize size;
    size.inChannels = given.integer("in_channels", size.inChannels, 1, 16);
    size.classes = given.integer("num_classes", size.classes, 1, 256);
    size.stemStride = given.integer("stem_stride", size.stemStride, 1, 4);
    size.kernel = given.integer("kernel", size.kernel, 3, 31);
    size.plainLevels = given.integer("plain_levels", size.plainLevels, 0, 8);
    size.widths = given.integers("widths", size.widths);
    size.depths = given.integers("depths", size.depths);
    const std::size_t levels = std::max<std::size_t>(1, size.widths.size());
    size.decoderDepths = given.integers("decoder_depths", std::vector<int>(levels - 1, 1));
    given.ignore("input_shape");
    if (const Status known = given.finish("wirenet"); !known)
        return tl::unexpected(known.error());
    const auto anyOutside = [](const std::vector<int>& sizes, int most) {
        return std::any_of(sizes.begin(), sizes.end(),
                           [most](int value) { return value < 1 || value > most; });
    };
    if (size.widths.empty() || size.widths.size() > 8 || size.depths.size() != size.widths.size() ||
        size.decoderDepths.size() + 1 != size.widths.size())
        return fail(ErrorCode::InvalidArgument, "wirenet",
                    "widths and depths need the same length, 1 to 8, and decoder_depths one less");
    if (anyOutside(size.widths, 4096) || anyOutside(size.depths, 64) || anyOutside(size.decoderDepths, 64))
        return fail(ErrorCode::InvalidArgument, "wirenet",
                    "widths must be 1 to 4096, depths and decoder_depths 1 to 64");
    if (size.kernel % 2 == 0)
        return fail(ErrorCode::InvalidArgument, "wirenet", "kernel must be odd");
    return size;
}

const Architecture& wireNetArchitecture()
{
    static const Architecture architecture{
        {"wirenet",
         "This project's network for catheters and guidewires: fast (real "
         "time on two cores), deep (more blocks where the picture is small) "
         "and wide (twice the parameters)",
         {"fast", "deep", "wide"}},
        officialWireNet,
        makeWireNet};
    return architecture;
}

} // namespace fedefm
