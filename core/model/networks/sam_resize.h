// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm {

/// Picture size in pixels.
struct PictureSize
{
    int width = 0;
    int height = 0;
    friend bool operator==(const PictureSize& a, const PictureSize& b)
    {
        return a.width == b.width && a.height == b.height;
    }
};

/// SAM's ResizeLongestSide: the longer side becomes `longSide`, new side = int(side·scale + 0.5), at least 1.
PictureSize longSideSize(PictureSize size, int longSide);

/// Bilinear with a triangle filter as wide as the reduction, in two passes of 8-bit results: bit by bit what
/// Pillow's BILINEAR does. `pixels` is row-major with `channels` interleaved.
std::vector<std::uint8_t> resizePicture(const std::vector<std::uint8_t>& pixels, PictureSize from,
                                        PictureSize to, int channels);

} // namespace fedefm
