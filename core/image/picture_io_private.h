// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/frame.h"
#include "core/image/picture_probe_private.h"

#include <filesystem>

namespace fedefm {

/// Decodes one page of a probed file; what comes out must match the header.
/// Errors: FileNotFound, FileUnreadable, PictureUnreadable, SizeMismatch, OutOfMemory.
Result<FramePtr> decodePicture(const std::filesystem::path& file, PictureFormat format,
                               const PicturePage& page);

} // namespace fedefm
