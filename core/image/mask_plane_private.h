// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/mask_subtraction.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// Values in which differences mean attenuation, one per pixel or, as a table, one per stored bit pattern.
using AttenuationPlane = std::vector<std::uint16_t>;

/// Output steps per unit of natural logarithm: ln 65535 fills 0…32767, so that differences never clip.
inline constexpr double kStepsPerNeper = 32767.0 / 11.0903;

/// Stored value to attenuation step. Linear data become logarithms; logarithmic ones stay, signed ones with
/// an offset. `inverse` turns the scale, for data whose large values are shown dark.
class AttenuationScale
{
public:
    AttenuationScale(PixelType type, bool logarithmic, bool inverse)
        : m_type(type), m_logarithmic(logarithmic), m_inverse(inverse)
    {
    }

    std::uint16_t operator()(double stored) const;
    AttenuationPlane table() const; ///< 256 or 65,536 entries, index = stored value as unsigned

private:
    PixelType m_type;
    bool m_logarithmic;
    bool m_inverse;
};

/// The mean of `frames` (equal size, one sample) on the scale.
AttenuationPlane meanPlane(const std::vector<FramePtr>& frames, const AttenuationScale& scale,
                           const AttenuationPlane& table);

/// Bilinear sampling of `plane` at (x − dx, y − dy); outside, the edge is continued.
AttenuationPlane shiftedPlane(const AttenuationPlane& plane, int width, int height, PixelShift shift);

} // namespace fedefm
