// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "core/train/data/sample.h"

namespace fedefm {

/// The picture of a sample without labels: stored values over the range of the stored bits to 0…1,
/// MONOCHROME1 turned so that attenuation is dark as in core/model/model_input.h, colour planar.
Sample sampleOf(const Frame& frame, const SequenceInfo& info);

} // namespace fedefm
