// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay.h"
#include "core/federate/topology/silo_network.h"

#include <vector>

namespace fedefm {

struct TimedLink
{
    int from = 0;
    int to = 0;
    double delayMs = 0.0;
};

/// Largest mean of the delays along a cycle (Karp 1978): the time per round in the long run where each silo
/// starts its next round as soon as it has heard all that send to it. -inf without a cycle.
double maximumCycleMeanMs(int siloCount, const std::vector<TimedLink>& links);

/// Each link with its delay at the overlay's degrees.
std::vector<TimedLink> timedLinks(const SiloNetwork& network, const Overlay& overlay);

/// Cycle time of an overlay that is the same in every round; each silo also waits for its own computation.
double overlayCycleTimeMs(const SiloNetwork& network, const Overlay& overlay);

/// Optimiser steps of a FedEFM round (method, section 2).
struct VisitSteps
{
    int local = 1;    ///< before sending
    int overseas = 1; ///< of each visitor at its host
    int home = 1;     ///< distillation
};

/// The same for rounds in which each model also visits the silos that it was sent to: two exchanges, the
/// visitors' steps one after another at the host, the steps at home.
double visitCycleTimeMs(const SiloNetwork& network, const Overlay& overlay, const VisitSteps& steps);

} // namespace fedefm
