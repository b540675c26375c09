// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/simulated_dataset.h"

#include "core/base/nearest_name.h"
#include "core/base/strict_object.h"
#include "core/simulate/simulated_cine.h"
#include "core/train/data/epoch_order_private.h"
#include "core/train/data/frame_sample.h"
#include "core/train/data/random.h"

#include <algorithm>
#include <list>
#include <mutex>

namespace fedefm {

namespace {

constexpr int kFramesOfScene = 24; ///< length of the run from which the samples are drawn
constexpr int kSizeStepPx = 32;
constexpr std::size_t kKeptScenes = 2 * kWindowBlocks;

using ScenePtr = std::shared_ptr<const SimulatedCine>;

/// The scenes used last; each is made once however many threads ask for it at the same time.
class SceneCache
{
public:
    template <typename Make> Result<ScenePtr> get(std::size_t scene, const Make& make)
    {
        const std::shared_ptr<Entry> entry = entryOf(scene);
        std::call_once(entry->once, [&] { entry->cine = make(); });
        return entry->cine;
    }

private:
    struct Entry
    {
        std::size_t scene = 0;
        std::once_flag once;
        Result<ScenePtr> cine;
    };

    std::shared_ptr<Entry> entryOf(std::size_t scene)
    {
        const std::lock_guard lock(m_mutex);
        const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                        [scene](const auto& entry) { return entry->scene == scene; });
        if (found != m_entries.end()) {
            m_entries.splice(m_entries.begin(), m_entries, found);
            return m_entries.front();
        }
        m_entries.push_front(std::make_shared<Entry>());
        m_entries.front()->scene = scene;
        if (m_entries.size() > kKeptScenes)
            m_entries.pop_back();
        return m_entries.front();
    }

    std::mutex m_mutex;
    std::list<std::shared_ptr<Entry>> m_entries;
};

class SimulatedDataset final : public Dataset
{
public:
    explicit SimulatedDataset(SimulatedDatasetSettings settings) : m_settings(std::move(settings)) {}

    std::size_t size() const override
    {
        return static_cast<std::size_t>(m_settings.scenes) *
               static_cast<std::size_t>(m_settings.framesPerScene);
    }
    std::size_t blockOf(std::size_t index) const override
    {
        return index / static_cast<std::size_t>(m_settings.framesPerScene);
    }
    int classCount() const override { return 3; }
    std::vector<std::string> classNames() const override { return {"background", "catheter", "guidewire"}; }
    std::vector<std::string> imageClassNames() const override { return m_settings.presets; }

    SampleInfo sampleInfo(std::size_t index) const override
    {
        const std::size_t scene = blockOf(index);
        const std::size_t preset = scene % m_settings.presets.size();
        SampleInfo info;
        info.group = m_settings.presets[preset] + "-" + std::to_string(m_settings.seed + scene);
        info.id = info.group + "-" + std::to_string(frameOf(index));
        info.source = m_settings.presets[preset];
        info.imageClass = static_cast<int>(preset);
        return info;
    }
    Result<Sample> sample(std::size_t index) const override;

private:
    SimulationSettings sceneSettings(std::size_t scene) const
    {
        SimulationSettings settings;
        settings.preset = m_settings.presets[scene % m_settings.presets.size()];
        settings.seed = m_settings.seed + scene;
        if (m_settings.machinesPerSource > 0)
            settings.machineSeed = machineOf(scene);
        settings.frames = std::max(kFramesOfScene, m_settings.framesPerScene);
        const int steps = (m_settings.largestSizePx - m_settings.smallestSizePx) / kSizeStepPx + 1;
        Random random(mixSeed(settings.seed, 0x512EULL));
        settings.sizePx = m_settings.smallestSizePx +
                          kSizeStepPx * static_cast<int>(random.below(static_cast<std::size_t>(steps)));
        return settings;
    }

    std::uint64_t machineOf(std::size_t scene) const
    {
        return scene / m_settings.presets.size() % static_cast<std::size_t>(m_settings.machinesPerSource);
    }

    /// Somewhere in the sample's own share of the run.
    int frameOf(std::size_t index) const
    {
        const auto perScene = static_cast<std::size_t>(m_settings.framesPerScene);
        const auto frames = static_cast<std::size_t>(std::max(kFramesOfScene, m_settings.framesPerScene));
        const std::size_t part = index % perScene;
        const std::size_t first = part * frames / perScene;
        const std::size_t end = (part + 1) * frames / perScene;
        Random random(mixSeed(m_settings.seed, index));
        return static_cast<int>(first + random.below(end - first));
    }

    const SimulatedDatasetSettings m_settings;
    mutable SceneCache m_scenes;
};

Result<Sample> SimulatedDataset::sample(std::size_t index) const
{
    if (index >= size())
        return fail(ErrorCode::OutOfRange, "simulated", "sample " + std::to_string(index));
    const std::size_t scene = blockOf(index);
    const auto cine = m_scenes.get(scene, [&] { return SimulatedCine::create(sceneSettings(scene)); });
    if (!cine)
        return tl::unexpected(cine.error());
    const int frameIndex = frameOf(index);
    const auto frame = (*cine)->read(frameIndex);
    if (!frame)
        return tl::unexpected(frame.error());
    auto truth = (*cine)->truth(frameIndex);
    if (!truth)
        return tl::unexpected(truth.error());
    Sample sample = sampleOf(**frame, (*cine)->info());
    sample.labels = std::move(truth->labels);
    if (!truth->catheter.empty())
        sample.curves.push_back({1, std::move(truth->catheter), truth->catheterWidthPx});
    if (!truth->guidewire.empty())
        sample.curves.push_back({2, std::move(truth->guidewire), truth->guidewireWidthPx});
    for (FurtherCatheter& further : truth->furtherCatheters)
        sample.curves.push_back({1, std::move(further.line), further.widthPx});
    sample.imageClass = static_cast<int>(scene % m_settings.presets.size());
    return sample;
}

} // namespace

Result<DatasetPtr> simulatedDataset(const SimulatedDatasetSettings& settings)
{
    const auto wrong = [](const std::string& detail) {
        return fail(ErrorCode::InvalidArgument, "simulated", detail);
    };
    if (settings.presets.empty())
        return wrong("presets: at least one is needed");
    const auto& known = simulationPresets();
    for (const std::string& preset : settings.presets)
        if (std::find(known.begin(), known.end(), preset) == known.end())
            return wrong("unknown preset " + preset + ", nearest: " + nearestName(preset, known));
    if (settings.scenes < 1 || settings.framesPerScene < 1 || settings.framesPerScene > 10000)
        return wrong("scenes and frames_per_scene: at least 1 is needed");
    if (settings.smallestSizePx < 64 || settings.largestSizePx > 2048 ||
        settings.smallestSizePx > settings.largestSizePx)
        return wrong("sizes " + std::to_string(settings.smallestSizePx) + " to " +
                     std::to_string(settings.largestSizePx) + " px: smallest_size_px is from 64 to " +
                     "largest_size_px, that up to 2048");
    if (const int beyond = settings.smallestSizePx % kSizeStepPx; beyond != 0)
        return wrong("smallest_size_px " + std::to_string(settings.smallestSizePx) + " is no multiple of " +
                     std::to_string(kSizeStepPx) + "; the next one is " +
                     std::to_string(settings.smallestSizePx + kSizeStepPx - beyond));
    return std::make_shared<const SimulatedDataset>(settings);
}

Result<DatasetPtr> openSimulatedDataset(const nlohmann::json& description)
{
    SimulatedDatasetSettings settings;
    std::string form;
    StrictObject options(description, "data");
    options.text("form", form);
    options.texts("presets", settings.presets);
    options.integer("scenes", settings.scenes, 1, 100'000'000);
    options.integer("frames_per_scene", settings.framesPerScene, 1, 10000);
    options.integer("smallest_size_px", settings.smallestSizePx, 64, 2048);
    options.integer("largest_size_px", settings.largestSizePx, 64, 2048);
    options.seed("seed", settings.seed);
    options.integer("machines_per_source", settings.machinesPerSource, 0, 1'000'000);
    if (const auto done = options.finish(); !done)
        return tl::unexpected(done.error());
    return simulatedDataset(settings);
}

} // namespace fedefm
