// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/stored_range.h"

#include <algorithm>

namespace fedefm {

float StoredRange::shareOf(float value) const
{
    return std::clamp((value - low) / span, 0.0F, 1.0F);
}

StoredRange storedRange(const Frame& frame, const SequenceInfo& info)
{
    const int allocated = 8 * bytesPerSample(frame.type());
    const int bits = info.bitsStored > 0 ? std::min(info.bitsStored, allocated) : allocated;
    const auto span = static_cast<float>((1U << static_cast<unsigned>(bits)) - 1U);
    return {frame.type() == PixelType::I16 ? -static_cast<float>(1U << static_cast<unsigned>(bits - 1))
                                           : 0.0F,
            span};
}

} // namespace fedefm
