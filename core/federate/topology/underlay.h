// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fedefm {

/// A place with a silo and a router of the underlay.
struct UnderlayNode
{
    std::string name;                  ///< valid UTF-8 of at most 200 bytes; several may have the same
    std::optional<double> latitudeDeg; ///< north positive; either both or none
    std::optional<double> longitudeDeg;
};

/// A cable between two places, usable in both directions. Its own capacity does not enter the delay model,
/// which assumes one core capacity for all (Marfoq et al. 2020).
struct UnderlayLink
{
    int a = 0; ///< index into Underlay::nodes
    int b = 0;
    double lengthKm = 0.0;
};

/// The network that exists: places and cables. Silos are numbered in the order of the nodes.
struct Underlay
{
    std::string name;
    std::vector<UnderlayNode> nodes;
    std::vector<UnderlayLink> links; ///< a ≠ b, no pair twice
};

constexpr int kMaxSilos = 400;

/// Reads the Graph Modelling Language (Himsolt 1997), as networkx and the Internet Topology Zoo write it:
/// nodes with `id`, and optionally `label`, `Latitude`, `Longitude`; edges with `source`, `target`,
/// `distance` in km. Without `distance` the length is the geodesic between the coordinates. Of parallel edges
/// the shortest counts, an edge from a node to itself does not.
/// Errors, with the line in the detail: InvalidArgument for broken structure, duplicate or unknown ids, and
/// lengths or coordinates that are missing, negative or not finite; TooLarge beyond 400 nodes, 16 MiB, 32
/// levels. A disconnected underlay is refused by SiloNetwork.
Result<Underlay> parseUnderlay(std::string_view gml, const std::string& subject);
Result<Underlay> loadUnderlay(const std::filesystem::path& file);

/// In any letter case: "gaia", 11 regions of Amazon's cloud, and "amazon", 22 places; every pair has a cable
/// along the geodesic.
std::vector<std::string> builtInUnderlayNames();
std::optional<Underlay> builtInUnderlay(const std::string& name);

/// A built-in name, else a file. Errors: FileNotFound with the nearest built-in name; those of loadUnderlay.
Result<Underlay> openUnderlay(const std::string& nameOrFile);

/// Length of the geodesic on the WGS 84 ellipsoid by Lambert's formula; error about 10 m.
double geodesicKm(const UnderlayNode& a, const UnderlayNode& b);

} // namespace fedefm
