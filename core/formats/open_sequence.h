// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "core/plugin/module.h"

#include <filesystem>

namespace fedefm {

/// Opens whatever it is: DICOM, picture, folder of pictures, or what a module knows (video).
/// A folder that holds DICOM files only is refused with InvalidArgument and the advice to scan it.
/// Errors: those of the readers; NotRecognised; ModuleMissing when only a module that is not there could read it.
Result<SequencePtr> openSequence(const std::filesystem::path& path, const ModuleContents& modules);

} // namespace fedefm
