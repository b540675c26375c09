// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay_builders_private.h"

#include <cstdint>

namespace fedefm {

/// MATCHA (Wang et al. 2019): each matching is active in a round with a probability of its own.
struct MatchaPlan
{
    std::vector<std::vector<SiloPair>> matchings;
    std::vector<double> probabilities; ///< maximise λ₂(Σ p L) at Σ p = budget · matchings (eq. 4)
    double alpha = 0.0;                ///< weight of a pair: minimises ρ (Lemma 1)
    double rho = 0.0;                  ///< ‖E[WᵀW] − J‖
};

MatchaPlan planMatcha(int siloCount, const std::vector<SiloPair>& pairs, double budget);

/// Pairs of a round: a function of seed and round, so that silos need not agree in between.
std::vector<SiloPair> drawMatcha(const MatchaPlan& plan, std::uint64_t seed, std::uint64_t round);

} // namespace fedefm
