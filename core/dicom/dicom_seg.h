// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "core/model/segmenter.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// A segment of a DICOM Segmentation (PS3.3 C.8.20.2).
struct SegSegment
{
    int number = 1;
    std::string label;
    std::string algorithm;
    std::string trackingId;
    std::string typeCode; ///< Segmented Property Type code value and meaning
    std::string typeMeaning;
    std::optional<std::array<std::uint8_t, 3>> rgb; ///< from Recommended Display CIELab
};

/// One frame of one segment; a label map gives one per label that occurs. FRACTIONAL values count as set from
/// half of the maximum.
struct SegFrame
{
    int segmentNumber = 1;
    std::string sourceSopInstanceUid; ///< empty when the file does not say
    int sourceFrame = 0;              ///< 0-based
    bool allFrames = false; ///< the file names the instance without a frame: it holds for each of them
    RleMask mask;
};

struct SegObject
{
    int rows = 0;
    int columns = 0;
    bool fractional = false;
    std::string sopInstanceUid;
    std::string seriesUid;
    std::string studyUid;
    std::vector<SegSegment> segments;
    std::vector<SegFrame> frames;
    std::vector<std::string> warnings;
};

/// Reads a Segmentation Storage object. Bits run on without padding across rows and frames, so any width
/// works. Errors: those of openDicom, InvalidArgument when the object is no SEG, SizeMismatch.
Result<SegObject> readSeg(const std::filesystem::path& file);

/// The SEG's masks for `image`, per frame index, as segmentations whose provenance names the SEG. Segments
/// are mapped to classes by label or code (catheter, guidewire; any other becomes catheter and is named in
/// `warnings`). Errors: ReferenceMismatch when the SEG refers to another image or its size differs.
Result<std::vector<std::pair<int, SegmentationPtr>>> segmentationsFor(const SegObject& seg,
                                                                      const SequenceInfo& image);

/// Writes a BINARY SEG with one frame per (segment, source frame) that has a mask, referring to `source` (a
/// DICOM file) frame by frame. Study, patient and frame of reference are the source's; series and instance
/// are new. Errors: DicomMalformed when the source is not DICOM, InvalidArgument when there is nothing to
/// write, WriteFailed …
Status writeSeg(const std::filesystem::path& target, const std::filesystem::path& source,
                const std::vector<SegmentationPtr>& results, bool overwrite);

} // namespace fedefm
