// SPDX-License-Identifier: GPL-3.0-or-later
// The only place that names LibTorch's headers (12 s and 1.2 GB per including file); differences between its
// versions belong here.
#pragma once

#include <torch/script.h>
#include <torch/torch.h>

#if AT_PARALLEL_OPENMP && !defined(_OPENMP)
#error "Without OpenMP at::parallel_for runs in one thread, silently."
#endif

// Fused attention came with 2.0.
#if TORCH_VERSION_MAJOR >= 2
#define FEDEFM_TORCH_HAS_SDPA
#endif
