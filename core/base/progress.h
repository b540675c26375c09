// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

namespace fedefm {

/// Called with (done, total); may come from a worker thread. Callers that paint must throttle to 20 per
/// second.
using Progress = std::function<void(int done, int total)>;

} // namespace fedefm
