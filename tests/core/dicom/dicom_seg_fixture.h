// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "dicom_test_support.h"

namespace fedefm::test {

using Labels = std::vector<std::uint8_t>;

/// A line of catheter, a guidewire pixel at each corner that the frame number picks, nothing in frame 2.
inline Labels labelsOf(int width, int height, int frame)
{
    Labels labels(static_cast<std::size_t>(width) * height, 0);
    if (frame == 2)
        return labels;
    for (int y = 0; y < height; ++y)
        labels[static_cast<std::size_t>(y) * width + (y * 5 + frame) % width] = 1;
    if (frame % 2 == 0)
        labels.front() = 2;
    else
        labels.back() = 2;
    return labels;
}

inline SegmentationPtr resultOf(const SequenceInfo& info, const Labels& labels, int frame)
{
    auto result = std::make_shared<Segmentation>();
    result->width = info.width;
    result->height = info.height;
    for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire}) {
        auto mask =
            RleMask::fromLabel(labels.data(), info.width, info.height, static_cast<std::uint8_t>(wireClass));
        if (!mask.isEmpty())
            result->masks.push_back({wireClass, std::move(mask)});
    }
    result->provenance.modelId = "ridge";
    result->provenance.modelVersion = "1.2";
    result->provenance.frame = frameId(info, frame);
    return result;
}

inline std::filesystem::path makeSource(const QTemporaryDir& folder, int width, int height, int frames)
{
    const auto file = in(folder, "xa.dcm");
    XaDescription description;
    description.identity.patientName = "Doe^Jane";
    description.identity.patientId = "42";
    return writeXa(file, PatternSequence(width, height, frames), description, true) ? file
                                                                                    : std::filesystem::path();
}

} // namespace fedefm::test
