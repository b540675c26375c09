// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/anatomy.h"
#include "core/simulate/scene_devices.h"
#include "core/simulate/scene_settings.h"

namespace fedefm {

/// Everything about one run that does not change from frame to frame, and what draws a frame. Immutable.
class Scene
{
public:
    Scene(const SourcePreset& preset, int sizePx, int frames, std::uint64_t seed,
          std::optional<std::uint64_t> machineSeed = {});

    const SceneSettings& settings() const { return m_settings; }
    FramePtr frame(int index) const;
    /// Total attenuation at a frame, with instruments; the picture follows from it by the image chain.
    FloatPlane attenuation(int index) const;
    const ImageChain& chain() const { return *m_chain; }
    SimulatedTruth truth(int index) const;

private:
    SceneMotion motionAt(int index) const;
    const ProcedureState& stateAt(int index) const { return m_states[static_cast<std::size_t>(index) + 1]; }
    void addLayers(FloatPlane& attenuation, const SceneMotion& motion) const;
    void addClutter(FloatPlane& attenuation, TubeRaster& raster, const SceneMotion& motion) const;
    Polyline paintLabel(SimulatedTruth& truth, const std::vector<TubePoint>& tube, std::uint8_t label,
                        double* meanWidthPx) const;

    SceneSettings m_settings;
    std::uint64_t m_seed;
    Anatomy m_anatomy;
    std::vector<ProcedureState> m_states; ///< one before the first frame, for the after-image
    ProcedureState m_passing;             ///< rod empty: none
    std::unique_ptr<const ImageChain> m_chain;
};

} // namespace fedefm
