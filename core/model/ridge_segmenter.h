// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

namespace fedefm {

/// Parameters of the classical baseline. Lengths are in pixels of a picture 512 pixels wide and scale with
/// its size.
struct RidgeSettings
{
    int workingSizeMaxPx = 640; ///< larger pictures are reduced to this longer side
    int workingSizeMinPx = 400; ///< smaller ones are doubled
    double darkLimit = 0.06;    ///< below this part of the brightness range lies the collimator
    double fieldMarginPx = 4.0; ///< kept free along the collimator's edge

    double lowStrength = 1.6; ///< hysteresis, in multiples of the local ridge background
    double highStrength = 3.0;
    double minContrast = 1.2; ///< per cent of attenuation below which nothing counts

    double maxGapPx = 45.0;
    double fadeLimit = 0.34; ///< a curve whose strength drops below this part for good is cut there
    double minLengthPx = 45.0;
    double minScore = 28.0;     ///< visibility · √length · smoothness
    double minScorePart = 0.25; ///< of the best curve's score in the frame
    double anchorPx = 55.0; ///< a wire comes from the edge of the field: one end is at most this far from it
    double catheterWidthPx = 4.5; ///< apparent width from which a curve counts as a catheter
};

/// Classical wire detection without any training: multi-scale ridge filter → hysteresis → thinning → linking
/// of segments into curves across gaps → class by width → tip estimate. The baseline that neural models must
/// beat. Precision and recall on real frames: docs/performance.md.
class RidgeSegmenter final : public Segmenter
{
public:
    explicit RidgeSegmenter(const RidgeSettings& settings = {});
    ~RidgeSegmenter() override;
    const ModelCard& card() const override;
    Result<Segmentation> segment(const Frame& frame, const SequenceInfo& info,
                                 const CancelToken& cancel) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace fedefm
