// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::cli {

/// Sets what LibTorch's libraries read when they are loaded, so for modules and programs that come
/// afterwards (core/base/process_environment.h). Returns whether anything was changed.
bool prepareLearningEnvironment();

/// What --threads asks for, for what uses OpenMP and is loaded or started afterwards; it goes over the user's
/// OMP_NUM_THREADS.
void setOpenMpThreads(int threads);

} // namespace fedefm::cli
