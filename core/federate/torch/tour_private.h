// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/strategy_private.h"
#include "core/federate/tour.h"

namespace fedefm {

/// One visitor at one host.
struct Visit
{
    int owner = 0;
    int from = 0; ///< where it comes from: its owner or its last host
    int to = 0;   ///< where it goes to: its next host, or home
};

/// The tour of a silo's visitor in this round, among its members.
std::vector<int> tourOf(const RoundView& view, int owner, int hops);

/// Who visits a silo in a hop (1 … hops). With a single hop all neighbours of every owner are hosts.
std::vector<Visit> visitsAt(const RoundView& view, int host, int hop, int hops);

/// From where and after which hop an owner's visitors come home. The last host of a tour need not be a
/// neighbour; it sends the visitor straight to its owner.
struct Return
{
    int from = 0;
    int hop = 1;
};
std::vector<Return> returnsOf(const RoundView& view, int owner, int hops);

} // namespace fedefm
