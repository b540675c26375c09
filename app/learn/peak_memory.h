// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::cli {

/// Largest resident memory of this program so far in MB. Not getrusage(): what its parent held when it
/// started this one would count.
double peakMemoryMb();

} // namespace fedefm::cli
