// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

namespace fedefm {

/// Parameters of the classical baseline; lengths in pixels of a 512-pixel-wide image, scaled with the image size.
struct RidgeSettings;

/// Classical wire detection without any training: multi-scale ridge filter → hysteresis → thinning → linking of
/// segments into curves across gaps → class by width → tip estimate. The baseline that neural models must beat.
/// Precision and recall on real frames: docs/performance.md.
class RidgeSegmenter final : public Segmenter {
public:
    RidgeSegmenter();
    ~RidgeSegmenter() override;
    const ModelCard& card() const override;
    Result<Segmentation> segment(const Frame& frame, const SequenceInfo& info, const CancelToken& cancel) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace fedefm
