// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::cli {

/// OpenMP's threads spin for milliseconds where others want the cores: readers of training data, or a second
/// program. Its library reads the limit when it is loaded, so this has effect on programs that are started
/// afterwards. Returns false when the user has set something already.
bool limitOpenMpSpinning();

/// What --threads asks for, for what uses OpenMP and is loaded or started afterwards; it goes over the user's
/// OMP_NUM_THREADS.
void setOpenMpThreads(int threads);

} // namespace fedefm::cli
