// SPDX-License-Identifier: GPL-3.0-or-later
// LVM-Med's ViT (Nguyen et al. 2023): SAM's image encoder without prefix and without absolute positions; with
// num_classes a linear layer over the mean of its map.
#include "core/model/networks/sam_image_encoder_private.h"

namespace fedefm {

namespace {

class LvmMedVitClassifier final : public SamImageEncoder
{
public:
    LvmMedVitClassifier(const SamEncoderSettings& settings, int classes)
        : SamImageEncoder(settings),
          m_head(register_module("head", torch::nn::Linear(settings.outChannels, classes)))
    {
    }

    torch::Tensor forward(torch::Tensor input) override
    {
        return forwardWithFeatures(std::move(input)).first;
    }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        const torch::Tensor map = SamImageEncoder::forward(std::move(input));
        return {m_head(map.mean(torch::IntArrayRef{2, 3})), map};
    }

private:
    torch::nn::Linear m_head;
};

Result<NetworkPtr> makeLvmMedVit(const nlohmann::json& json)
{
    HyperParameters values(json);
    const SamEncoderSettings settings = readSamEncoderSettings(values, /*absolutePositionsByDefault=*/false);
    const int classes = values.integer("num_classes", 0, 0);
    if (const Status status = values.finish("lvm_med_vit"); !status)
        return tl::unexpected(status.error());
    if (const Status status = checkSamEncoderSettings(settings, "lvm_med_vit"); !status)
        return tl::unexpected(status.error());
    if (classes > 0)
        return std::make_shared<LvmMedVitClassifier>(settings, classes);
    return std::make_shared<SamImageEncoder>(settings);
}

nlohmann::json officialLvmMedVit(const std::string&)
{
    return {{"img_size", 1024},    {"patch_size", 16},  {"in_chans", 3},
            {"embed_dim", 768},    {"depth", 12},       {"num_heads", 12},
            {"mlp_ratio", 4.0},    {"qkv_bias", true},  {"use_abs_pos", false},
            {"use_rel_pos", true}, {"window_size", 14}, {"global_attn_indexes", {2, 5, 8, 11}},
            {"out_chans", 256}};
}

} // namespace

const Architecture& lvmMedVitArchitecture()
{
    static const Architecture architecture{
        {"lvm_med_vit",
         "LVM-Med's vision transformer: SAM's image encoder without absolute positions",
         {"default"}},
        officialLvmMedVit,
        makeLvmMedVit};
    return architecture;
}

} // namespace fedefm
