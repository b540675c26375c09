// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/byte_source_private.h"
#include "core/image/sequence.h"

#include <optional>

namespace fedefm::dicom {

/// What the markers of a JPEG stream say (ITU-T T.81 annex B).
struct JpegHeader
{
    int process = 0; ///< 0 baseline, 1 extended, 2 progressive, 3 lossless …: the n of SOFn
    int precision = 0;
    int rows = 0;
    int columns = 0;
    int components = 0;
    int scans = 0;
    bool isSubsampled = false;
    bool hasJfif = false;
    bool hasRgbIds = false;
    int adobeTransform = -1; ///< -1 when there is no Adobe marker

    bool isLossless() const { return process == 3; }
    /// The colour model of three components, or empty when the stream does not tell.
    std::optional<ColorModel> colorModel() const;
};

/// Empty when there is no frame header.
std::optional<JpegHeader> readJpegHeader(const Bytes& stream);

} // namespace fedefm::dicom
