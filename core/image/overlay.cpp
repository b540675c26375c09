// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/overlay.h"

#include <algorithm>
#include <cstddef>

namespace fedefm {

namespace {

void draw(const OverlayPlane& overlay, const std::uint8_t* plane, int width, int height, std::uint8_t* mask)
{
    const long long left = overlay.originColumn;
    const long long top = overlay.originRow;
    const long long firstColumn = std::max(0LL, -left);
    const long long lastColumn = std::min<long long>(overlay.columns, width - left);
    const long long firstRow = std::max(0LL, -top);
    const long long lastRow = std::min<long long>(overlay.rows, height - top);
    for (long long row = firstRow; row < lastRow; ++row) {
        const std::uint8_t* from = plane + row * overlay.columns;
        std::uint8_t* to = mask + (top + row) * width + left;
        for (long long column = firstColumn; column < lastColumn; ++column)
            to[column] |= from[column] != 0 ? 1 : 0;
    }
}

} // namespace

const std::uint8_t* OverlayPlane::planeFor(int frame) const
{
    if (rows <= 0 || columns <= 0 || frames <= 0 || frame < 0)
        return nullptr;
    const long long index = frames == 1 ? 0 : static_cast<long long>(frame) - firstFrame;
    const std::size_t planeSize = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    if (index < 0 || index >= frames || bits.size() / planeSize <= static_cast<std::size_t>(index))
        return nullptr;
    return bits.data() + static_cast<std::size_t>(index) * planeSize;
}

std::vector<std::uint8_t> composeOverlays(const std::vector<OverlayPlane>& overlays, int frame, int width,
                                          int height)
{
    if (width <= 0 || height <= 0)
        return {};
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0);
    for (const OverlayPlane& overlay : overlays)
        if (const std::uint8_t* plane = overlay.planeFor(frame))
            draw(overlay, plane, width, height, mask.data());
    return mask;
}

} // namespace fedefm
