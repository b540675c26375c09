// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/local_rule_private.h"

#include "core/federate/torch/server_rule_private.h"

namespace fedefm {

namespace {

struct HubOptions
{
    int localSteps = 1;
    bool weighsSamples = true;
    double logitAdjustment = 0.0; ///< τ of the silo's label prior (FedLC, Zhang et al. 2022)
    bool rotates = false;         ///< swarm: another silo gathers in each round
    MergeOptions merge;
};

/// Client and server: all train, one silo gathers, merges and sends back. The hub is a client, too.
class HubStrategy final : public Strategy
{
public:
    HubStrategy(HubOptions options, LocalRulePtr local, ServerRulePtr server)
        : m_options(options), m_local(std::move(local)), m_server(std::move(server))
    {
    }

    std::vector<std::string> phases(const RoundView&) const override { return {"train", "merge", "receive"}; }
    bool takesPart(const RoundView& view, int phase, int silo) const override
    {
        return phase == 0 || (phase == 1) == (silo == hubOf(view));
    }
    bool comparesModels() const override { return m_local->comparesModels(); }
    bool usesClassShares() const override { return m_options.logitAdjustment > 0.0; }
    Status checkMembers(const SessionLinks&, int siloCount) const override
    {
        return checkMergeMembers(m_options.merge, static_cast<std::size_t>(siloCount),
                                 "the session has " + std::to_string(siloCount) + " silos");
    }
    int stepsPerRound() const override { return m_options.localSteps; }
    bool usesControl() const override { return m_server->usesControl(); }
    bool usesPublicData() const override { return m_server->usesPublicData(); }

    Status work(Workbench& bench) const override
    {
        if (bench.phase == 0)
            return train(bench);
        return bench.phase == 1 ? merge(bench) : receive(bench);
    }

private:
    /// A hub that is away is replaced by the next silo.
    int hubOf(const RoundView& view) const
    {
        const std::vector<int> active = view.active();
        if (m_options.rotates)
            return active[static_cast<std::size_t>(view.round) % active.size()];
        return view.has(view.hub) ? view.hub : active.front();
    }
    double weightOf(const RoundView& view, int silo) const
    {
        return m_options.weighsSamples ? static_cast<double>(view.samples[static_cast<std::size_t>(silo)])
                                       : 1.0;
    }

    Status train(Workbench& bench) const
    {
        const int hub = hubOf(bench.view);
        bench.learner.setLogitAdjustment(m_options.logitAdjustment);
        if (bench.silo.index == hub)
            m_server->begin(bench);
        if (auto trained = m_local->train(bench, m_options.localSteps); !trained)
            return trained;
        if (usesControl())
            if (auto sent = bench.port.publish(ObjectKind::Control, bench.silo.index,
                                               fileOf(remembered(bench.silo, "control/change/")), {hub});
                !sent)
                return sent;
        return bench.publishWeights({hub});
    }

    Status merge(Workbench& bench) const
    {
        std::vector<ReceivedModel> received;
        for (const int silo : bench.view.active())
            if (silo != bench.silo.index)
                if (auto model = bench.port.receive(ObjectKind::Weights, 0, silo))
                    received.push_back({silo, weightOf(bench.view, silo), std::move(*model)});
        const double own = weightOf(bench.view, bench.silo.index);
        if (auto merged = mergeIntoOwn(bench, received, own, m_options.merge); !merged)
            return merged;
        if (auto done = m_server->apply(bench, received); !done)
            return done;
        const std::vector<int> others = bench.view.active();
        if (usesControl())
            if (auto sent = bench.port.publish(ObjectKind::Control, bench.silo.index,
                                               fileOf(remembered(bench.silo, "control/common/")), others);
                !sent)
                return sent;
        return bench.port.publish(ObjectKind::Weights, bench.silo.index, bench.ownWeights(), others);
    }

    Status receive(Workbench& bench) const
    {
        const int hub = hubOf(bench.view);
        if (const auto model = bench.port.receive(ObjectKind::Weights, 1, hub))
            loadShared(*bench.silo.network, *model);
        if (!usesControl())
            return {};
        if (const auto common = bench.port.receive(ObjectKind::Control, 1, hub)) {
            TensorMap controls;
            for (const auto& [name, tensor] : common->tensors)
                controls.emplace(name, toTensor(tensor));
            remember(bench.silo, "control/common/", controls);
        }
        return {};
    }

    HubOptions m_options;
    LocalRulePtr m_local;
    ServerRulePtr m_server;
};

} // namespace

Result<StrategyPtr> makeHubStrategy(const std::string& name, StrictObject& options)
{
    HubOptions hub;
    options.integer("local_steps", hub.localSteps, 1, 1'000'000);
    std::string weights = "samples";
    options.choice("weights", weights, {"samples", "equal"});
    hub.weighsSamples = weights == "samples";
    options.number("logit_adjustment", hub.logitAdjustment, 0.0, 10.0);
    hub.rotates = name == "swarm";
    const auto merge = readMerge(options);
    if (!merge)
        return tl::unexpected(merge.error());
    hub.merge = *merge;
    LocalRulePtr local = std::make_unique<LocalRule>();
    if (name == "fedprox") {
        double mu = 0.01;
        options.number("mu", mu, 0.0, 1e6);
        local = makeProximalRule(mu);
    } else if (name == "moon") {
        double mu = 1.0, temperature = 0.5;
        options.number("mu", mu, 0.0, 1e6);
        options.number("temperature", temperature, 1e-6, 1e6);
        local = makeContrastiveRule(mu, temperature);
    } else if (name == "scaffold") {
        local = makeControlVariateRule();
    }
    return std::make_unique<HubStrategy>(hub, std::move(local), makeServerRule(name, options));
}

} // namespace fedefm
