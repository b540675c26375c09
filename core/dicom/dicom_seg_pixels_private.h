// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_header_private.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Size and encoding of a segmentation's frames, checked for sense.
struct SegLayout
{
    int rows = 0;
    int columns = 0;
    int frameCount = 1;
    int bitsAllocated = 1;

    std::size_t framePixels() const
    {
        return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    }
};

/// Errors: DicomMalformed, DicomNoPixels, UnsupportedPixels, TooLarge.
Result<SegLayout> readSegLayout(const dicom::DicomHeader& header, const std::string& subject);

/// Frames of a segmentation as one byte per pixel; only one is in memory at a time.
class SegPixels
{
public:
    virtual ~SegPixels() = default;
    /// Fills `pixels` (rows·columns values). Errors: SizeMismatch, CodecFailed, UnsupportedPixels.
    virtual Status frame(int index, std::vector<std::uint8_t>& pixels) = 0;
};

/// Errors: SizeMismatch when the layout promises more than the file holds, UnsupportedSyntax, those of
/// openDicom.
Result<std::unique_ptr<SegPixels>> openSegPixels(const dicom::DicomScan& scan, const SegLayout& layout,
                                                 const std::filesystem::path& path);

} // namespace fedefm
