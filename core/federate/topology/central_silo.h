// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/silo_network.h"

namespace fedefm {

/// The silo of largest load: of all shortest paths along the underlay's cables most lead over it. Where loads
/// are equal, as on an underlay that joins all pairs directly, the one with the least way to all others, and
/// of those the first.
int mostCentralSilo(const SiloNetwork& network);

} // namespace fedefm
