// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/cycle_time.h"

#include <cstdint>

namespace fedefm {

/// Do et al. 2022: a slow link stands in only every n-th round, n = min(multiplicity, round(delay /
/// shortest)); in between its silos are isolated from each other and do not wait.
class MultigraphPlan
{
public:
    /// `timed` are the delays of the links at their full degrees, `computeMs` the least time of a round.
    MultigraphPlan(std::vector<TimedLink> timed, int multiplicity, double computeMs);

    bool isStrong(std::size_t link, std::uint64_t round) const
    {
        return round % static_cast<std::uint64_t>(m_periods[link]) == 0;
    }
    const std::vector<int>& periods() const { return m_periods; }
    /// Cycle times of the rounds from the first on (eqs. 4 and 5): a link that comes back after weak rounds
    /// has been on its way all the time, so only the rest of its delay is waited for.
    std::vector<double> simulate(int siloCount, int rounds) const;

private:
    std::vector<TimedLink> m_timed;
    std::vector<int> m_periods;
    double m_computeMs;
};

} // namespace fedefm
