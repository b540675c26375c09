// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "core/model/segmenter.h"

#include <vector>

namespace fedefm {

/// A picture as the viewer shows it, at image resolution.
struct RgbPicture
{
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb; ///< interleaved
};

/// Overlay colours, chosen to keep their distance from grey under colour-blindness.
struct Rgb
{
    std::uint8_t r, g, b;
};
inline constexpr Rgb kCatheterColor{0x56, 0xB4, 0xE9};
inline constexpr Rgb kGuidewireColor{0xE6, 0x9F, 0x00};
inline constexpr Rgb kTipColor{0xF0, 0xE4, 0x42};

/// Grey pipeline and colour conversion of one frame with `transform`.
Result<RgbPicture> renderFrame(const Sequence& sequence, const Frame& frame,
                               const DisplayTransform& transform);

/// Covers what lies outside of the display shutter; an empty one covers nothing.
void applyShutter(RgbPicture& picture, const Shutter& shutter);

/// Draws masks (40 % fill and outline), centre-lines (2 px with dark casing) and tips (ringed cross) on top.
void drawSegmentation(RgbPicture& picture, const Segmentation& segmentation, double opacity);

/// Burns a line of text with a dark outline into the lower left corner; `line` 0 is the lowest.
void drawTextLine(RgbPicture& picture, const std::string& text, int line);

} // namespace fedefm
