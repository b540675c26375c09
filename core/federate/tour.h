// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/session_links.h"

#include <cstdint>

namespace fedefm {

/// Hosts of the visitor that a silo sends out in this round, along the links between members: at each host it
/// takes the link behind the one that it came by, and prefers hosts that it has not seen. Rounds begin with
/// another neighbour each. Shorter than `hops` where there is no way on; empty without neighbours.
std::vector<int> tourOf(const Overlay& links, const std::vector<bool>& isMember, int round, int owner,
                        int hops);

/// A tour ends when all others have been hosts.
int hopsAmong(int members, int hops);

/// Visits at each silo in that many rounds when all silos are members; with a single hop all neighbours of
/// every owner are hosts. Of long sessions with many links the mean of the first rounds counts, rounded up.
std::vector<std::int64_t> visitCounts(const SessionLinks& links, int hops, int rounds);

} // namespace fedefm
