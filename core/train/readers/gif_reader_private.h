// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/frame.h"

#include "core/base/result.h"
#include <filesystem>

namespace fedefm {

/// The first picture of a GIF (GIF89a specification, CompuServe 1990) as 8-bit RGB; masks of DRIVE come like
/// this. What a smaller picture leaves uncovered is the background colour. Errors: those of readFile,
/// PictureUnreadable, TooLarge.
Result<FramePtr> readGif(const std::filesystem::path& file);

} // namespace fedefm
