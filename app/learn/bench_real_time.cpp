// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/bench_learn.h"
#include "app/learn/run_options.h"
#include "core/model/checkpoint/model_files.h"
#include "core/model/torch/network_segmenter.h"
#include "core/simulate/simulated_cine.h"

namespace fedefm::cli {

namespace {

constexpr int kSizePx = 512;
constexpr int kRepeats = 15;
constexpr int kFrames = 60;

Result<std::unique_ptr<Segmenter>> openShipped(const std::string& name)
{
    const std::filesystem::path file = whereInitIs(name, {});
    const std::string card = modelCardText(file);
    if (card.empty())
        return fail(ErrorCode::ModelNotFound, name, "installer/train-models makes it");
    return openNetworkFile(file, card);
}

} // namespace

Status benchRealTime(int threads, const std::function<void(const BenchFigure&)>& add)
{
    SimulationSettings settings;
    settings.sizePx = kSizePx;
    settings.frames = 1;
    const auto cine = SimulatedCine::create(settings);
    if (!cine)
        return tl::unexpected(cine.error());
    const auto frame = (*cine)->read(0);
    if (!frame)
        return tl::unexpected(frame.error());
    const auto segmenter = openShipped("wirenet-fast");
    if (!segmenter)
        return tl::unexpected(segmenter.error());
    BenchmarkWork inference = findWorkload("unet_infer")->work;
    inference.useBfloat16 = computesInBfloat16("cpu");
    const auto unet = StepBenchmark::create(inference, threads);
    if (!unet)
        return tl::unexpected(unet.error());
    Status status;
    const auto segment = [&] {
        const auto segmented = (*segmenter)->segment(**frame, (*cine)->info(), {});
        if (!segmented)
            status = tl::unexpected(segmented.error());
    };
    const auto segmentByUnet = [&] { (*unet)->run(); };
    for (int warmUp = 0; warmUp < 2; ++warmUp) {
        segment();
        segmentByUnet();
    }
    // As in use, where one frame follows another; beside the U-Net each finds the other's data in the caches.
    std::vector<double> ownMs;
    const SteadyClock clock;
    for (int repeat = 0; repeat < kFrames; ++repeat) {
        const double startMs = clock.nowMs();
        segment();
        ownMs.push_back(clock.nowMs() - startMs);
    }
    const Paired paired = pairedMs(kRepeats, segment, segmentByUnet);
    if (!status)
        return status;
    BenchFigure speed;
    speed.name = "wirenet-fast from frame to mask and curves, 512²";
    speed.value = 1e3 / medianOf(ownMs);
    speed.unit = "frames/s";
    speed.target = 20.0;
    speed.targetIsMinimum = true;
    add(speed);
    BenchFigure gain;
    gain.name = "the same beside the U-Net";
    gain.value = paired.firstMs;
    gain.unit = "ms";
    gain.target = 5.0;
    gain.targetIsMinimum = true;
    gain.targetIsRatio = true;
    gain.peer = BenchFigure::Reference{"our U-Net, to class numbers", paired.secondMs};
    gain.peerRatio = paired.ratio;
    add(gain);
    return {};
}

} // namespace fedefm::cli
