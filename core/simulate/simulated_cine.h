// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"
#include "core/image/sequence.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// What is done at the proximal end; a frame carries the class of the move that leads to it.
enum class DeviceAction : std::uint8_t {
    Rest,
    AdvanceCatheter,
    RetractCatheter,
    RotateCatheter,
    AdvanceGuidewire,
    RetractGuidewire,
    RotateGuidewire,
};
const char* deviceActionName(DeviceAction action); ///< "advance_catheter"

/// Position in the patient, in mm: x to the patient's left, y to the feet, z to the front; the isocentre is
/// 0.
struct Point3
{
    double x = 0.0;
    double y = 0.0;
    double z = 0.0;
};

/// One beside the catheter of the procedure: it crosses the picture or ends in it.
struct FurtherCatheter
{
    Polyline line; ///< projected centre-line in image pixels, proximal → tip
    double widthPx = 0.0;
    bool tipInside = false; ///< as catheterTipInside
};

/// Exact labels of one frame.
struct SimulatedTruth
{
    std::vector<std::uint8_t> labels; ///< height·width of WireClass values: 0, 1 catheter, 2 guidewire on top
    Polyline catheter;  ///< projected centre-line in image pixels, proximal → tip; may leave the picture
    Polyline guidewire; ///< the visible part: from the catheter's tip (or the border) to its own tip
    double catheterWidthPx = 0.0; ///< mean projected width
    double guidewireWidthPx = 0.0;
    std::vector<FurtherCatheter> furtherCatheters; ///< labelled like the first
    std::vector<Point3> catheterMm;                ///< the same curves in space
    std::vector<Point3> guidewireMm;
    bool catheterTipInside = false; ///< the tip lies in the picture and inside the collimator
    bool guidewireTipInside = false;
    bool touchesWall = false; ///< the rod presses against the vessel wall
    DeviceAction action = DeviceAction::Rest;
};

struct SimulationSettings
{
    std::string preset = "human"; ///< one of simulationPresets()
    int sizePx = 512;             ///< square frames
    int frames = 32;
    std::uint64_t seed = 1; ///< everything random follows from it: anatomy, devices, exposure, noise
    /// The X-ray machine (image chain and aperture) that the scene is seen with; nothing: one of its own.
    std::optional<std::uint64_t> machineSeed = {};
};

/// Names of the source types: "human", "animal", "phantom", "simulation", "coronary" and further ones for the
/// foundation task; docs/simulator.md lists the parameters of each with units.
const std::vector<std::string>& simulationPresets();

/// A simulated fluoroscopy run: an elastic rod in a vessel tree (contact with the wall), rendered by
/// Beer–Lambert attenuation (method.md section 9). The mechanics of all frames run in create(), the pictures
/// are rendered lazily; every frame is a pure function of settings and index. Thread-safe.
class SimulatedCine final : public Sequence
{
public:
    /// Errors: InvalidArgument for an unknown preset (detail names the nearest), a size outside 64…2048 or a
    /// frame count outside 1…10000.
    static Result<std::shared_ptr<const SimulatedCine>> create(const SimulationSettings& settings);
    ~SimulatedCine() override;

    const SequenceInfo& info() const override;
    Result<FramePtr> read(int index) const override;
    Result<SimulatedTruth> truth(int index) const;

private:
    struct Scene;
    explicit SimulatedCine(std::shared_ptr<const Scene> scene);
    std::shared_ptr<const Scene> m_scene;
};

} // namespace fedefm
