// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/partition/units_private.h"

#include <set>

namespace fedefm {

std::vector<int> colorSilos(const Neighbours& neighbours)
{
    std::vector<int> colors(neighbours.size(), -1);
    std::vector<std::set<int>> taken(neighbours.size());
    for (std::size_t done = 0; done < neighbours.size(); ++done) {
        std::size_t next = neighbours.size();
        for (std::size_t silo = 0; silo < neighbours.size(); ++silo) {
            if (colors[silo] >= 0)
                continue;
            const bool isBetter = next == neighbours.size() || taken[silo].size() > taken[next].size() ||
                                  (taken[silo].size() == taken[next].size() &&
                                   neighbours[silo].size() > neighbours[next].size());
            if (isBetter)
                next = silo;
        }
        int color = 0;
        while (taken[next].count(color) > 0)
            ++color;
        colors[next] = color;
        for (const int other : neighbours[next])
            taken[static_cast<std::size_t>(other)].insert(color);
    }
    return colors;
}

} // namespace fedefm
