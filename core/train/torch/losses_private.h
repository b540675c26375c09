// SPDX-License-Identifier: GPL-3.0-or-later
// Losses of segmentation and classification, all in float32. Logits N×K×H×W, labels N×H×W (int64) with
// kIgnoreLabel where a pixel does not count; a batch without any counting pixel has the loss 0.
#pragma once

#include "core/model/torch/torch_private.h"
#include "core/train/train_config.h"

namespace fedefm {

/// Mean of −w[y]·log p[y], divided by the sum of the weights of the counting pixels. `classWeights` may be
/// undefined. Also for N×K logits and N labels.
torch::Tensor crossEntropyLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                               const torch::Tensor& classWeights);

/// Of flags that do not exclude each other, N×K logits and N×K of 0 and 1: mean of the binary
/// cross-entropies, weighted by `classWeights`, one for each flag.
torch::Tensor flagLoss(const torch::Tensor& logits, const torch::Tensor& flags,
                       const torch::Tensor& classWeights);

/// 1 − mean over the foreground classes of (2 Σ p·t + 1) / (Σ p + Σ t + 1), pooled over the batch.
torch::Tensor diceLoss(const torch::Tensor& probabilities, const torch::Tensor& labels);

/// Mean of −(1 − p[y])^gamma · log p[y] (Lin et al. 2017).
torch::Tensor focalLoss(const torch::Tensor& logits, const torch::Tensor& labels, double gamma);

/// Soft skeleton by iterated minimum and maximum pooling (Shit et al. 2021), N×1×H×W.
torch::Tensor softSkeleton(torch::Tensor picture, int iterations);

/// 1 − clDice of all foreground together, pooled over the batch, smoothed by 1.
torch::Tensor softClDiceLoss(const torch::Tensor& probabilities, const torch::Tensor& labels, int iterations);

/// Mean over counting pixels and foreground classes of p · signed distance in pixels (Kervadec et al. 2019).
torch::Tensor boundaryLoss(const torch::Tensor& probabilities, const torch::Tensor& labels);

/// The weighted sum of a configuration.
torch::Tensor segmentationLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                               const LossSettings& settings, const torch::Tensor& classWeights);

/// `settings.classWeights` as a tensor; undefined when empty.
torch::Tensor classWeightsOf(const LossSettings& settings, torch::Device device);

} // namespace fedefm
