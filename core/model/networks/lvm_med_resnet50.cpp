// SPDX-License-Identifier: GPL-3.0-or-later
// LVM-Med's ResNet-50 (torchvision's names and structure, v1.5); with num_classes torchvision's classifier.
#include "core/model/networks/convolution_private.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"

#include <array>

namespace fedefm {

namespace {

constexpr const char* kResNetName = "lvm_med_resnet50";
constexpr std::size_t kStages = 4;

struct ResnetSizes
{
    std::vector<int> layers;
    std::vector<int> widths;
    int stem = 64;
    int expansion = 4;
    int inputs = 3;
    int classes = 0; ///< 0: the back-bone alone
};

void initialise(torch::nn::Conv2d& conv)
{
    const torch::NoGradGuard noGrad;
    torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
}

/// 1×1, 3×3 with the stride, 1×1; the ReLU follows the sum.
class Bottleneck : public torch::nn::Module
{
public:
    Bottleneck(int in, int width, int out, int stride, bool projects)
    {
        m_conv1 = add("conv1", makeConv(in, width, 1, 1, 0, false));
        m_norm1 = register_module("bn1", makeBatchNorm(width));
        m_conv2 = add("conv2", makeConv(width, width, 3, stride, 1, false));
        m_norm2 = register_module("bn2", makeBatchNorm(width));
        m_conv3 = add("conv3", makeConv(width, out, 1, 1, 0, false));
        m_norm3 = register_module("bn3", makeBatchNorm(out));
        if (!projects)
            return;
        auto downsample = register_module("downsample", std::make_shared<torch::nn::Module>());
        m_projection = downsample->register_module("0", makeConv(in, out, 1, stride, 0, false));
        initialise(m_projection);
        m_projectionNorm = downsample->register_module("1", makeBatchNorm(out));
    }

    torch::Tensor forward(const torch::Tensor& input)
    {
        torch::Tensor map = convNormRelu(m_conv1, m_norm1, input);
        map = convNormRelu(m_conv2, m_norm2, map);
        map = convNorm(m_conv3, m_norm3, map);
        const torch::Tensor shortcut = m_projection ? convNorm(m_projection, m_projectionNorm, input) : input;
        return map.add_(shortcut).relu_();
    }

private:
    torch::nn::Conv2d add(const char* name, torch::nn::Conv2d conv)
    {
        initialise(conv);
        return register_module(name, conv);
    }

    torch::nn::Conv2d m_conv1{nullptr};
    torch::nn::Conv2d m_conv2{nullptr};
    torch::nn::Conv2d m_conv3{nullptr};
    torch::nn::Conv2d m_projection{nullptr};
    torch::nn::BatchNorm2d m_norm1{nullptr};
    torch::nn::BatchNorm2d m_norm2{nullptr};
    torch::nn::BatchNorm2d m_norm3{nullptr};
    torch::nn::BatchNorm2d m_projectionNorm{nullptr};
};

class LvmMedResnet : public Network
{
public:
    explicit LvmMedResnet(const ResnetSizes& sizes) : m_inputs(sizes.inputs)
    {
        m_conv = register_module("conv1", makeConv(sizes.inputs, sizes.stem, 7, 2, 3, false));
        initialise(m_conv);
        m_norm = register_module("bn1", makeBatchNorm(sizes.stem));
        int in = sizes.stem;
        for (std::size_t s = 0; s < kStages; ++s) {
            auto stage =
                register_module("layer" + std::to_string(s + 1), std::make_shared<torch::nn::Module>());
            const int out = sizes.widths[s] * sizes.expansion;
            for (int block = 0; block < sizes.layers[s]; ++block) {
                const int stride = block == 0 && s > 0 ? 2 : 1;
                const bool projects = stride != 1 || in != out;
                m_stages[s].push_back(stage->register_module(
                    std::to_string(block),
                    std::make_shared<Bottleneck>(in, sizes.widths[s], out, stride, projects)));
                in = out;
            }
        }
        if (sizes.classes > 0)
            m_head = register_module("fc", torch::nn::Linear(in, sizes.classes));
    }

    torch::Tensor forward(torch::Tensor input) override { return classify(features(std::move(input))); }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        const torch::Tensor map = features(std::move(input));
        return {classify(map), map};
    }

    std::map<std::string, torch::Tensor> runReference(const std::map<std::string, torch::Tensor>& io) override
    {
        auto results = Network::runReference(io);
        const auto output = results.find("output");
        if (output != results.end() && output->second.dim() == 4)
            results["pooled"] = output->second.mean(torch::IntArrayRef{2, 3});
        return results;
    }

    bool ignoresEntry(const std::string& name) const override
    {
        // Files with a classifier are as welcome as those without.
        return name == "fc.weight" || name == "fc.bias" || Network::ignoresEntry(name);
    }

private:
    torch::Tensor features(torch::Tensor input)
    {
        torch::Tensor map = convNormRelu(m_conv, m_norm, withChannels(input, m_inputs));
        recordFeature("stem", map);
        map = torch::max_pool2d(map, 3, 2, 1);
        for (std::size_t s = 0; s < kStages; ++s) {
            for (const auto& block : m_stages[s])
                map = block->forward(map);
            recordFeature("layer" + std::to_string(s + 1), map);
        }
        return map;
    }

    torch::Tensor classify(const torch::Tensor& map)
    {
        return m_head.is_empty() ? map : m_head(map.mean(torch::IntArrayRef{2, 3}));
    }

    int m_inputs;
    torch::nn::Conv2d m_conv{nullptr};
    torch::nn::BatchNorm2d m_norm{nullptr};
    std::array<std::vector<std::shared_ptr<Bottleneck>>, kStages> m_stages;
    torch::nn::Linear m_head{nullptr};
};

Result<NetworkPtr> makeLvmMedResnet(const nlohmann::json& values)
{
    HyperParameters given(values);
    ResnetSizes sizes;
    const std::string block = given.text("block", "bottleneck");
    sizes.layers = given.integers("layers", {3, 4, 6, 3});
    sizes.stem = given.integer("stem_width", 64, 1, 8192);
    sizes.widths = given.integers("stage_widths", {64, 128, 256, 512});
    sizes.expansion = given.integer("expansion", 4, 1, 64);
    sizes.inputs = given.integer("in_channels", 3, 1, 4096);
    sizes.classes = given.integer("num_classes", 0, 0);
    if (const Status status = given.finish(kResNetName); !status)
        return tl::unexpected<Error>(status.error());
    if (block != "bottleneck")
        return fail(ErrorCode::InvalidArgument, kResNetName, "block must be 'bottleneck'");
    if (sizes.layers.size() != kStages || sizes.widths.size() != kStages)
        return fail(ErrorCode::InvalidArgument, kResNetName, "layers and stage_widths need four entries");
    for (std::size_t s = 0; s < kStages; ++s)
        if (sizes.layers[s] < 1 || sizes.layers[s] > 256 || sizes.widths[s] < 1 || sizes.widths[s] > 8192)
            return fail(ErrorCode::InvalidArgument, kResNetName,
                        "layers must be from 1 to 256 and stage_widths from 1 to 8192");
    return NetworkPtr(std::make_shared<LvmMedResnet>(sizes));
}

} // namespace

const Architecture& lvmMedResnet50Architecture()
{
    static const Architecture architecture{
        {kResNetName, "LVM-Med's ResNet-50 back-bone, with num_classes a classifier", {"default"}},
        [](const std::string&) {
            return nlohmann::json{{"block", "bottleneck"}, {"layers", {3, 4, 6, 3}},
                                  {"stem_width", 64},      {"stage_widths", {64, 128, 256, 512}},
                                  {"expansion", 4},        {"in_channels", 3}};
        },
        makeLvmMedResnet};
    return architecture;
}

} // namespace fedefm
