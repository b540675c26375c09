// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::cli {

/// What LibTorch's libraries read when they are loaded, so it has effect on programs that are started
/// afterwards:
/// - OpenMP's threads spin for milliseconds where others want the cores: readers of training data, or a
/// second
///   program.
/// - Large tensors come from the system anew each time; in pages of 2 MB that costs a fraction.
/// Returns whether anything was changed. What the user has set stays.
bool prepareLearningEnvironment();

/// What --threads asks for, for what uses OpenMP and is loaded or started afterwards; it goes over the user's
/// OMP_NUM_THREADS.
void setOpenMpThreads(int threads);

} // namespace fedefm::cli
