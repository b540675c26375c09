// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace fedefm {

enum class DeidentifyAction { Keep, Remove, Empty, Dummy, Uid };

/// What the Basic Application Level Confidentiality Profile does to an attribute; `tag` is group << 16 |
/// element.
DeidentifyAction deidentifyAction(std::uint32_t tag);

/// Attributes that the table names.
std::size_t deidentifyRuleCount();

} // namespace fedefm
