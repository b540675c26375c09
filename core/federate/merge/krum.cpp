// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/krum_private.h"

#include <algorithm>
#include <numeric>

namespace fedefm {

std::vector<double> krumScores(const std::vector<double>& distances, std::size_t memberCount,
                               std::size_t faulty)
{
    const std::size_t nearest = memberCount - faulty - 2;
    std::vector<double> scores;
    for (std::size_t m = 0; m < memberCount; ++m) {
        std::vector<double> others;
        for (std::size_t other = 0; other < memberCount; ++other)
            if (other != m)
                others.push_back(distances[m * memberCount + other]);
        std::sort(others.begin(), others.end());
        scores.push_back(
            std::accumulate(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(nearest), 0.0));
    }
    return scores;
}

std::vector<std::size_t> smallestScores(const std::vector<double>& scores, std::size_t count)
{
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&scores](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
    order.resize(std::min(count, order.size()));
    return order;
}

} // namespace fedefm
