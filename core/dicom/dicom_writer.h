// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <filesystem>
#include <vector>

namespace fedefm {

/// What a new XA multi-frame image says about itself.
struct XaDescription
{
    Identity identity; ///< patientName in DICOM's form "Family^Given"
    std::string seriesDescription;
    double fps = 15.0;
    double imagerSpacingMm = 0.0; ///< 0: not written
    double magnification = 0.0;
    CArmAngles angles;
    std::uint64_t uidSeed = 0; ///< 0: random UIDs
    std::string manufacturer = "FedEFM Studio";
    std::string derivation; ///< Derivation Description; says when an image is simulated
};

/// Writes grey frames (U8, or U16 with `bitsStored`) as an X-Ray Angiographic Image, explicit little endian,
/// frame by frame (bounded memory), whole-file-then-rename.
Status writeXa(const std::filesystem::path& target, const Sequence& frames, const XaDescription& description,
               bool overwrite);

} // namespace fedefm
