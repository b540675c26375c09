// SPDX-License-Identifier: GPL-3.0-or-later
// What training and evaluation share: batches as tensors, reduced precision, files of tensors.
#pragma once

#include "core/model/networks/network_private.h"
#include "core/model/networks/reduced_precision_private.h"
#include "core/train/data/batch_loader.h"

#include <memory>

namespace fedefm {

/// Images N×C×H×W in channels-last order; on the CPU a single channel shares the batch's memory and keeps it
/// alive.
torch::Tensor imagesOf(const std::shared_ptr<const Batch>& batch, torch::Device device);
/// Labels N×H×W, or N classes of whole pictures, as int64.
torch::Tensor labelsOf(const Batch& batch, torch::Device device);
torch::Tensor imageClassesOf(const Batch& batch, torch::Device device);
/// Flags of whole pictures, N×F of 0 and 1 as float.
torch::Tensor imageFlagsOf(const Batch& batch, torch::Device device);

/// Logits at the size of the labels: networks with a coarser output are scaled up bilinearly.
torch::Tensor logitsAt(const torch::Tensor& logits, std::int64_t height, std::int64_t width);

/// bfloat16 where the operators allow it, as long as this lives; nothing when `isOn` is false.
class AutocastScope
{
public:
    AutocastScope(bool isOn, torch::Device device);
    ~AutocastScope();
    AutocastScope(const AutocastScope&) = delete;
    AutocastScope& operator=(const AutocastScope&) = delete;

private:
    bool m_isOn;
    bool m_isCuda;
};

/// "cpu", "cuda", "cuda:1". Errors: InvalidArgument when there is no such device.
Result<torch::Device> openDevice(const std::string& name);

/// Runs the same sums in the same order every time, as long as this lives.
class DeterministicScope
{
public:
    DeterministicScope();
    ~DeterministicScope();
    DeterministicScope(const DeterministicScope&) = delete;
    DeterministicScope& operator=(const DeterministicScope&) = delete;

private:
    bool m_before;
    bool m_warnOnlyBefore;
};

/// A tensor for a file; shares memory where the tensor is contiguous on the CPU.
StoredTensor storedView(const torch::Tensor& tensor);

} // namespace fedefm
