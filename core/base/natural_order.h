// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace fedefm {

/// frame_2 before frame_10; numbers may be longer than any integer type. A strict order for sorting names.
bool isNaturallyBefore(const std::string& a, const std::string& b);

} // namespace fedefm
