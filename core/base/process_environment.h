// SPDX-License-Identifier: GPL-3.0-or-later
// What a program sets for itself before it loads LibTorch.
#pragma once

#include <cstddef>

namespace fedefm {

/// OpenMP's threads spin for milliseconds where others want the cores, such as readers of training data or a
/// second program. For libraries that are loaded and programs that are started afterwards; returns whether
/// anything was changed. What the user has set stays.
bool limitSpinning();

/// Pages of 2 MB for large tensors. For programs that are started afterwards; returns whether anything was
/// changed. What the user has set stays.
bool askForLargePages();

/// Tensors come and go by the thousand: without this a sixth of an inference's time is spent on the page
/// faults of memory that went back to the system just before. Up to `mostBytes` stay with this process.
void keepFreedMemory(std::size_t mostBytes);

} // namespace fedefm
