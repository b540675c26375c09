// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <filesystem>

namespace fedefm {

/// Limits that hold before anything is allocated or parsed.
struct DicomLimits
{
    int maxNesting = 32;                      ///< sequence depth
    long long maxFrameBytes = 512LL << 20;    ///< one decoded frame
    long long maxInflatedBytes = 256LL << 20; ///< deflated transfer syntax
    long long maxHeaderBytes = 64LL << 20;    ///< everything except pixel data
};

/// True when the file looks like DICOM: preamble and "DICM", or a plausible data set without them.
bool looksLikeDicom(const std::filesystem::path& file);

/// Opens a DICOM image of any modality. Reads the header and the positions of the frames only; frames are
/// decoded on read(). Errors: FileNotFound, FileUnreadable, NotDicom, DicomMalformed (offset or tag named),
/// DicomTooDeep, DicomNoPixels, UnsupportedSyntax (syntax named), UnsupportedPixels, SizeMismatch, TooLarge.
Result<SequencePtr> openDicom(const std::filesystem::path& file, const DicomLimits& limits = {});

} // namespace fedefm
