// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/tensors_private.h"

#include "core/base/library_message.h"

#include <ATen/autocast_mode.h>
#include <string>

#define FEDEFM_TORCH_AT_LEAST(major, minor)                                                                  \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace fedefm {

torch::Tensor imagesOf(const std::shared_ptr<const Batch>& batch, torch::Device device)
{
    // LibTorch has no tensors over const memory; nothing writes to inputs.
    auto* values = const_cast<float*>(batch->images.data());
    torch::Tensor images = torch::from_blob(
        values, {batch->count, batch->channels, batch->height, batch->width}, [batch](void*) {},
        torch::kFloat);
    if (device.is_cuda())
        images = images.to(device);
    return images.contiguous(torch::MemoryFormat::ChannelsLast);
}

torch::Tensor labelsOf(const Batch& batch, torch::Device device)
{
    auto* values = const_cast<std::uint8_t*>(batch.labels.data());
    const torch::Tensor labels =
        torch::from_blob(values, {batch.count, batch.height, batch.width}, torch::kByte);
    return device.is_cuda() ? labels.to(device).to(torch::kLong) : labels.to(torch::kLong);
}

torch::Tensor imageClassesOf(const Batch& batch, torch::Device device)
{
    auto* values = const_cast<std::int64_t*>(batch.imageClasses.data());
    return torch::from_blob(values, {batch.count}, torch::kLong).clone().to(device);
}

torch::Tensor imageFlagsOf(const Batch& batch, torch::Device device)
{
    auto* values = const_cast<std::uint8_t*>(batch.imageFlags.data());
    return torch::from_blob(values, {batch.count, batch.flagCount}, torch::kByte)
        .to(torch::kFloat)
        .to(device);
}

torch::Tensor logitsAt(const torch::Tensor& logits, std::int64_t height, std::int64_t width)
{
    if (logits.size(2) == height && logits.size(3) == width)
        return logits;
    namespace F = torch::nn::functional;
    return F::interpolate(logits, F::InterpolateFuncOptions()
                                      .size(std::vector<std::int64_t>{height, width})
                                      .mode(torch::kBilinear)
                                      .align_corners(false));
}

AutocastScope::AutocastScope(bool isOn, torch::Device device) : m_isOn(isOn), m_isCuda(device.is_cuda())
{
    if (!m_isOn)
        return;
    at::autocast::increment_nesting();
#if FEDEFM_TORCH_AT_LEAST(2, 4)
    const auto type = m_isCuda ? at::kCUDA : at::kCPU;
    at::autocast::set_autocast_dtype(type, at::kBFloat16);
    at::autocast::set_autocast_enabled(type, true);
#else
    if (m_isCuda) {
        at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
        at::autocast::set_enabled(true);
    } else {
        at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
        at::autocast::set_cpu_enabled(true);
    }
#endif
}

AutocastScope::~AutocastScope()
{
    if (!m_isOn)
        return;
#if FEDEFM_TORCH_AT_LEAST(2, 4)
    at::autocast::set_autocast_enabled(m_isCuda ? at::kCUDA : at::kCPU, false);
#else
    if (m_isCuda)
        at::autocast::set_enabled(false);
    else
        at::autocast::set_cpu_enabled(false);
#endif
    if (at::autocast::decrement_nesting() == 0)
        at::autocast::clear_cache();
}

Result<torch::Device> openDevice(const std::string& name)
{
    try {
        const torch::Device device(name);
        if (device.is_cpu())
            return device;
        if (device.is_cuda() && torch::cuda::is_available() &&
            (!device.has_index() || device.index() < static_cast<int>(torch::cuda::device_count())))
            return device;
        return fail(ErrorCode::InvalidArgument, "device " + name,
                    "this machine or this LibTorch has no such device");
    } catch (const c10::Error& error) {
        return fail(ErrorCode::InvalidArgument, "device " + name,
                    libraryMessage(error.what_without_backtrace()));
    }
}

DeterministicScope::DeterministicScope()
    : m_before(at::globalContext().deterministicAlgorithms()),
      m_warnOnlyBefore(at::globalContext().deterministicAlgorithmsWarnOnly())
{
    at::globalContext().setDeterministicAlgorithms(true, true);
#if FEDEFM_TORCH_AT_LEAST(2, 2)
    // Only for finding faults; it writes every new tensor twice.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
#endif
}

DeterministicScope::~DeterministicScope()
{
    at::globalContext().setDeterministicAlgorithms(m_before, m_warnOnlyBefore);
}

StoredTensor storedView(const torch::Tensor& tensor)
{
    if (!tensor.device().is_cpu() || !tensor.is_contiguous() || tensor.scalar_type() != torch::kFloat)
        return toStored(tensor);
    const auto owner = std::make_shared<torch::Tensor>(tensor.detach());
    StoredTensor stored;
    stored.type = DType::F32;
    stored.shape = tensor.sizes().vec();
    stored.data = static_cast<const std::byte*>(owner->data_ptr());
    stored.owner = owner;
    return stored;
}

} // namespace fedefm
