// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

namespace fedefm {

/// The back end's one symbol. Both sides are built together, so C++ types may cross.
using OpenNeuralModel = void (*)(const std::filesystem::path& file, const std::string& card,
                                 Result<std::unique_ptr<Segmenter>>& result);
inline constexpr const char* kOpenNeuralModel = "fedefm_open_neural_model";

} // namespace fedefm
