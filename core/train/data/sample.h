// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/geometry/polyline.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// A centre-line or a tip of a sample, in image pixels.
struct SampleCurve
{
    int label = 0; ///< class number of the mask
    Polyline points;
    double widthPx = 0.0;
};

/// One picture with its labels, before any transform.
struct Sample
{
    int width = 0;
    int height = 0;
    int channels = 1;
    std::vector<float> image; ///< channels·height·width, planar, 0…1 over the range of the stored values
    std::vector<std::uint8_t> labels; ///< height·width class numbers; empty when there is no mask
    std::vector<SampleCurve> curves;
    int imageClass = -1; ///< class of the whole picture (source type, line position …); -1: none
    std::vector<std::uint8_t> imageFlags; ///< multi-label annotation of the whole picture, 0/1; empty: none
};

/// What is known of a sample without reading it.
struct SampleInfo
{
    std::string id;    ///< unique in its data set: file name with frame, never a patient's name
    std::string group; ///< patient, video or scene: samples of one group never stand on both sides of a split
    std::string source; ///< "human", "phantom", "CathAction" …
    int imageClass = -1;
};

} // namespace fedefm
