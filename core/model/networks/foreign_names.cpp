// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/foreign_names_private.h"

#include <optional>
#include <regex>

namespace fedefm {

namespace {

using Tensors = std::map<std::string, torch::Tensor>;

struct Entry
{
    std::string name;
    torch::Tensor value;
};

/// "scale" and "bias" of a normalisation; "kernel" is none.
std::string affineName(const std::string& jaxName)
{
    return jaxName == "scale" ? "weight" : jaxName;
}

/// JAX keeps in×out matrices; attention splits one side into heads×width.
torch::Tensor transposedMatrix(const torch::Tensor& kernel, std::int64_t inputs)
{
    return kernel.reshape({inputs, -1}).t().contiguous();
}

std::optional<Entry> encoderBlockEntry(const std::string& block, const std::string& rest,
                                       const torch::Tensor& value)
{
    static const std::regex norm("LayerNorm_([02])/(scale|bias)");
    static const std::regex attention("MultiHeadDotProductAttention_1/(query|key|value|out)/(kernel|bias)");
    static const std::regex dense("MlpBlock_3/Dense_([01])/(kernel|bias)");
    const std::string prefix = "encoder.layer." + block + ".";
    std::smatch match;
    if (std::regex_match(rest, match, norm))
        return Entry{prefix + (match[1] == "0" ? "attention_norm." : "ffn_norm.") + affineName(match[2]),
                     value.flatten()};
    if (std::regex_match(rest, match, attention)) {
        const std::string name = prefix + "attn." + match[1].str() + ".";
        if (match[2] == "bias" || value.dim() != 3)
            return Entry{name + "bias", value.flatten()};
        const std::int64_t inputs = match[1] == "out" ? value.size(0) * value.size(1) : value.size(0);
        return Entry{name + "weight", transposedMatrix(value, inputs)};
    }
    if (std::regex_match(rest, match, dense)) {
        const std::string name = prefix + (match[1] == "0" ? "ffn.fc1." : "ffn.fc2.");
        if (match[2] == "bias" || value.dim() != 2)
            return Entry{name + "bias", value.flatten()};
        return Entry{name + "weight", value.t().contiguous()};
    }
    return {};
}

/// HWIO → OIHW for kernels; vectors of normalisations may carry leading sides of 1.
Entry convolutionEntry(const std::string& name, const std::string& kind, const torch::Tensor& value)
{
    if (kind == "kernel" && value.dim() == 4)
        return {name + "weight", value.permute({3, 2, 0, 1}).contiguous()};
    return {name + affineName(kind), value.flatten()};
}

std::optional<Entry> stemEntry(const std::string& name, const torch::Tensor& value)
{
    static const std::regex root("(conv|gn)_root/(kernel|scale|bias)");
    static const std::regex unit(
        "block([0-9]+)/unit([0-9]+)/(conv[123]|gn[123]|conv_proj|gn_proj)/(kernel|scale|bias)");
    const std::string prefix = "embeddings.hybrid_model.";
    std::smatch match;
    if (std::regex_match(name, match, root))
        return convolutionEntry(prefix + "root." + match[1].str() + ".", match[2], value);
    if (!std::regex_match(name, match, unit))
        return {};
    const std::string part = match[3] == "conv_proj" ? "downsample" : match[3].str();
    return convolutionEntry(prefix + "body.block" + match[1].str() + ".unit" + match[2].str() + "." + part +
                                ".",
                            match[4], value);
}

std::optional<Entry> jaxEntry(const std::string& name, const torch::Tensor& value)
{
    static const std::regex block("Transformer/encoderblock_([0-9]+)/(.*)");
    std::smatch match;
    if (std::regex_match(name, match, block))
        return encoderBlockEntry(match[1], match[2], value);
    if (name == "embedding/kernel" || name == "embedding/bias")
        return convolutionEntry("embeddings.patch_embeddings.", name.substr(10), value);
    if (name == "Transformer/encoder_norm/scale" || name == "Transformer/encoder_norm/bias")
        return Entry{"encoder.encoder_norm." + affineName(name.substr(25)), value.flatten()};
    if (name == "Transformer/posembed_input/pos_embedding")
        return Entry{"embeddings.position_embeddings", value};
    return stemEntry(name, value);
}

ForeignNames fromJax(const Tensors& tensors, const Tensors& wanted)
{
    ForeignNames result;
    result.absentByDesign = {"decoder.", "segmentation_head.", "mlp_head."};
    const bool prefixed = wanted.count("transformer.embeddings.position_embeddings") > 0;
    for (const auto& [name, value] : tensors) {
        auto entry = jaxEntry(name, value);
        if (!entry)
            continue;
        const std::string ours = (prefixed ? "transformer." : "") + entry->name;
        if (wanted.count(ours) > 0)
            result.tensors.emplace(ours, std::move(entry->value));
    }
    return result;
}

ForeignNames fromSwin(const Tensors& tensors, const Tensors& wanted)
{
    ForeignNames result;
    result.absentByDesign = {"swin_unet."};
    const auto keep = [&result, &wanted](const std::string& name, const torch::Tensor& value) {
        const auto target = wanted.find("swin_unet." + name);
        if (target == wanted.end())
            return;
        // The official loader skips what does not fit: the decoder's stages join skips. Tables for another
        // window can be resized.
        const bool isTable = name.find("relative_position_bias_table") != std::string::npos &&
                             value.dim() == 2 && target->second.dim() == 2 &&
                             target->second.size(1) == value.size(1);
        if (isTable || target->second.sizes() == value.sizes())
            result.tensors.insert_or_assign("swin_unet." + name, value);
    };
    for (const auto& [name, value] : tensors) {
        keep(name, value);
        if (name.rfind("layers.", 0) == 0 && name.size() > 8 && name[7] >= '0' && name[7] <= '3')
            keep("layers_up." + std::to_string(3 - (name[7] - '0')) + name.substr(8), value);
    }
    return result;
}

/// FedEFM's foundation network is TransUNet's encoder with a head of its own, which down-stream leaves
/// behind.
ForeignNames fromFoundation(const Tensors& tensors)
{
    ForeignNames result;
    result.absentByDesign = {"decoder.", "segmentation_head."};
    for (const auto& [name, value] : tensors)
        if (name.rfind("mlp_head.", 0) != 0)
            result.tensors.emplace("transformer." + name, value);
    return result;
}

} // namespace

ForeignNames translatedNames(Tensors tensors, const Tensors& wanted)
{
    const bool jax = tensors.count("Transformer/posembed_input/pos_embedding") > 0;
    const bool encoder = wanted.count("embeddings.position_embeddings") > 0 ||
                         wanted.count("transformer.embeddings.position_embeddings") > 0;
    if (jax && encoder)
        return fromJax(tensors, wanted);
    if (wanted.count("transformer.embeddings.position_embeddings") > 0 &&
        tensors.count("embeddings.position_embeddings") > 0)
        return fromFoundation(tensors);
    if (wanted.count("swin_unet.patch_embed.proj.weight") > 0 &&
        tensors.count("layers.0.blocks.0.attn.relative_position_bias_table") > 0 &&
        tensors.count("output.weight") == 0)
        return fromSwin(tensors, wanted);
    return {std::move(tensors), {}};
}

} // namespace fedefm
