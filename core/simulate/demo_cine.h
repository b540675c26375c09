// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"
#include "core/image/sequence.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace fedefm {

struct DemoCineSettings
{
    int sizePx = 512;
    int frames = 48;
    double fps = 15.0;
    std::uint64_t seed = 1;
    int bitsStored = 10;
};

/// Labels of one generated frame, exact by construction.
struct DemoTruth
{
    Polyline catheter;  ///< proximal → tip
    Polyline guidewire; ///< part beyond the catheter's tip, proximal → tip
    double catheterWidthPx = 0.0;
    double guidewireWidthPx = 0.0;
};

/// A plausible fluoroscopy run: soft tissue, ribs, spine, diaphragm, breathing, heart beat, a catheter and a
/// guidewire that advance along a vessel path, Beer–Lambert attenuation, scatter, quantum and electronic
/// noise, collimator. Every frame is a pure function of settings and index, so the sequence is lazy.
/// Simulated: the identity says so.
class DemoCine final : public Sequence
{
public:
    explicit DemoCine(const DemoCineSettings& settings);
    const SequenceInfo& info() const override { return m_info; }
    Result<FramePtr> read(int index) const override;
    DemoTruth truth(int index) const;

private:
    struct Scene;
    DemoCineSettings m_settings;
    SequenceInfo m_info;
    std::shared_ptr<const Scene> m_scene;
};

} // namespace fedefm
