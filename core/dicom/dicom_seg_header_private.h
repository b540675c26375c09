// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/uid.h"
#include "core/dicom/dicom_header_private.h"
#include "core/model/segmenter.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// The image that a new segmentation refers to.
struct SegSource
{
    dicom::DicomHeader header;
    std::string sopClassUid;
    std::string sopInstanceUid;
    std::string seriesUid;
    int rows = 0;
    int columns = 0;
    int frameCount = 1;
};

/// What a new segmentation holds, in the order of its frames.
struct SegContent
{
    struct Frame
    {
        int segmentNumber = 1; ///< 1-based index into `classes`
        int sourceFrame = 0;   ///< 0-based
    };
    std::string algorithm;
    std::vector<WireClass> classes;
    std::vector<Frame> frames;
};

/// All attributes of a BINARY Segmentation (PS3.3 A.51) except the pixel data.
std::unique_ptr<DcmDataset> segHeader(const SegSource& source, const SegContent& content, UidGenerator& uids);

} // namespace fedefm
