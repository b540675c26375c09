// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/bench_learn.h"

#include "app/cli/child_process.h"
#include "app/learn/peak_memory.h"
#include "app/learn/python_peer.h"

#include <cstdlib>
#include <map>

namespace fedefm::cli {

namespace {

constexpr double kUnetGigaMacsAt256 = 48.1; ///< of one picture, forwards; grows with the pixels
constexpr double kVitGigaMacsAt256 = 14.17;
constexpr const char* kPeer = "eager Python, float32";

BenchmarkWork unetWork(int batch, int sizePx, bool isTraining)
{
    BenchmarkWork work;
    work.network = {"unet", {{"n_channels", 1}, {"n_classes", 3}}};
    work.batch = batch;
    work.sizePx = sizePx;
    work.classes = 3;
    work.isTraining = isTraining;
    return work;
}

BenchmarkWork vitWork()
{
    BenchmarkWork work;
    work.network = {"fedefm_medvit", nlohmann::json::object()};
    work.batch = 4;
    work.channels = 3;
    work.classes = 6;
    work.isClassification = true;
    return work;
}

double timeMs(StepBenchmark& benchmark)
{
    const SteadyClock clock;
    const double startMs = clock.nowMs();
    benchmark.run();
    return clock.nowMs() - startMs;
}

/// Ours and the peer's in turn; the order alternates, so that neither always finds the caches warm.
struct Comparison
{
    double oursMs = 0.0;
    std::optional<double> peerMs;
    std::optional<double> ratio;
};

Result<Comparison> compare(StepBenchmark& ours, PythonPeer* peer, const Workload& workload)
{
    std::vector<double> own;
    std::vector<double> others;
    std::vector<double> ratios;
    for (int warmUp = 0; warmUp < 2; ++warmUp)
        ours.run();
    for (int repeat = 0; repeat < workload.repeats; ++repeat) {
        if (repeat % 2 == 0)
            own.push_back(timeMs(ours));
        if (peer) {
            const auto ms = peer->runMs(workload.peer);
            if (!ms)
                return tl::unexpected(ms.error());
            others.push_back(*ms);
        }
        if (repeat % 2 == 1)
            own.push_back(timeMs(ours));
        if (peer)
            ratios.push_back(others.back() / own.back());
    }
    Comparison comparison;
    comparison.oursMs = medianOf(own);
    if (peer) {
        comparison.peerMs = medianOf(others);
        comparison.ratio = medianOf(ratios);
    }
    return comparison;
}

BenchFigure memoryFigure(const Workload& workload, double oursMb, std::optional<double> peerMb)
{
    BenchFigure figure;
    figure.name = workload.title + ", peak memory";
    figure.value = oursMb;
    figure.unit = "MB";
    figure.target = 1.0;
    figure.targetIsMinimum = true;
    figure.targetIsRatio = true;
    if (peerMb) {
        figure.peer = BenchFigure::Reference{kPeer, *peerMb};
        figure.peerRatio = *peerMb / oursMb;
    }
    return figure;
}

Status addFigures(const Workload& workload, PythonPeer* peer, int threads, double flops,
                  const std::function<void(const BenchFigure&)>& add)
{
    {
        auto ours = StepBenchmark::create(workload.work, threads);
        if (!ours)
            return tl::unexpected(ours.error());
        const auto comparison = compare(**ours, peer, workload);
        if (!comparison)
            return tl::unexpected(comparison.error());
        BenchFigure figure;
        figure.name = workload.title;
        figure.value = comparison->oursMs;
        figure.unit = "ms";
        figure.target = workload.target;
        figure.targetIsMinimum = true;
        figure.targetIsRatio = true;
        figure.limit = BenchFigure::Reference{"speed of a matrix product", 2e12 * workload.gigaMacs / flops};
        if (comparison->peerMs)
            figure.peer = BenchFigure::Reference{kPeer, *comparison->peerMs};
        figure.peerRatio = comparison->ratio;
        add(figure);
    }
    const auto ownMemory = outputOf("/proc/self/exe", {"--quiet", "--threads", std::to_string(threads),
                                                       "bench", "--memory-of", workload.name});
    if (!ownMemory)
        return tl::unexpected(ownMemory.error());
    std::optional<double> peerMemory;
    if (peer)
        if (const auto measured = PythonPeer::peakMemoryMb(workload.peer, threads))
            peerMemory = *measured;
    add(memoryFigure(workload, std::strtod(ownMemory->c_str(), nullptr), peerMemory));
    return {};
}

} // namespace

const std::vector<Workload>& workloads()
{
    static const std::vector<Workload> all = [] {
        std::vector<Workload> list{
            {"unet_train", "unet_train", "U-Net, training step of 2 x 256²", unetWork(2, 256, true),
             3.0 * 2.0 * kUnetGigaMacsAt256, 1.2, 5},
            {"vit_train", "vit_train", "foundation ViT, training step of 4 x 256²", vitWork(),
             3.0 * 4.0 * kVitGigaMacsAt256, 1.2, 7},
            {"unet_infer", "unet_infer", "U-Net, inference at 512²", unetWork(1, 512, false),
             4.0 * kUnetGigaMacsAt256, 1.5, 7},
        };
        if (!computesInBfloat16("cpu"))
            return list;
        const std::size_t inFloat = list.size();
        for (std::size_t i = 0; i < inFloat; ++i) {
            Workload reduced = list[i];
            reduced.name += "_bfloat16";
            reduced.title += ", bfloat16";
            reduced.work.useBfloat16 = true;
            list.push_back(reduced);
        }
        return list;
    }();
    return all;
}

const Workload* findWorkload(const std::string& name)
{
    for (const Workload& workload : workloads())
        if (name == workload.name)
            return &workload;
    return nullptr;
}

Status benchTraining(int threads, const std::function<void(const BenchFigure&)>& add,
                     const std::function<void(const std::string&)>& say)
{
    auto peer = PythonPeer::start(threads);
    if (!peer)
        say("no comparison with eager Python: " + describe(peer.error()));
    else
        say("eager Python with torch " + (*peer)->version() + ", " + std::to_string(threads) +
            " threads each");
    const std::map<bool, double> flops{{false, matrixProductFlops(threads, false)},
                                       {true, matrixProductFlops(threads, true)}};
    for (const Workload& workload : workloads())
        if (auto added = addFigures(workload, peer ? peer->get() : nullptr, threads,
                                    flops.at(workload.work.useBfloat16), add);
            !added)
            return added;
    return {};
}

Result<double> peakMemoryOfWorkload(const std::string& name, int threads)
{
    const Workload* workload = findWorkload(name);
    if (workload == nullptr)
        return fail(ErrorCode::InvalidArgument, name, "no such workload");
    auto ours = StepBenchmark::create(workload->work, threads);
    if (!ours)
        return tl::unexpected(ours.error());
    for (int repeat = 0; repeat < 3; ++repeat)
        (*ours)->run();
    return peakMemoryMb();
}

} // namespace fedefm::cli
