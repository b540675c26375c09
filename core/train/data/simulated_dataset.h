// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"

#include <nlohmann/json.hpp>

namespace fedefm {

struct SimulatedDatasetSettings
{
    std::vector<std::string> presets{"human", "animal", "phantom", "simulation"};
    int scenes = 1000;        ///< anatomies with their devices; scene k has seed + k
    int framesPerScene = 4;   ///< samples drawn from each
    int smallestSizePx = 256; ///< each scene has a size of its own in between, a multiple of 32
    int largestSizePx = 512;
    std::uint64_t seed = 1;
    /// X-ray machines of each source, the same for every seed, as the pictures of one hospital come from few
    /// of them; 0: each scene has one of its own.
    int machinesPerSource = 0;
};

/// Frames of the simulator, made when they are asked for; size = scenes · framesPerScene. Group = scene,
/// source = preset, image class = index of the preset.
Result<DatasetPtr> simulatedDataset(const SimulatedDatasetSettings& settings);

/// From {"form": "simulated", "presets": […], "scenes", "frames_per_scene", "smallest_size_px",
/// "largest_size_px", "seed", "machines_per_source"}, which needs no reader. Errors: InvalidArgument as above
/// and for unknown keys.
Result<DatasetPtr> openSimulatedDataset(const nlohmann::json& description);

} // namespace fedefm
