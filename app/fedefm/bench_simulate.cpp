// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_measure.h"
#include "core/simulate/simulated_cine.h"

#include <atomic>
#include <thread>

namespace fedefm::cli {

namespace {

constexpr int kFrames = 48;
constexpr int kThreads = 2;
constexpr int kScenes = 9;

/// Frames with labels per second by two threads, as a data loader works.
Result<double> framesPerSecond(const SimulatedCine& cine)
{
    std::atomic<int> next{0};
    std::atomic<bool> isFailed{false};
    const auto work = [&] {
        for (int index = next++; index < kFrames; index = next++)
            if (!cine.read(index) || !cine.truth(index))
                isFailed = true;
    };
    const SteadyClock clock;
    const double start = clock.nowMs();
    std::vector<std::thread> threads;
    for (int i = 1; i < kThreads; ++i)
        threads.emplace_back(work);
    work();
    for (std::thread& thread : threads)
        thread.join();
    if (isFailed)
        return fail(ErrorCode::Internal, "simulation");
    return 1000.0 * kFrames / std::max(clock.nowMs() - start, 1e-3);
}

} // namespace

Result<Figures> benchSimulate(const BenchInputs&, Context& context)
{
    std::vector<double> rates;
    for (const std::string& preset : simulationPresets()) {
        const auto cine = SimulatedCine::create({preset, 512, kFrames, context.general.seed});
        if (!cine)
            return tl::unexpected(cine.error());
        const auto rate = framesPerSecond(**cine);
        if (!rate)
            return tl::unexpected(rate.error());
        rates.push_back(*rate);
    }
    BenchFigure frames;
    frames.name = "simulate_512_frames_and_labels";
    frames.unit = "frames/s";
    frames.value = medianOf(rates);
    frames.target = 30.0;
    frames.targetIsMinimum = true;
    std::uint64_t seed = context.general.seed;
    BenchFigure scene;
    scene.name = "simulate_new_scene_and_frame_512";
    scene.unit = "ms";
    scene.value = medianMs(kScenes, [&] {
        if (const auto cine = SimulatedCine::create({"human", 512, 1, ++seed}))
            (void)(*cine)->read(0);
    });
    scene.target = 60.0;
    return Figures{frames, scene};
}

} // namespace fedefm::cli
