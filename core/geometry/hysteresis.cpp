// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/hysteresis.h"

namespace fedefm {

std::vector<std::uint8_t> hysteresis(const FloatPlane& strength, const std::vector<std::uint8_t>& candidates,
                                     float low, float high)
{
    std::vector<std::uint8_t> kept(strength.values.size(), 0);
    std::vector<std::size_t> open;
    const auto reach = [&](std::size_t i) {
        if (kept[i] == 0 && candidates[i] != 0 && strength.values[i] >= low) {
            kept[i] = 1;
            open.push_back(i);
        }
    };
    for (std::size_t seed = 0; seed < kept.size(); ++seed) {
        if (strength.values[seed] >= high)
            reach(seed);
        while (!open.empty()) {
            const std::size_t i = open.back();
            open.pop_back();
            const int cx = static_cast<int>(i % strength.width);
            const int cy = static_cast<int>(i / strength.width);
            for (int y = cy - 1; y <= cy + 1; ++y)
                for (int x = cx - 1; x <= cx + 1; ++x)
                    if (strength.contains(x, y))
                        reach(strength.index(x, y));
        }
    }
    return kept;
}

} // namespace fedefm
