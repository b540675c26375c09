// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

namespace fedefm {

/// What the stored bits of a frame can express: values from `low` to `low` + `span`.
struct StoredRange
{
    float low = 0.0F;
    float span = 1.0F;

    float shareOf(float value) const; ///< place in the range, 0…1
};

StoredRange storedRange(const Frame& frame, const SequenceInfo& info);

} // namespace fedefm
