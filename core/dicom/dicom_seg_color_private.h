// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace fedefm {

using Rgb = std::array<std::uint8_t, 3>;
using DicomLab = std::array<std::uint16_t, 3>;

/// sRGB to and from DICOM's 16-bit CIELab (PS3.3 C.10.7.1.1): L* 0…100 and a*, b* −128…127 over 0…65535,
/// white point D50 of the ICC connection space. Colours outside sRGB are clipped.
DicomLab labFromRgb(const Rgb& rgb);
Rgb rgbFromLab(const DicomLab& lab);

} // namespace fedefm
