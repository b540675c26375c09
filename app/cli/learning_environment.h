// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::cli {

/// Sets what LibTorch's libraries read when they are loaded, so for modules and programs that come
/// afterwards. OpenMP's threads spin for milliseconds where others want the cores, such as readers of
/// training data or a second program; and large tensors come anew from the system each time, which costs less
/// in pages of 2 MB. Returns whether anything was changed. What the user has set stays.
bool prepareLearningEnvironment();

/// What --threads asks for, for what uses OpenMP and is loaded or started afterwards; it goes over the user's
/// OMP_NUM_THREADS.
void setOpenMpThreads(int threads);

} // namespace fedefm::cli
