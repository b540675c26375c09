// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

#include <filesystem>

namespace fedefm {

/// Weights of one of this project's networks (safetensors, .pth, .npz), run as a Segmenter. What network it
/// is stands in `card` (JSON: "network", "hyper_parameters" and what model_card.h names) or, when that is
/// empty, in the file's own metadata "fedefm.card", which the trainer writes. The network is traced, frozen
/// and fused for the size of the frames, so the first frame of a size takes longer. Errors: FileNotFound,
/// ModelBroken (no card, keys that do not fit), InvalidArgument (hyper-parameters).
Result<std::unique_ptr<Segmenter>> openNetworkFile(const std::filesystem::path& file,
                                                   const std::string& card = {});

} // namespace fedefm
