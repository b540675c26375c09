// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace fedefm {

/// Opens a data set on disk or the simulator by its description in a training configuration:
///   {"form": "masks", "path": "DIR", "mask_suffix": "_mask", "group": "regex with one group", …}
/// docs/training-data.md lists the forms and their options. Files that cannot be used are listed as faults;
/// only a set without any usable sample is an error. Paths are relative to `folder` (that of the
/// configuration file). Errors: InvalidArgument (unknown form or key, detail names the nearest),
/// FileNotFound, NotRecognised.
Result<DatasetPtr> openDataset(const nlohmann::json& description, const std::filesystem::path& folder);

/// Names of the forms: "masks", "eiphantom", "eisimulation", "cathaction", "ranzcr", "cathanimal", "guide3d",
/// "vessel12", "drive", "sennet", "decathlon", "coco", "fedefm", "dicom_seg", "simulated", "folders".
std::vector<std::string> datasetForms();

/// The form that a folder looks like, or NotRecognised.
Result<nlohmann::json> guessDataset(const std::filesystem::path& folder);

} // namespace fedefm
