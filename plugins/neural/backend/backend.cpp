// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/neural/backend/backend.h"

#include "core/model/checkpoint/tensor_file.h"
#include "core/model/torch/network_segmenter.h"
#include "core/model/torch/script_segmenter.h"

extern "C" __attribute__((visibility("default"))) void
fedefm_open_neural_model(const std::filesystem::path& file, const std::string& card,
                         fedefm::Result<std::unique_ptr<fedefm::Segmenter>>& result)
{
    // By content: ".pt" is a TorchScript archive with some programs and a state dictionary with others.
    result = fedefm::isTorchScript(file) ? fedefm::openTorchScript(file, card)
                                         : fedefm::openNetworkFile(file, card);
}
