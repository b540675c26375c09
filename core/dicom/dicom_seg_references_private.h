// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_header_private.h"

#include <string>
#include <vector>

namespace fedefm {

/// What the functional groups say about one frame of a segmentation.
struct SegFrameReference
{
    int segmentNumber = 0; ///< 0: not said
    std::string sopInstanceUid;
    std::vector<int> sourceFrames; ///< 0-based; empty with allFrames
    bool allFrames = false;
};

/// Reads shared and per-frame functional groups. Frames without a Derivation Image are attributed by order to
/// the instances of the Referenced Series Sequence where the counts leave no doubt. The result has
/// `frameCount` entries; what was guessed or is missing is named once in `warnings`.
std::vector<SegFrameReference> readSegReferences(DcmItem& dataset, int frameCount,
                                                 std::vector<std::string>& warnings);

/// First item of a sequence attribute, or null.
DcmItem* firstItem(DcmItem* parent, const DcmTagKey& key);

} // namespace fedefm
