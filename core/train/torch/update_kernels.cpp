// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/update_kernels.h"

#include "core/base/vector_clones.h"

#include <cmath>

namespace fedefm {

AdamFactors adamFactors(double learningRate, double weightDecay, double beta1, double beta2, double epsilon,
                        double scale, std::int64_t stepsDone)
{
    const double bias1 = 1.0 - std::pow(beta1, static_cast<double>(stepsDone));
    const double bias2 = 1.0 - std::pow(beta2, static_cast<double>(stepsDone));
    AdamFactors factors;
    factors.keep = static_cast<float>(1.0 - learningRate * weightDecay);
    factors.beta1 = static_cast<float>(beta1);
    factors.oneMinusBeta1 = static_cast<float>(1.0 - beta1);
    factors.beta2 = static_cast<float>(beta2);
    factors.oneMinusBeta2 = static_cast<float>(1.0 - beta2);
    factors.stepSize = static_cast<float>(learningRate / bias1);
    factors.rootBias = static_cast<float>(1.0 / std::sqrt(bias2));
    factors.epsilon = static_cast<float>(epsilon);
    factors.scale = static_cast<float>(scale);
    return factors;
}

FEDEFM_VECTOR_CLONES
void adamUpdate(float* __restrict value, const float* __restrict gradient, float* __restrict mean,
                float* __restrict square, std::int64_t count, const AdamFactors& factors)
{
    const AdamFactors f = factors;
    for (std::int64_t at = 0; at < count; ++at) {
        const float slope = gradient[at] * f.scale;
        const float newMean = f.beta1 * mean[at] + f.oneMinusBeta1 * slope;
        const float newSquare = f.beta2 * square[at] + f.oneMinusBeta2 * slope * slope;
        mean[at] = newMean;
        square[at] = newSquare;
        value[at] =
            f.keep * value[at] - f.stepSize * newMean / (__builtin_sqrtf(newSquare) * f.rootBias + f.epsilon);
    }
}

FEDEFM_VECTOR_CLONES
void sgdUpdate(float* __restrict value, const float* __restrict gradient, float* __restrict momentum,
               std::int64_t count, const SgdFactors& factors)
{
    const SgdFactors f = factors;
    const float keep = f.isFirst ? 0.0F : f.momentum;
    for (std::int64_t at = 0; at < count; ++at) {
        const float slope = gradient[at] * f.scale + f.weightDecay * value[at];
        momentum[at] = keep * momentum[at] + slope;
        value[at] -= f.learningRate * momentum[at];
    }
}

FEDEFM_VECTOR_CLONES
void averageUpdate(float* __restrict average, const float* __restrict value, std::int64_t count, float part)
{
    for (std::int64_t at = 0; at < count; ++at)
        average[at] += part * (value[at] - average[at]);
}

FEDEFM_VECTOR_CLONES
double squaredSum(const float* values, std::int64_t count)
{
    // Sixteen running sums: the order of additions is fixed, and they fit a vector.
    constexpr std::int64_t kLanes = 16;
    double lanes[kLanes] = {};
    std::int64_t at = 0;
    for (; at + kLanes <= count; at += kLanes)
        for (std::int64_t lane = 0; lane < kLanes; ++lane) {
            const double value = static_cast<double>(values[at + lane]);
            lanes[lane] += value * value;
        }
    double total = 0.0;
    for (; at < count; ++at)
        total += static_cast<double>(values[at]) * static_cast<double>(values[at]);
    for (const double lane : lanes)
        total += lane;
    return total;
}

} // namespace fedefm
