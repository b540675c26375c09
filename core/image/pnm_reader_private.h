// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/frame.h"

#include <cstddef>
#include <string_view>

namespace fedefm {

/// Header of a PGM or PPM picture, plain (P2, P3) or raw (P5, P6).
struct PnmHeader
{
    long long width = 0;
    long long height = 0;
    int samples = 1;
    int highest = 255; ///< "maxval", 1…65535
    bool isPlain = false;
    std::size_t dataOffset = 0;
};

/// `start` is the beginning of the file. Errors: PictureUnreadable.
Result<PnmHeader> readPnmHeader(std::string_view start);

/// The stored values as they are; OpenCV would stretch those with a highest value below 255.
/// Errors: SizeMismatch, PictureUnreadable.
Result<FramePtr> readPnm(std::string_view file);

} // namespace fedefm
