// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay.h"
#include "core/federate/topology/silo_network.h"

#include <functional>
#include <utility>
#include <vector>

namespace fedefm {

using SiloPair = std::pair<int, int>;
using PairWeight = std::function<double(int, int)>;

/// Prim's tree from silo 0; with `maxDegree` each silo is the end of at most that many pairs (δ-Prim of
/// Marfoq et al. 2020). maxDegree ≥ 2.
std::vector<SiloPair> primTree(int siloCount, const PairWeight& weight, int maxDegree);

/// Silos along a tour by Christofides (1976), from silo 0: at most 1.5 times as long as the shortest one.
std::vector<int> christofidesTour(int siloCount, const PairWeight& weight);

/// Silos along a path that visits each once and never goes further than three pairs of the tree (Sekanina
/// 1960).
std::vector<int> pathInCube(int siloCount, const std::vector<SiloPair>& tree);

/// Trees of bounded degree: the best by cycle time, or the one of `maxDegree` where it is above 0.
Overlay boundedDegreeTree(const SiloNetwork& network, int maxDegree);

/// Splits the pairs into at most Δ+1 matchings (Misra and Gries 1992).
std::vector<std::vector<SiloPair>> matchings(int siloCount, const std::vector<SiloPair>& pairs);

} // namespace fedefm
