// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// True for values that a network computes itself from its sizes (Swin's index tables and masks).
bool isDerivedEntry(const std::string& name);

/// A learned position table brought to another size; nothing when `name` is none or the shapes cannot belong
/// to each other. A class token is kept, added nowhere, dropped where the target has none.
///
/// - position_embeddings 1×T×D: bilinear, corners aligned (TransUNet's loader)
/// - pos_embed 1×T×D, …positional_embedding T×D: bicubic (timm, CLIP)
/// - pos_embed 1×H×W×D: bilinear (SAM)
/// - rel_pos_h, rel_pos_w: linear (SAM)
/// - relative_position_bias_table: bicubic (Swin)
std::optional<torch::Tensor> resizedPosition(const std::string& name, const torch::Tensor& stored,
                                             const std::vector<std::int64_t>& shape);

/// Positions 1×T×D of a square grid for another grid, bilinear with corners aligned; unchanged where T fits.
torch::Tensor gridPositions(const torch::Tensor& positions, std::int64_t height, std::int64_t width);

} // namespace fedefm
