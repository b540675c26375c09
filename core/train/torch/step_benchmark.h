// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/networks/network_spec.h"

#include <memory>
#include <string>

namespace fedefm {

/// A piece of training or inference on random values, for measurements.
struct BenchmarkWork
{
    NetworkSpec network;
    int batch = 1;
    int channels = 1;
    int sizePx = 256;
    int classes = 2;
    bool isTraining = true; ///< one optimiser step as the trainer does it; else from picture to class numbers
    bool isClassification = false;
    bool useBfloat16 = false;
    std::string device = "cpu";
};

class StepBenchmark
{
public:
    /// Errors: those of makeNetwork() and of frozenForInference(), InvalidArgument (device, precision).
    static Result<std::unique_ptr<StepBenchmark>> create(const BenchmarkWork& work, int threads);
    ~StepBenchmark();
    /// Once; returns when the device has finished.
    void run();

private:
    struct State;
    explicit StepBenchmark(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// Whether a device computes in bfloat16; false for one that is not there.
bool computesInBfloat16(const std::string& device);

/// Floating-point operations per second of a large matrix product, which nothing of that precision can exceed
/// by much.
double matrixProductFlops(int threads, bool useBfloat16 = false, const std::string& device = "cpu");

} // namespace fedefm
