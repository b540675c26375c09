// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/torch/trainer.h"

namespace fedefm::cli {

/// Opens the data sets of a configuration; relative paths begin at `data.folder`. Without the imaging
/// libraries only the form "simulated" is there.
DatasetOpener dataOpener(const nlohmann::json& data);

/// Writes sample predictions; empty without the imaging libraries.
PictureWriter pictureWriter();

} // namespace fedefm::cli
