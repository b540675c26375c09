// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

#include <map>
#include <string>
#include <vector>

namespace fedefm {

/// Checkpoints of other programs that the official code converts while loading.
struct ForeignNames
{
    std::map<std::string, torch::Tensor> tensors;
    /// Beginnings of the names that such a file lacks by design; empty for the network's own names.
    std::vector<std::string> absentByDesign;
};

/// Renames and transposes where the names are those of another program and `wanted` those of a network that
/// is loaded from it:
/// - JAX archives of ViT and R50+ViT (`Transformer/encoderblock_0/…`) for TransUNet and FedEFM's networks;
/// - ImageNet's Swin-T (`layers.0.blocks…`) for Swin-Unet, whose decoder takes the mirrored stages;
/// - FedEFM's foundation network for TransUNet, whose encoder it is.
/// Entries that the network does not have are dropped, as the official loaders do.
ForeignNames translatedNames(std::map<std::string, torch::Tensor> tensors,
                             const std::map<std::string, torch::Tensor>& wanted);

} // namespace fedefm
