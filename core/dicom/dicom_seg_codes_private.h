// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_seg_color_private.h"

#include <optional>

namespace fedefm {

inline constexpr const char* kLabelMapSegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.7";

/// How a wire class is named in DICOM (PS3.16 CID 7150 and CID 7157, SNOMED CT).
struct SegClassCode
{
    WireClass wireClass;
    const char* typeCode;
    const char* typeMeaning;
    Rgb color;
};

const SegClassCode& segClassCode(WireClass wireClass);

/// The class that a segment's codes or label mean; empty when they mean neither.
std::optional<WireClass> segmentClass(const SegSegment& segment);

} // namespace fedefm
