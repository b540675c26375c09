// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/sequence.h"

#include <cmath>

namespace fedefm {

std::string CArmAngles::text() const
{
    const long primary = std::lround(primaryDeg);
    const long secondary = std::lround(secondaryDeg);
    return std::string(primary < 0 ? "RAO " : "LAO ") + std::to_string(std::labs(primary)) +
           (secondary < 0 ? " CAU " : " CRA ") + std::to_string(std::labs(secondary));
}

FrameId frameId(const SequenceInfo& info, int index)
{
    return {info.ids.sopInstanceUid.empty() ? info.path : info.ids.sopInstanceUid, index};
}

} // namespace fedefm
