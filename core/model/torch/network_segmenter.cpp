// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torch/network_segmenter.h"

#include "core/base/json_text.h"
#include "core/base/library_message.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/torchscript_private.h"
#include "core/model/torch/jit_segmenter_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr const char* kCardKey = "fedefm.card";

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

Result<NetworkPtr> networkWith(const nlohmann::json& card, const TensorFile& weights, const std::string& file)
{
    const auto spec = parseNetworkSpec(card);
    if (!spec)
        return tl::unexpected(spec.error());
    auto network = makeNetwork(*spec);
    if (!network)
        return tl::unexpected(network.error());
    if (const auto loaded = loadState(**network, weights, file); !loaded)
        return tl::unexpected(loaded.error());
    // Such a network would find nothing and not say why.
    for (const auto& parameter : (*network)->named_parameters())
        if (!torch::isfinite(parameter.value()).all().item<bool>())
            return fail(ErrorCode::ModelBroken, file, parameter.key() + " has values that are not finite");
    return network;
}

/// A card that does not say what the network takes: what its hyper-parameters tell.
void inputByParameters(const nlohmann::json& document, FileCard& card)
{
    const nlohmann::json none = nlohmann::json::object();
    const nlohmann::json given = document.is_object() ? document.value("hyper_parameters", none) : none;
    if (!given.is_object() || document.contains("input"))
        return;
    for (const char* key : {"n_channels", "in_chans", "in_channels"})
        if (given.contains(key) && given[key].is_number_integer())
            card.channels = std::clamp(given[key].get<int>(), 1, 16);
    if (document.value("network", nlohmann::json()) == "swin_unet") { // of one size only
        const auto size = given.value("img_size", nlohmann::json(224));
        card.input.sizePx = size.is_number_integer() ? std::clamp(size.get<int>(), 1, 4096) : 0;
        card.input.multiple = 1;
    }
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
        const nlohmann::json document = parseForeignJson(*text);
        FileCard shape = parseModelCard(*text, file.stem().string());
        inputByParameters(document, shape);
        auto network = networkWith(document, *weights, file.string());
        if (!network)
            return tl::unexpected(network.error());
        if (shape.card.parameters == 0)
            for (const auto& [name, tensor] : weights->tensors)
                shape.card.parameters += static_cast<long long>(tensor.elementCount());
        return makeJitSegmenter(
            [network = *network](const std::vector<std::int64_t>& inputShape) {
                return frozenForInference(*network, inputShape, inferencePrecision(*network));
            },
            std::move(shape), file.string());
    } catch (const std::exception& error) {
        return fail(ErrorCode::ModelBroken, file.string(), libraryMessage(error.what()));
    }
}

} // namespace fedefm
