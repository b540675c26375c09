// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// softmax(q·kᵀ·scale + bias)·v for q: B×heads×N×D, k: B×heads×M×D, v: B×heads×M×E; `bias` broadcasts to
/// B×heads×N×M. Without a bias the scores of a few heads are held at a time, so that 4096 tokens fit into
/// memory.
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
                     const torch::Tensor& bias = {});

/// Self-attention over one qkv projection: `qkv` is B×N×3C with rows ordered q, k, v, each heads×D. Result:
/// B×N×C.
torch::Tensor attendPacked(const torch::Tensor& qkv, int heads, const torch::Tensor& bias = {});

/// SAM's attention with decomposed relative positions on a height×width grid: qkv is B×(height·width)×3C, the
/// tables have 2·side−1 rows of D values for their own side and are interpolated to the grid's when that
/// differs. The position terms use the unscaled queries.
torch::Tensor attendWithRelativePositions(const torch::Tensor& qkv, int heads, int height, int width,
                                          const torch::Tensor& tableH, const torch::Tensor& tableW);

} // namespace fedefm
