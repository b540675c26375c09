// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "core/plugin/module.h"

#include <filesystem>

namespace fedefm {

/// Opens whatever it is: DICOM, picture, folder of pictures, or what a module knows (video file, live
/// source). Content decides before the name does. A folder that holds DICOM files only is refused with
/// InvalidArgument and the advice to scan it. Errors: those of the readers; FileNotFound; NotRecognised;
/// ModuleMissing when only a module that is not there could read it.
Result<SequencePtr> openSequence(const std::filesystem::path& path, const ModuleContents& modules);

/// True for names of live sources such as "v4l2:/dev/video0" or "rtsp://camera/stream", which are no files.
bool isLiveSource(const std::filesystem::path& path);

} // namespace fedefm
