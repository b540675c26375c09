// SPDX-License-Identifier: GPL-3.0-or-later
// LVM-Med's ViT (Nguyen et al. 2023): SAM's image encoder without prefix and without absolute positions.
#include "core/model/networks/sam_image_encoder_private.h"

namespace fedefm {

namespace {

Result<NetworkPtr> makeLvmMedVit(const nlohmann::json& json)
{
    HyperParameters values(json);
    const SamEncoderSettings settings = readSamEncoderSettings(values, /*absolutePositionsByDefault=*/false);
    if (const Status status = values.finish("lvm_med_vit"); !status)
        return tl::unexpected(status.error());
    if (const Status status = checkSamEncoderSettings(settings, "lvm_med_vit"); !status)
        return tl::unexpected(status.error());
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
