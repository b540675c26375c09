// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fedefm {

/// The pixels (y·width + x) that are 4-connected to `seed` through pixels that `accepts`, the seed included.
/// Those that are set in `seen` are left out and not asked about; what is found is set in it.
template <typename Accepts>
std::vector<int> floodFill(int seed, int width, int height, std::vector<std::uint8_t>& seen, Accepts accepts)
{
    std::vector<int> found;
    const auto reach = [&](int i) {
        if (seen[static_cast<std::size_t>(i)] == 0 && accepts(i)) {
            seen[static_cast<std::size_t>(i)] = 1;
            found.push_back(i);
        }
    };
    reach(seed);
    for (std::size_t at = 0; at < found.size(); ++at) {
        const int i = found[at];
        if (i % width > 0)
            reach(i - 1);
        if (i % width + 1 < width)
            reach(i + 1);
        if (i >= width)
            reach(i - width);
        if (i + width < width * height)
            reach(i + width);
    }
    return found;
}

} // namespace fedefm
