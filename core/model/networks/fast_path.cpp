// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/fast_path_private.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/jit/frontend/tracer.h>

namespace fedefm {

namespace {

bool isUnderAutocast()
{
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    return at::autocast::is_autocast_enabled(at::kCPU);
#else
    return at::autocast::is_cpu_enabled();
#endif
}

} // namespace

bool hasFastPath(const torch::Tensor& operand)
{
    return operand.device().is_cpu() && operand.scalar_type() == torch::kFloat && operand.numel() > 0 &&
           !isUnderAutocast() && !torch::jit::tracer::isTracing();
}

bool hasFastMapPath(const torch::Tensor& map)
{
    return hasFastPath(map) && map.dim() == 4 && map.is_contiguous(torch::MemoryFormat::ChannelsLast);
}

} // namespace fedefm
