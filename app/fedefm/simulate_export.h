// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/base/cancel_token.h"
#include "core/base/progress.h"
#include "core/simulate/simulated_cine.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace fedefm::cli {

/// How a simulated sequence lies on disk; docs/simulator.md lists the files of each.
enum class SimulationForm { Png, Dicom, EiPhantom, CathAction, Guide3d };

struct SimulationExport
{
    const SimulatedCine& cine;
    const SimulationSettings& settings;
    std::filesystem::path folder; ///< must exist
    SimulationForm form = SimulationForm::Png;
    bool force = false;
    const CancelToken& cancel;
    Progress progress;
};

/// Writes the sequence with its labels and returns the files' paths, the picture or DICOM file first.
/// Errors: FileExists, WriteFailed, DiskFull, Cancelled.
Result<std::vector<std::filesystem::path>> exportSimulation(const SimulationExport& job);

/// Exact labels of all frames but the masks: curves in pixels and mm, tips, wall contact, actions.
Result<nlohmann::json> truthJson(const SimulatedCine& cine, const SimulationSettings& settings);

/// Stored values as 8 bit, without a window.
std::vector<std::uint8_t> eightBit(const Frame& frame, int bitsStored);

} // namespace fedefm::cli
