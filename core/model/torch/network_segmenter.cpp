// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torch/network_segmenter.h"

#include "core/model/networks/network_private.h"
#include "core/model/networks/torchscript_private.h"
#include "core/model/torch/jit_segmenter_private.h"

namespace fedefm {

namespace {

constexpr const char* kCardKey = "fedefm.card";
/// Side of the picture that a network of any input size is traced with.
constexpr int kTraceSidePx = 256;

Result<std::string> cardOf(const TensorFile& weights, const std::string& given, const std::string& file)
{
    if (!given.empty())
        return given;
    const auto stored = weights.metadata.find(kCardKey);
    if (stored == weights.metadata.end())
        return fail(
            ErrorCode::ModelBroken, file,
            "no card: neither a .json file beside it nor \"fedefm.card\" inside says which network this is");
    return stored->second;
}

Result<torch::jit::Module> frozenNetwork(const nlohmann::json& card, const TensorFile& weights,
                                         const FileCard& shape, const std::string& file)
{
    const auto spec = parseNetworkSpec(card);
    if (!spec)
        return tl::unexpected(spec.error());
    auto network = makeNetwork(*spec);
    if (!network)
        return tl::unexpected(network.error());
    if (const auto loaded = loadState(**network, weights, file); !loaded)
        return tl::unexpected(loaded.error());
    const int side = (kTraceSidePx + shape.multiple - 1) / shape.multiple * shape.multiple;
    return frozenForInference(**network, torch::zeros({1, shape.channels, side, side}));
}

} // namespace

Result<std::unique_ptr<Segmenter>> openNetworkFile(const std::filesystem::path& file, const std::string& card)
{
    try {
        useAllCores();
        const auto weights = readTensorFile(file);
        if (!weights)
            return tl::unexpected(weights.error());
        const auto text = cardOf(*weights, card, file.string());
        if (!text)
            return tl::unexpected(text.error());
        const nlohmann::json document = nlohmann::json::parse(*text, nullptr, false);
        FileCard shape = parseModelCard(*text, file.stem().string());
        auto module = frozenNetwork(document, *weights, shape, file.string());
        if (!module)
            return tl::unexpected(module.error());
        if (shape.card.parameters == 0)
            for (const auto& [name, tensor] : weights->tensors)
                shape.card.parameters += static_cast<long long>(tensor.elementCount());
        return makeJitSegmenter(std::move(*module), std::move(shape), file.string());
    } catch (const std::exception& error) {
        return fail(ErrorCode::ModelBroken, file.string(), std::string(error.what()).substr(0, 200));
    }
}

} // namespace fedefm
