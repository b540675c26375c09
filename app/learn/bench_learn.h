// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/bench_figure.h"
#include "core/train/torch/step_benchmark.h"

#include <string>
#include <vector>

namespace fedefm::cli {

/// A measured piece of work and what it is compared with.
struct Workload
{
    std::string name;
    const char* peer; ///< the same work in tests/bench/compare.py
    std::string title;
    BenchmarkWork work;
    double gigaMacs; ///< multiply-adds of one repetition (training: forwards once and backwards twice)
    double target;   ///< times faster than eager Python
    int repeats;
};
const std::vector<Workload>& workloads();
/// nullptr for an unknown name.
const Workload* findWorkload(const std::string& name);

/// Training steps and inference beside eager Python in one run, in turn, with the same number of threads: in
/// float32 and, where the processor has it, in bfloat16 as trainings and segmentations use it. Without
/// python3-torch the figures have no peer. `add` gets every figure as soon as it is measured, `say`
/// remarks.
Status benchTraining(int threads, const std::function<void(const BenchFigure&)>& add,
                     const std::function<void(const std::string&)>& say);

/// The shipped real-time network from frame to mask and curves, beside the U-Net; frames of 512². Errors:
/// ModelNotFound when it is not installed.
Status benchRealTime(int threads, const std::function<void(const BenchFigure&)>& add);

/// Repeats a workload three times; the process's peak resident memory in MB.
Result<double> peakMemoryOfWorkload(const std::string& name, int threads);

} // namespace fedefm::cli
