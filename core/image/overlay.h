// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fedefm {

/// A 60xx overlay plane (PS3.3 C.9.2), unpacked to one byte per pixel (0/1).
struct OverlayPlane
{
    int group = 0x6000;
    int rows = 0;
    int columns = 0;
    int originRow = 0; ///< 0-based, may be negative or outside the image
    int originColumn = 0;
    int firstFrame = 0; ///< 0-based image frame of the first overlay frame
    int frames = 1;     ///< overlay frames; a single one applies to every image frame
    std::string label;
    std::vector<std::uint8_t> bits; ///< frames·rows·columns

    /// The plane for an image frame, or nullptr when the overlay does not cover it.
    const std::uint8_t* planeFor(int frame) const;
};

/// Draws the overlays of `frame` into a mask of width·height bytes (1 = set); everything outside is clipped.
std::vector<std::uint8_t> composeOverlays(const std::vector<OverlayPlane>& overlays, int frame, int width,
                                          int height);

} // namespace fedefm
