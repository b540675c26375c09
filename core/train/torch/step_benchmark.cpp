// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/step_benchmark.h"

#include "core/base/clock.h"
#include "core/model/networks/torchscript_private.h"
#include "core/train/torch/losses_private.h"
#include "core/train/torch/optimizer_private.h"
#include "core/train/torch/tensors_private.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace fedefm {

struct StepBenchmark::State
{
    BenchmarkWork work;
    torch::Device device = torch::kCPU;
    NetworkPtr network;
    std::unique_ptr<Optimizer> optimizer;
    std::optional<torch::jit::Module> frozen;
    torch::Tensor images, labels;

    void train()
    {
        optimizer->zeroGrad();
        torch::Tensor loss;
        {
            torch::Tensor logits;
            {
                const AutocastScope autocast(work.useBfloat16, device);
                logits = network->forward(images);
            }
            loss = work.isClassification ? crossEntropyLoss(logits, labels, {})
                                         : segmentationLoss(logits, labels, LossSettings{}, {});
        }
        loss.backward();
        loss.item<double>();
        optimizer->step(1e-4);
    }

    void infer()
    {
        const torch::NoGradGuard noGrad;
        frozen->forward({images}).toTensor().argmax(1).to(torch::kByte).to(torch::kCPU);
    }
};

StepBenchmark::StepBenchmark(std::unique_ptr<State> state) : m_state(std::move(state)) {}

StepBenchmark::~StepBenchmark() = default;

Result<std::unique_ptr<StepBenchmark>> StepBenchmark::create(const BenchmarkWork& work, int threads)
{
    at::set_num_threads(threads);
    auto state = std::make_unique<State>();
    state->work = work;
    const auto device = openDevice(work.device);
    if (!device)
        return tl::unexpected(device.error());
    state->device = *device;
    if (work.useBfloat16 && !hasBfloat16(*device))
        return fail(ErrorCode::InvalidArgument, "precision", "this processor does not compute in bfloat16");
    torch::manual_seed(1);
    auto network = makeNetwork(work.network);
    if (!network)
        return tl::unexpected(network.error());
    state->network = std::move(*network);
    state->network->to(state->device);
    useChannelsLast(*state->network);
    const std::int64_t size = work.sizePx;
    state->images = torch::rand({work.batch, work.channels, size, size})
                        .to(state->device)
                        .contiguous(torch::MemoryFormat::ChannelsLast);
    if (!work.isTraining) {
        state->network->eval();
        auto frozen = frozenForInference(*state->network, {work.batch, work.channels, size, size},
                                         work.useBfloat16 ? Precision::Bfloat16 : Precision::Float32);
        if (!frozen)
            return tl::unexpected(frozen.error());
        state->frozen = std::move(*frozen);
        // The frozen module has its own copy of the weights.
        state->network.reset();
        returnFreedMemory();
        return std::unique_ptr<StepBenchmark>(new StepBenchmark(std::move(state)));
    }
    const std::vector<std::int64_t> shape = work.isClassification
                                                ? std::vector<std::int64_t>{work.batch}
                                                : std::vector<std::int64_t>{work.batch, size, size};
    state->labels = torch::randint(work.classes, shape, torch::kLong).to(state->device);
    state->network->train();
    std::vector<std::pair<std::string, torch::Tensor>> parameters;
    for (const auto& item : state->network->named_parameters())
        parameters.emplace_back(item.key(), item.value());
    state->optimizer = std::make_unique<Optimizer>(std::move(parameters), OptimizerSettings{});
    return std::unique_ptr<StepBenchmark>(new StepBenchmark(std::move(state)));
}

void StepBenchmark::run()
{
    if (m_state->work.isTraining)
        m_state->train();
    else
        m_state->infer();
    if (m_state->device.is_cuda())
        torch::cuda::synchronize();
}

bool computesInBfloat16(const std::string& device)
{
    const auto opened = openDevice(device);
    return opened && hasBfloat16(*opened);
}

double matrixProductFlops(int threads, bool useBfloat16, const std::string& device)
{
    constexpr std::int64_t kSide = 2048;
    constexpr int kRepeats = 20; // others may use the machine too
    at::set_num_threads(threads);
    const auto opened = openDevice(device);
    if (!opened)
        return 0.0;
    const torch::NoGradGuard noGrad;
    const auto type = useBfloat16 ? torch::kBFloat16 : torch::kFloat;
    const torch::Tensor first = torch::rand({kSide, kSide}).to(*opened, type);
    const torch::Tensor second = torch::rand({kSide, kSide}).to(*opened, type);
    const SteadyClock clock;
    double bestMs = std::numeric_limits<double>::max();
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        const double startMs = clock.nowMs();
        torch::mm(first, second);
        if (opened->is_cuda())
            torch::cuda::synchronize();
        bestMs = std::min(bestMs, clock.nowMs() - startMs);
    }
    return 2.0 * static_cast<double>(kSide) * kSide * kSide / (bestMs * 1e-3);
}

} // namespace fedefm
