// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace fedefm {

/// The candidate with the smallest edit distance, ignoring case; empty when there is none. The first wins a
/// tie.
std::string nearestName(const std::string& name, const std::vector<std::string>& candidates);

} // namespace fedefm
