// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/local_rule_private.h"

#include "core/federate/torch/gossip_private.h"

namespace fedefm {

namespace {

/// D-PSGD (Lian et al. 2017): train, then average with the neighbours by the round's mixing matrix. MATCHA
/// and the multigraph are the same on links that change; CDL trains with a divergence term.
class GossipStrategy final : public Strategy
{
public:
    GossipStrategy(std::string name, int localSteps, double logitAdjustment, MergeOptions merge,
                   LocalRulePtr local)
        : m_name(std::move(name)), m_localSteps(localSteps), m_logitAdjustment(logitAdjustment),
          m_merge(merge), m_local(std::move(local))
    {
    }
    std::vector<std::string> phases(const RoundView&) const override { return {"train", "mix"}; }
    bool comparesModels() const override { return m_local->comparesModels(); }
    bool usesClassShares() const override { return m_logitAdjustment > 0.0; }
    Status checkMembers(const SessionLinks& links, int siloCount) const override
    {
        const Overlay overlay = links.wholeOverlay();
        for (int silo = 0; silo < siloCount; ++silo) {
            const std::size_t members = overlay.incoming(silo).size() + 1;
            if (auto fits = checkMergeMembers(m_merge, members,
                                              "silo " + std::to_string(silo) + " has its own model and " +
                                                  std::to_string(members - 1) + " of neighbours");
                !fits)
                return fits;
        }
        return {};
    }
    int stepsPerRound() const override { return m_localSteps; }
    std::string topology() const override
    {
        return m_name == "matcha" || m_name == "multigraph" ? m_name : std::string();
    }
    Status work(Workbench& bench) const override
    {
        if (bench.phase == 0) {
            bench.learner.setLogitAdjustment(m_logitAdjustment);
            if (auto trained = m_local->train(bench, m_localSteps); !trained)
                return trained;
            return bench.publishWeights(bench.view.outgoing(bench.silo.index));
        }
        if (auto mixed = mixWithNeighbours(bench, 0, m_merge); !mixed)
            return mixed;
        if (m_name == "cdl")
            remember(bench.silo, "cdl/", cloneShared(*bench.silo.network, bench.shared));
        return {};
    }

private:
    std::string m_name;
    int m_localSteps;
    double m_logitAdjustment; ///< τ of the silo's label prior (FedLC, Zhang et al. 2022)
    MergeOptions m_merge;
    LocalRulePtr m_local;
};

} // namespace

Status mixWithNeighbours(Workbench& bench, int phase, const MergeOptions& merge)
{
    const int own = bench.silo.index;
    std::vector<ReceivedModel> received;
    double others = 0.0;
    for (const int from : bench.view.incoming(own)) {
        const double weight = bench.view.mixing.at(own, from);
        if (weight <= 0.0)
            continue;
        auto model = bench.port.receive(ObjectKind::Weights, phase, from);
        if (!model)
            continue;
        others += weight;
        received.push_back({from, weight, std::move(*model)});
    }
    return mergeIntoOwn(bench, received, 1.0 - others, merge);
}

Result<StrategyPtr> makeGossipStrategy(const std::string& name, StrictObject& options)
{
    int localSteps = 1;
    options.integer("local_steps", localSteps, 1, 1'000'000);
    double logitAdjustment = 0.0;
    options.number("logit_adjustment", logitAdjustment, 0.0, 10.0);
    const auto merge = readMerge(options);
    if (!merge)
        return tl::unexpected(merge.error());
    LocalRulePtr local = std::make_unique<LocalRule>();
    if (name == "cdl") {
        double lambda = 1.0, beta = 0.5;
        options.number("lambda", lambda, 0.0, 1e6);
        options.number("beta", beta, 0.0, 1.0);
        local = makeDivergenceRule(lambda, beta);
    }
    return std::make_unique<GossipStrategy>(name, localSteps, logitAdjustment, *merge, std::move(local));
}

} // namespace fedefm
