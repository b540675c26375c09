// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/simulated_cine.h"

#include "core/base/nearest_name.h"
#include "core/simulate/scene.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kSmallestPx = 64;
constexpr int kLargestPx = 2048;
constexpr int kMostFrames = 10000;

/// The same seed gives unrelated scenes of different source types.
std::uint64_t seedFor(std::uint64_t seed, const std::string& preset)
{
    std::uint64_t hash = seed;
    for (const char letter : preset)
        hash = mixBits(hash ^ static_cast<std::uint64_t>(static_cast<unsigned char>(letter)));
    return hash;
}

SequenceInfo makeInfo(const SimulationSettings& settings, const SceneSettings& scene)
{
    SequenceInfo info;
    info.path = "simulated-" + settings.preset + "-" + std::to_string(settings.seed);
    info.kind = "generated";
    info.modality = "XA";
    info.width = settings.sizePx;
    info.height = settings.sizePx;
    info.frameCount = settings.frames;
    info.bitsStored = scene.chain.bitsStored;
    info.bitsAllocated = info.bitsStored > 8 ? 16 : 8;
    info.pixelType = info.bitsStored > 8 ? PixelType::U16 : PixelType::U8;
    info.photometric = "MONOCHROME2";
    TimingAttributes timing;
    timing.frameIncrementPointer = "FrameTime";
    timing.frameTimeMs = 1000.0 / scene.motion.fps;
    info.timing = resolveTiming(timing, settings.frames, info.warnings);
    SpacingAttributes spacing;
    spacing.imagerPixelSpacing = {scene.view.pixelMm, scene.view.pixelMm};
    info.spacing = resolveSpacing(spacing);
    const double range = 1 << info.bitsStored;
    info.grey.applyModalityLut = false;
    info.grey.windows.push_back({range * 0.5, range, WindowFunction::Linear, "full range"});
    info.angles.push_back({scene.view.primaryDeg, scene.view.secondaryDeg});
    info.identity.patientName = "Simulated, " + settings.preset;
    // Scenes of different seeds are different patients: a split keeps them apart.
    info.identity.patientId = "SIM-" + settings.preset + "-" + std::to_string(settings.seed);
    info.identity.seriesDescription = "Simulated fluoroscopy, source type " + settings.preset;
    return info;
}

} // namespace

const char* deviceActionName(DeviceAction action)
{
    switch (action) {
    case DeviceAction::AdvanceCatheter:
        return "advance_catheter";
    case DeviceAction::RetractCatheter:
        return "retract_catheter";
    case DeviceAction::RotateCatheter:
        return "rotate_catheter";
    case DeviceAction::AdvanceGuidewire:
        return "advance_guidewire";
    case DeviceAction::RetractGuidewire:
        return "retract_guidewire";
    case DeviceAction::RotateGuidewire:
        return "rotate_guidewire";
    case DeviceAction::Rest:
        break;
    }
    return "rest";
}

const std::vector<std::string>& simulationPresets()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const SourcePreset& preset : sourcePresets())
            all.emplace_back(preset.name);
        return all;
    }();
    return names;
}

struct SimulatedCine::Scene
{
    SequenceInfo info;
    fedefm::Scene content;
};

SimulatedCine::SimulatedCine(std::shared_ptr<const Scene> scene) : m_scene(std::move(scene)) {}
SimulatedCine::~SimulatedCine() = default;

Result<std::shared_ptr<const SimulatedCine>> SimulatedCine::create(const SimulationSettings& settings)
try {
    const SourcePreset* preset = findSourcePreset(settings.preset);
    if (preset == nullptr)
        return fail(ErrorCode::InvalidArgument, "preset " + settings.preset,
                    "did you mean " + nearestName(settings.preset, simulationPresets()) + "?");
    if (settings.sizePx < kSmallestPx || settings.sizePx > kLargestPx)
        return fail(ErrorCode::InvalidArgument, "size " + std::to_string(settings.sizePx),
                    "64 to 2048 pixels");
    if (settings.frames < 1 || settings.frames > kMostFrames)
        return fail(ErrorCode::InvalidArgument, "frames " + std::to_string(settings.frames), "1 to 10000");
    std::optional<std::uint64_t> machineSeed;
    if (settings.machineSeed)
        machineSeed = seedFor(*settings.machineSeed, settings.preset);
    fedefm::Scene content(*preset, settings.sizePx, settings.frames, seedFor(settings.seed, settings.preset),
                          machineSeed);
    SequenceInfo info = makeInfo(settings, content.settings());
    auto scene = std::make_shared<const Scene>(Scene{std::move(info), std::move(content)});
    return std::shared_ptr<const SimulatedCine>(new SimulatedCine(std::move(scene)));
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, "simulation");
}

const SequenceInfo& SimulatedCine::info() const
{
    return m_scene->info;
}

Result<FramePtr> SimulatedCine::read(int index) const
{
    if (index < 0 || index >= m_scene->info.frameCount)
        return fail(ErrorCode::OutOfRange, m_scene->info.path, "frame " + std::to_string(index));
    return m_scene->content.frame(index);
}

Result<SimulatedTruth> SimulatedCine::truth(int index) const
{
    if (index < 0 || index >= m_scene->info.frameCount)
        return fail(ErrorCode::OutOfRange, m_scene->info.path, "frame " + std::to_string(index));
    return m_scene->content.truth(index);
}

} // namespace fedefm
