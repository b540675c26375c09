// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace fedefm {

/// The candidate with the fewest changes from `name`, for error messages; letter case, - and _ count nothing,
/// the first wins a tie. Empty when there is none.
std::string nearestName(const std::string& name, const std::vector<std::string>& candidates);

/// "the nearest known one is KIND"; where at least half of it would have to change, which helps nobody,
/// "known are" all of them, or the first dozen.
std::string knownNames(const std::string& name, const std::vector<std::string>& candidates);

} // namespace fedefm
