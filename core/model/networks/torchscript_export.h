// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

namespace fedefm {

class Network;

/// What an archive of a network can take.
struct TorchScriptReport
{
    std::vector<std::int64_t> tracedShape;
    /// Heights and widths that differ by multiples of 32, and other batches, give the network's own results
    /// too. Networks whose sizes enter the computation (position embeddings, windows) take the traced size
    /// alone.
    bool takesOtherSizes = false;
};

/// Writes a TorchScript archive that Python's torch.jit.load and openTorchScript() read: parameters and
/// buffers under the official nested names, forward() traced in evaluation mode on an input of `inputShape`
/// (N×C×H×W). The archive's extra file "card.json" holds `card` and, as "traced_shape" and "other_sizes", the
/// report. Errors: FileExists, WriteFailed, DiskFull, InvalidArgument (the network refuses that size),
/// OutOfMemory.
Result<TorchScriptReport> exportTorchScript(Network& network, const std::vector<std::int64_t>& inputShape,
                                            const std::filesystem::path& target, nlohmann::json card,
                                            Overwrite overwrite);

} // namespace fedefm
