// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/strategy_private.h"

namespace fedefm {

namespace {

/// FedMD (Li and Wang 2019): only answers on public pictures travel; each silo learns the mean of its own and
/// its neighbours' answers, then goes on with its own data.
class AnswerStrategy final : public Strategy
{
public:
    AnswerStrategy(int localSteps, int digestSteps, double temperature)
        : m_localSteps(localSteps), m_digestSteps(digestSteps), m_temperature(temperature)
    {
    }
    std::vector<std::string> phases(const RoundView&) const override { return {"answer", "digest"}; }
    int stepsPerRound() const override { return m_localSteps + m_digestSteps; }
    bool usesPublicData() const override { return true; }
    bool comparesModels() const override { return true; }

    Status work(Workbench& bench) const override
    {
        const auto batches = bench.learner.publicBatches();
        if (!batches)
            return tl::unexpected(batches.error());
        if (bench.phase == 0) {
            torch::Tensor answers = answersOf(bench, *batches);
            TensorMap file{{"answers", answers}};
            return bench.port.publish(ObjectKind::Answers, bench.silo.index, fileOf(file),
                                      bench.view.outgoing(bench.silo.index));
        }
        if (auto digested = digest(bench, *batches); !digested)
            return digested;
        return bench.train(m_localSteps);
    }

private:
    static torch::Tensor answersOf(Workbench& bench, const std::vector<std::shared_ptr<const Batch>>& batches)
    {
        const torch::NoGradGuard noGrad;
        bench.silo.network->eval();
        std::vector<torch::Tensor> parts;
        for (const auto& batch : batches)
            parts.push_back(
                bench.learner.answer(*bench.silo.network, imagesOf(batch, bench.learner.device()), false)
                    .first.to(torch::kFloat)
                    .to(torch::kCPU));
        return torch::cat(parts).contiguous();
    }

    Status digest(Workbench& bench, const std::vector<std::shared_ptr<const Batch>>& batches) const
    {
        torch::Tensor sum = answersOf(bench, batches);
        int count = 1;
        for (const int from : bench.view.incoming(bench.silo.index))
            if (const auto answers = bench.port.receive(ObjectKind::Answers, 0, from)) {
                sum += viewOf(answers->tensors.at("answers"));
                ++count;
            }
        const torch::Tensor consensus = (sum / count).to(bench.learner.device());
        std::vector<std::int64_t> starts{0};
        for (const auto& batch : batches)
            starts.push_back(starts.back() + batch->count);
        StepHooks hooks;
        hooks.batches = batches;
        hooks.loss = [&](const StepView& step) -> Result<torch::Tensor> {
            const auto at = static_cast<std::size_t>(step.step) % batches.size();
            return softCrossEntropy(step.logits, consensus.slice(0, starts[at], starts[at + 1]),
                                    m_temperature) *
                   (m_temperature * m_temperature);
        };
        return bench.train(m_digestSteps, hooks);
    }

    int m_localSteps;
    int m_digestSteps;
    double m_temperature;
};

} // namespace

Result<StrategyPtr> makePublicStrategy(const std::string&, StrictObject& options)
{
    int localSteps = 1, digestSteps = 1;
    double temperature = 1.0;
    options.integer("local_steps", localSteps, 1, 1'000'000);
    options.integer("digest_steps", digestSteps, 1, 1'000'000);
    options.number("temperature", temperature, 1e-3, 1e3);
    return std::make_unique<AnswerStrategy>(localSteps, digestSteps, temperature);
}

} // namespace fedefm
