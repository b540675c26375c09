// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm {

/// One way in which a network looks at a picture. Means over several views are surer than one look, for as
/// many times the work.
struct PictureView
{
    static constexpr double kLeastScale = 0.25;
    static constexpr double kMostScale = 4.0;
    static constexpr int kMost = 16; ///< views of one picture

    double scale = 1.0;
    bool isMirroredX = false; ///< left and right change places
    bool isMirroredY = false;
    bool operator==(const PictureView& o) const
    {
        return scale == o.scale && isMirroredX == o.isMirroredX && isMirroredY == o.isMirroredY;
    }
};

} // namespace fedefm
