// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_private.h"

namespace fedefm {

/// Errors: InvalidArgument, detail names the nearest.
Result<const Architecture*> findArchitecture(const std::string& name);

} // namespace fedefm
