// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/server_rule_private.h"

#include "core/federate/torch/local_rule_private.h"

namespace fedefm {

namespace {

struct ServerOptimizer
{
    double learningRate = 0.01;
    double beta1 = 0.9;
    double beta2 = 0.99;
    double tau = 1e-3;
    bool isYogi = false;
};

/// FedAdam and FedYogi (Reddi et al. 2021): the merged change of a round is a gradient for the hub. Running
/// values of BatchNorm are no parameters: a variance that a step of fixed size moves may fall below 0. They
/// stay the average.
class AdaptiveRule final : public ServerRule
{
public:
    explicit AdaptiveRule(ServerOptimizer options) : m_options(options) {}

    void begin(Workbench& bench) const override
    {
        remember(bench.silo, "server/start/", cloneShared(*bench.silo.network, bench.shared));
    }
    Status apply(Workbench& bench, const std::vector<ReceivedModel>&) const override
    {
        const torch::NoGradGuard noGrad;
        TensorMap mean = remembered(bench.silo, "server/mean/");
        TensorMap square = remembered(bench.silo, "server/square/");
        TensorMap state = stateOf(*bench.silo.network);
        const std::vector<TensorRole> roles = tensorRoles(bench.shared);
        const TensorMap starts = remembered(bench.silo, "server/start/");
        for (std::size_t at = 0; at < roles.size(); ++at) {
            if (roles[at] == TensorRole::BatchNormStatistic)
                continue;
            const std::string& name = bench.shared[at].name;
            const torch::Tensor& start = starts.at(name);
            torch::Tensor& value = state.at(name);
            const torch::Tensor change = value - start;
            torch::Tensor& m = mean[name];
            torch::Tensor& v = square[name];
            if (!m.defined()) {
                m = torch::zeros_like(change);
                v = torch::full_like(change, m_options.tau * m_options.tau);
            }
            const torch::Tensor squared = change.square();
            m = m * m_options.beta1 + change * (1.0 - m_options.beta1);
            v = m_options.isYogi ? v - (1.0 - m_options.beta2) * squared * torch::sign(v - squared)
                                 : v * m_options.beta2 + squared * (1.0 - m_options.beta2);
            value.copy_(start + m_options.learningRate * m / (v.sqrt() + m_options.tau));
        }
        remember(bench.silo, "server/mean/", mean);
        remember(bench.silo, "server/square/", square);
        return {};
    }

private:
    ServerOptimizer m_options;
};

/// c ← c + Σ Δc_i / N over all silos of the session.
class ControlRule final : public ServerRule
{
public:
    bool usesControl() const override { return true; }
    Status apply(Workbench& bench, const std::vector<ReceivedModel>&) const override
    {
        const torch::NoGradGuard noGrad;
        TensorMap sum = remembered(bench.silo, "control/change/");
        for (auto& [name, tensor] : sum)
            tensor = tensor.clone();
        for (const int silo : bench.view.active())
            if (silo != bench.silo.index)
                if (const auto change = bench.port.receive(ObjectKind::Control, 0, silo))
                    for (const auto& [name, tensor] : change->tensors)
                        sum.at(name).add_(viewOf(tensor));
        TensorMap common = remembered(bench.silo, "control/common/");
        for (auto& [name, tensor] : sum) {
            tensor /= bench.view.siloCount();
            const auto before = common.find(name);
            if (before != common.end())
                tensor += before->second;
        }
        remember(bench.silo, "control/common/", sum);
        return {};
    }
};

/// FedDF (Lin et al. 2020): the merged model learns the mean answer of all received ones on public pictures.
class EnsembleRule final : public ServerRule
{
public:
    EnsembleRule(int steps, double temperature) : m_steps(steps), m_temperature(temperature) {}
    bool usesPublicData() const override { return true; }

    Status apply(Workbench& bench, const std::vector<ReceivedModel>& received) const override
    {
        const auto batches = bench.learner.publicBatches();
        if (!batches)
            return tl::unexpected(batches.error());
        if (batches->empty() || received.empty())
            return {};
        std::vector<torch::Tensor> sums(batches->size());
        copyState(bench.scratch, *bench.silo.network);
        bench.scratch.eval();
        for (const ReceivedModel& model : received) {
            const torch::NoGradGuard noGrad;
            loadShared(bench.scratch, model.tensors);
            for (std::size_t at = 0; at < sums.size(); ++at) {
                const torch::Tensor images = imagesOf((*batches)[at], bench.learner.device());
                const torch::Tensor logits = bench.learner.answer(bench.scratch, images, false).first;
                sums[at] = sums[at].defined() ? sums[at] + logits : logits;
            }
        }
        StepHooks hooks;
        hooks.batches = *batches;
        hooks.loss = [&](const StepView& step) -> Result<torch::Tensor> {
            const torch::Tensor& sum = sums[static_cast<std::size_t>(step.step) % sums.size()];
            return softCrossEntropy(step.logits, sum / static_cast<double>(received.size()), m_temperature) *
                   (m_temperature * m_temperature);
        };
        const auto distilled =
            bench.learner.train(*bench.silo.network, *bench.silo.optimizer, bench.silo, m_steps, hooks);
        return distilled ? Status() : Status(tl::unexpected(distilled.error()));
    }

private:
    int m_steps;
    double m_temperature;
};

} // namespace

ServerRulePtr makeServerRule(const std::string& method, StrictObject& options)
{
    if (method == "scaffold")
        return std::make_unique<ControlRule>();
    if (method == "feddf") {
        int steps = 10;
        double temperature = 1.0;
        options.integer("distil_steps", steps, 1, 1'000'000);
        options.number("temperature", temperature, 1e-3, 1e3);
        return std::make_unique<EnsembleRule>(steps, temperature);
    }
    if (method != "fedadam" && method != "fedyogi")
        return std::make_unique<ServerRule>();
    ServerOptimizer server;
    server.isYogi = method == "fedyogi";
    options.number("server_learning_rate", server.learningRate, 1e-12, 1e3);
    options.number("beta1", server.beta1, 0.0, 0.999999);
    options.number("beta2", server.beta2, 0.0, 0.999999);
    options.number("tau", server.tau, 1e-12, 1.0);
    return std::make_unique<AdaptiveRule>(server);
}

} // namespace fedefm
