// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace fedefm {

/// What AdamW's inner loop multiplies by.
struct AdamFactors
{
    float keep = 1.0F; ///< of the weights, after decay
    float beta1 = 0.0F, oneMinusBeta1 = 0.0F;
    float beta2 = 0.0F, oneMinusBeta2 = 0.0F;
    float stepSize = 0.0F; ///< learning rate / bias correction of the mean
    float rootBias = 0.0F; ///< 1 / √(bias correction of the square)
    float epsilon = 0.0F;
    float scale = 1.0F; ///< of the gradient, from clipping
};
AdamFactors adamFactors(double learningRate, double weightDecay, double beta1, double beta2, double epsilon,
                        double scale, std::int64_t stepsDone);
void adamUpdate(float* value, const float* gradient, float* mean, float* square, std::int64_t count,
                const AdamFactors& factors);

struct SgdFactors
{
    float learningRate = 0.0F;
    float weightDecay = 0.0F;
    float momentum = 0.0F;
    float scale = 1.0F;
    bool isFirst = false; ///< the momentum begins with the gradient itself
};
void sgdUpdate(float* value, const float* gradient, float* momentum, std::int64_t count,
               const SgdFactors& factors);

/// average += part · (value − average)
void averageUpdate(float* average, const float* value, std::int64_t count, float part);

double squaredSum(const float* values, std::int64_t count);

} // namespace fedefm
