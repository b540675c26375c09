// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

#include <filesystem>

namespace fedefm {

/// A network saved as TorchScript archive, run as a Segmenter.
///
/// Contract of the network: input float32 1×1×H×W, grey in 0…1 (0.5 and 99.5 percentile of the frame), wires
/// dark; output float logits 1×3×H×W for {background, catheter, guidewire}. H and W are padded at the right
/// and bottom by edge values to a multiple of `multiple` (default 32) of the card.
///
/// `card` is the model's card as JSON text (see model_card.h); an archive's extra file "card.json" is used
/// when empty. Its "multiple" and "longest_side" (pictures with a longer side are scaled down to it; 0 =
/// never) shape the input.
///
/// Errors: FileNotFound, ModelBroken (not an archive, wrong output shape).
Result<std::unique_ptr<Segmenter>> openTorchScript(const std::filesystem::path& file,
                                                   const std::string& card = {});

} // namespace fedefm
