// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace fedefm {

/// Krum's score of each member: the sum of its squared distances to its n − faulty − 2 nearest members.
/// `distances` is n × n; n ≥ faulty + 3.
std::vector<double> krumScores(const std::vector<double>& distances, std::size_t memberCount,
                               std::size_t faulty);

/// Indices of the `count` smallest scores; of equal ones the first.
std::vector<std::size_t> smallestScores(const std::vector<double>& scores, std::size_t count);

} // namespace fedefm
