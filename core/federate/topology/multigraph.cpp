// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/multigraph_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

MultigraphPlan::MultigraphPlan(std::vector<TimedLink> timed, int multiplicity, double computeMs)
    : m_timed(std::move(timed)), m_computeMs(computeMs)
{
    const auto shortest =
        std::min_element(m_timed.begin(), m_timed.end(),
                         [](const TimedLink& a, const TimedLink& b) { return a.delayMs < b.delayMs; });
    for (const TimedLink& link : m_timed) {
        // Ties to even, as in the published tables.
        const double ratio = std::nearbyint(link.delayMs / shortest->delayMs);
        m_periods.push_back(static_cast<int>(std::clamp(ratio, 1.0, static_cast<double>(multiplicity))));
    }
}

std::vector<double> MultigraphPlan::simulate(int siloCount, int rounds) const
{
    std::vector<double> cycleTimes;
    // Per link: how long its message has been on its way when the round begins; 0 after a strong round.
    std::vector<double> underWayMs(m_timed.size(), 0.0);
    for (int round = 0; round < rounds; ++round) {
        std::vector<TimedLink> links = m_timed;
        for (std::size_t i = 0; i < links.size(); ++i) {
            if (!isStrong(i, static_cast<std::uint64_t>(round)))
                links[i].delayMs = 0.0;
            else if (underWayMs[i] > 0.0)
                links[i].delayMs = std::max(m_computeMs, links[i].delayMs - underWayMs[i]);
        }
        const double cycleMs = std::max(m_computeMs, maximumCycleMeanMs(siloCount, links));
        for (std::size_t i = 0; i < links.size(); ++i)
            underWayMs[i] = isStrong(i, static_cast<std::uint64_t>(round)) ? 0.0 : underWayMs[i] + cycleMs;
        cycleTimes.push_back(cycleMs);
    }
    return cycleTimes;
}

} // namespace fedefm
