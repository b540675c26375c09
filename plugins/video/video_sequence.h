// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <filesystem>

namespace fedefm::video {

/// Opens a video file as a lazy sequence: grey when the pictures are, else RGB; times from the container.
/// Errors: FileNotFound, VideoUnreadable, TooLarge.
Result<SequencePtr> openVideo(const std::filesystem::path& file);

/// Fields that every 8-bit sequence of this module shares.
SequenceInfo makeVideoInfo(const std::string& path, int width, int height, int samples, int frameCount);

} // namespace fedefm::video
