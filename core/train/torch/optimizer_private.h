// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"
#include "core/train/train_config.h"

#include <map>
#include <string>
#include <vector>

namespace fedefm {

/// SGD with momentum and AdamW with the arithmetic of torch.optim (betas 0.9 and 0.999, eps 1e-8), clipped by
/// the norm of the whole gradient. On a CPU one pass over the memory does clipping, moments and update, and
/// the result does not depend on the number of threads.
class Optimizer
{
public:
    Optimizer(std::vector<std::pair<std::string, torch::Tensor>> parameters,
              const OptimizerSettings& settings);

    /// One step with the gradients that are there. Returns their norm before clipping; when that is not
    /// finite, nothing is changed.
    double step(double learningRate);
    void zeroGrad();

    /// Moments by "momentum.NAME", "square.NAME", and "steps"; they share memory with the optimiser.
    std::map<std::string, torch::Tensor> state() const;
    /// Copies; false when a name or a shape is not that of state().
    bool load(const std::map<std::string, torch::Tensor>& state);

private:
    struct Slot
    {
        std::string name;
        torch::Tensor value;
        torch::Tensor momentum;
        torch::Tensor square; ///< AdamW only
    };
    double gradientNorm() const;
    void updateOnCpu(Slot& slot, const torch::Tensor& gradient, double learningRate, double scale,
                     std::int64_t stepsDone);
    void updateByTensors(Slot& slot, const torch::Tensor& gradient, double learningRate, double scale,
                         std::int64_t stepsDone);

    std::vector<Slot> m_slots;
    torch::Tensor m_steps; ///< int64, one per slot, on the CPU
    OptimizerSettings m_settings;
    bool m_isAdam;
};

/// An exponential moving average of parameters; buffers are copied. Early steps count more: the decay is
/// min(decay, (1 + n) / (10 + n)) at update n.
class WeightAverage
{
public:
    WeightAverage(const torch::nn::Module& network, double decay);
    void update();
    /// Exchanges the network's parameters with the average; a second call undoes it.
    void swap();
    std::map<std::string, torch::Tensor> state() const; ///< "NAME" of every parameter, and "updates"
    bool load(const std::map<std::string, torch::Tensor>& state);

private:
    struct Slot
    {
        std::string name;
        torch::Tensor value;
        torch::Tensor average;
    };
    std::vector<Slot> m_slots;
    torch::Tensor m_updates;
    double m_decay;
};

/// Convolution weights in channels-last order, which oneDNN and cuDNN run faster.
void useChannelsLast(torch::nn::Module& network);

} // namespace fedefm
