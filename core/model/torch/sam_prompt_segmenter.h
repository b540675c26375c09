// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_spec.h"
#include "core/model/prompt_segmenter.h"

#include <filesystem>

namespace fedefm {

/// Segment Anything behind PromptSegmenter. `file` is a checkpoint in any readable form with SAM's own names;
/// `spec` its sizes, the official ViT-B when empty. A checkpoint without `pos_embed` (LVM-Med's encoder with
/// SAM's decoder) needs `use_abs_pos` false.
///
/// Pre- and post-processing are the official ones: the longer side is brought to the network's image size,
/// the masks are thresholded at 0 at the picture's own size. 8-bit grey and colour pictures are taken as they
/// are, deeper ones between their 0.5 and 99.5 percentile; MONOCHROME1 is turned.
///
/// Errors: FileNotFound, ModelBroken (names or shapes do not fit), InvalidArgument (no SAM), OutOfMemory.
Result<std::unique_ptr<PromptSegmenter>> openSamPromptSegmenter(const std::filesystem::path& file,
                                                                const NetworkSpec& spec = {});

} // namespace fedefm
