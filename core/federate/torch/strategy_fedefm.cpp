// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/expert_lessons_private.h"
#include "core/federate/torch/gossip_private.h"

namespace fedefm {

namespace {

/// Multishot federated distillation: models visit the neighbours, are trained there and come home as
/// experts, from which the silo learns, weighted by the EMD between their features and its own.
class FedEfmStrategy final : public Strategy
{
public:
    explicit FedEfmStrategy(FedEfmOptions options) : m_options(std::move(options)) {}

    std::vector<std::string> phases(const RoundView& view) const override
    {
        std::vector<std::string> names{"local", "overseas", "home"};
        if (gossips(view))
            names.push_back("gossip");
        return names;
    }
    int stepsPerRound() const override { return m_options.localSteps + m_options.homeSteps; }
    int visitSteps() const override { return m_options.overseasSteps; }

    Status work(Workbench& bench) const override
    {
        bench.learner.setLogitAdjustment(m_options.logitAdjustment);
        switch (bench.phase) {
        case 0:
            if (auto trained = bench.train(m_options.localSteps); !trained)
                return trained;
            return bench.publishWeights(bench.view.outgoing(bench.silo.index));
        case 1:
            return host(bench);
        case 2:
            return home(bench);
        default:
            return mixWithNeighbours(bench, kHome, {});
        }
    }

private:
    static constexpr int kHome = 2;

    bool gossips(const RoundView& view) const
    {
        return m_options.gossip > 0 && (view.round + 1) % m_options.gossip == 0;
    }

    /// Every visitor is trained here with a fresh optimiser, goes home, and is forgotten.
    Status host(Workbench& bench) const
    {
        for (const int owner : bench.view.incoming(bench.silo.index)) {
            const auto visitor = bench.port.receive(ObjectKind::Weights, 0, owner);
            if (!visitor)
                continue;
            copyState(bench.scratch, *bench.silo.network);
            loadShared(bench.scratch, *visitor);
            std::vector<std::pair<std::string, torch::Tensor>> parameters;
            for (const auto& item : bench.scratch.named_parameters())
                parameters.emplace_back(item.key(), item.value());
            Optimizer optimizer(std::move(parameters), bench.plan.training.optimizer);
            const auto trained =
                bench.learner.train(bench.scratch, optimizer, bench.silo, m_options.overseasSteps);
            if (!trained)
                return tl::unexpected(trained.error());
            if (auto sent = bench.port.publish(ObjectKind::Visitor, owner,
                                               sharedFile(bench.scratch, bench.shared), {owner});
                !sent)
                return sent;
        }
        return {};
    }

    Status home(Workbench& bench) const
    {
        std::vector<Expert> experts;
        for (const int hostSilo : bench.view.outgoing(bench.silo.index))
            if (auto expert = bench.port.receive(ObjectKind::Visitor, 1, hostSilo, bench.silo.index))
                experts.push_back({hostSilo, std::move(*expert)});
        if (m_options.fusesFirst)
            if (auto fused = fuseExperts(bench, experts, m_options); !fused)
                return fused;
        // Without a single expert the silo goes on with what it has.
        if (auto learnt = experts.empty() ? bench.train(m_options.homeSteps)
                                          : learnFromExperts(bench, experts, m_options);
            !learnt)
            return learnt;
        if (!m_options.fusesFirst)
            if (auto fused = fuseExperts(bench, experts, m_options); !fused)
                return fused;
        return gossips(bench.view) ? bench.publishWeights(bench.view.outgoing(bench.silo.index)) : Status();
    }

    FedEfmOptions m_options;
};

} // namespace

Result<StrategyPtr> makeFedEfmStrategy(const std::string&, StrictObject& options)
{
    return std::make_unique<FedEfmStrategy>(readFedEfmOptions(options));
}

} // namespace fedefm
