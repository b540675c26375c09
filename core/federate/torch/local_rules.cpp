// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/local_rule_private.h"

namespace fedefm {

namespace {

/// The network's parameters that learn, of those that are exchanged.
TensorMap sharedParameters(const Workbench& bench)
{
    TensorMap parameters;
    for (const auto& item : bench.silo.network->named_parameters())
        parameters.emplace(item.key(), item.value());
    TensorMap result;
    for (const TensorShape& entry : bench.shared) {
        const auto found = parameters.find(entry.name);
        if (found != parameters.end() && found->second.requires_grad())
            result.insert(*found);
    }
    return result;
}

TensorMap cloned(const TensorMap& tensors)
{
    TensorMap copies;
    for (const auto& [name, tensor] : tensors)
        copies.emplace(name, tensor.detach().clone());
    return copies;
}

/// FedProx (Li et al. 2020): + μ/2 ‖θ − θ_start‖², by its gradient.
class ProximalRule final : public LocalRule
{
public:
    explicit ProximalRule(double mu) : m_mu(mu) {}
    Status train(Workbench& bench, int steps) const override
    {
        if (m_mu == 0.0)
            return bench.train(steps);
        const TensorMap parameters = sharedParameters(bench);
        const TensorMap start = cloned(parameters);
        StepHooks hooks;
        hooks.beforeUpdate = [&] {
            const torch::NoGradGuard noGrad;
            for (const auto& [name, parameter] : parameters)
                if (parameter.grad().defined())
                    parameter.mutable_grad().add_(parameter - start.at(name), m_mu);
        };
        return bench.train(steps, hooks);
    }

private:
    double m_mu;
};

torch::Tensor pooled(const torch::Tensor& features)
{
    return features.dim() > 2 ? features.flatten(2).mean(2).to(torch::kFloat) : features.to(torch::kFloat);
}

/// MOON (Li et al. 2021): the model's features stay near those of the model that it began with and away from
/// those of its own model of the last round.
class ContrastiveRule final : public LocalRule
{
public:
    ContrastiveRule(double mu, double temperature) : m_mu(mu), m_temperature(temperature) {}
    bool comparesModels() const override { return true; }
    Status train(Workbench& bench, int steps) const override
    {
        const TensorMap previous = remembered(bench.silo, "moon/");
        if (previous.empty() || m_mu == 0.0)
            return finish(bench, bench.train(steps));
        auto batches = bench.learner.draw(bench.silo, steps);
        if (!batches)
            return tl::unexpected(batches.error());
        copyState(bench.scratch, *bench.silo.network);
        const std::vector<torch::Tensor> near = featuresOf(bench, *batches);
        loadShared(bench.scratch, fileOf(previous));
        const std::vector<torch::Tensor> far = featuresOf(bench, *batches);
        StepHooks hooks;
        hooks.needsFeatures = true;
        hooks.batches = *batches;
        hooks.loss = [&](const StepView& step) -> Result<torch::Tensor> {
            const auto at = static_cast<std::size_t>(step.step);
            const torch::Tensor own = pooled(step.features);
            const torch::Tensor toNear = torch::cosine_similarity(own, near[at], 1) / m_temperature;
            const torch::Tensor toFar = torch::cosine_similarity(own, far[at], 1) / m_temperature;
            return step.taskLoss + m_mu * torch::softplus(toFar - toNear).mean();
        };
        return finish(bench, bench.train(steps, hooks));
    }

private:
    static std::vector<torch::Tensor> featuresOf(Workbench& bench,
                                                 const std::vector<std::shared_ptr<const Batch>>& batches)
    {
        const torch::NoGradGuard noGrad;
        bench.scratch.eval();
        std::vector<torch::Tensor> result;
        for (const auto& batch : batches)
            result.push_back(pooled(
                bench.learner.answer(bench.scratch, imagesOf(batch, bench.learner.device()), true).second));
        return result;
    }
    static Status finish(Workbench& bench, Status trained)
    {
        if (trained)
            remember(bench.silo, "moon/", cloneShared(*bench.silo.network, bench.shared));
        return trained;
    }

    double m_mu;
    double m_temperature;
};

/// SCAFFOLD (Karimireddy et al. 2020), option II: gradients are corrected by c − c_i; c_i ← c_i − c +
/// (x − y)/(K·η). The change of c_i is left in memory for the hub.
class ControlVariateRule final : public LocalRule
{
public:
    Status train(Workbench& bench, int steps) const override
    {
        const TensorMap parameters = sharedParameters(bench);
        const TensorMap start = cloned(parameters);
        TensorMap common = remembered(bench.silo, "control/common/");
        TensorMap own = remembered(bench.silo, "control/own/");
        for (const auto& [name, parameter] : parameters)
            for (TensorMap* control : {&common, &own})
                if (control->count(name) == 0)
                    control->emplace(name, torch::zeros_like(parameter));
        StepHooks hooks;
        hooks.beforeUpdate = [&] {
            const torch::NoGradGuard noGrad;
            for (const auto& [name, parameter] : parameters)
                if (parameter.grad().defined())
                    parameter.mutable_grad().add_(common.at(name) - own.at(name));
        };
        const auto trained = bench.learner.trainOwn(bench.silo, steps, hooks);
        if (!trained)
            return tl::unexpected(trained.error());
        bench.record.addLoss(bench.silo.index, trained->loss, trained->steps);
        const torch::NoGradGuard noGrad;
        TensorMap change;
        for (const auto& [name, parameter] : parameters) {
            const torch::Tensor renewed =
                own.at(name) - common.at(name) + (start.at(name) - parameter) / trained->learningRateSum;
            change.emplace(name, renewed - own.at(name));
            own.at(name) = renewed;
        }
        remember(bench.silo, "control/own/", own);
        remember(bench.silo, "control/change/", change);
        return {};
    }
};

/// CDL (Do et al. 2023): the back-bone learns beside a sub-network that is made of the neighbours' models;
/// + λ [β KL(b‖s) + (1−β) KL(s‖b)] between both outputs.
class DivergenceRule final : public LocalRule
{
public:
    DivergenceRule(double lambda, double beta) : m_lambda(lambda), m_beta(beta) {}
    bool comparesModels() const override { return true; }
    Status train(Workbench& bench, int steps) const override
    {
        const TensorMap mixture = remembered(bench.silo, "cdl/");
        if (mixture.empty() || m_lambda == 0.0)
            return bench.train(steps);
        copyState(bench.scratch, *bench.silo.network);
        loadShared(bench.scratch, fileOf(mixture));
        bench.scratch.eval();
        StepHooks hooks;
        hooks.loss = [&](const StepView& step) -> Result<torch::Tensor> {
            torch::Tensor other;
            {
                const torch::NoGradGuard noGrad;
                other = bench.learner.answer(bench.scratch, step.images, false).first;
            }
            const torch::Tensor b = torch::log_softmax(step.logits.to(torch::kFloat), 1);
            const torch::Tensor s = torch::log_softmax(other.to(torch::kFloat), 1);
            const torch::Tensor forward = (b.exp() * (b - s)).sum(1).mean();
            const torch::Tensor backward = (s.exp() * (s - b)).sum(1).mean();
            return step.taskLoss + m_lambda * (m_beta * forward + (1.0 - m_beta) * backward);
        };
        return bench.train(steps, hooks);
    }

private:
    double m_lambda;
    double m_beta;
};

} // namespace

void remember(Silo& silo, const std::string& prefix, const TensorMap& tensors)
{
    for (const auto& [name, tensor] : tensors)
        silo.memory[prefix + name] = tensor.detach().contiguous();
}

TensorMap remembered(const Silo& silo, const std::string& prefix)
{
    TensorMap result;
    for (auto it = silo.memory.lower_bound(prefix);
         it != silo.memory.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it)
        result.emplace(it->first.substr(prefix.size()), it->second);
    return result;
}

LocalRulePtr makeProximalRule(double mu)
{
    return std::make_unique<ProximalRule>(mu);
}

LocalRulePtr makeContrastiveRule(double mu, double temperature)
{
    return std::make_unique<ContrastiveRule>(mu, temperature);
}

LocalRulePtr makeControlVariateRule()
{
    return std::make_unique<ControlVariateRule>();
}

LocalRulePtr makeDivergenceRule(double lambda, double beta)
{
    return std::make_unique<DivergenceRule>(lambda, beta);
}

} // namespace fedefm
