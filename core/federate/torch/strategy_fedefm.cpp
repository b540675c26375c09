// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/expert_lessons_private.h"
#include "core/federate/torch/gossip_private.h"
#include "core/federate/torch/tour_private.h"
#include "core/federate/torch/tree_average_private.h"

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
        std::vector<std::string> names{"local"};
        const int hops = hopsOf(view);
        for (int hop = 1; hop <= hops; ++hop)
            names.push_back(hops == 1 ? "overseas" : "overseas " + std::to_string(hop));
        names.push_back("home");
        if (gossips(view) && averagesByTree())
            for (std::string& name : treeOf(view).phases())
                names.push_back(std::move(name));
        const int mixes = mixesOf(view);
        for (int mix = 1; mix <= mixes; ++mix)
            names.push_back(mixes == 1 ? "gossip" : "gossip " + std::to_string(mix));
        return names;
    }
    bool takesPart(const RoundView& view, int phase, int silo) const override
    {
        return phase <= homePhase(view) || !averagesByTree() || treeOf(view).takesPart(phase, silo);
    }
    int lastWorkPhase(const RoundView& view) const override { return homePhase(view); }
    /// Each mix reads what the phase before it published; without this all mixes of a round would be kept.
    int firstPhaseRead(const RoundView& view, int phase) const override
    {
        return phase > homePhase(view) ? phase - 1 : 0;
    }
    int stepsPerRound() const override { return m_options.localSteps + m_options.homeSteps; }
    bool comparesModels() const override { return m_options.homeSteps > 0 || fusesByScore(); }
    /// Only the weights of a mix are given away behind the work at home.
    bool keepsUnreleased() const override
    {
        return m_options.gossip != 1 && (m_options.homeSteps > 0 || fusesByScore());
    }
    bool usesClassShares() const override { return m_options.logitAdjustment > 0.0; }
    int visitSteps() const override { return m_options.overseasSteps; } // at each host

    Status work(Workbench& bench) const override
    {
        bench.learner.setLogitAdjustment(m_options.logitAdjustment);
        if (bench.phase == 0)
            return leave(bench);
        if (bench.phase < homePhase(bench.view))
            return host(bench);
        if (bench.phase == homePhase(bench.view))
            return home(bench);
        return averagesByTree() ? treeOf(bench.view).work(bench) : mix(bench);
    }

private:
    bool fusesByScore() const { return m_options.fuse > 0.0 && m_options.fusesByScore; }
    int hopsOf(const RoundView& view) const
    {
        return hopsAmong(static_cast<int>(view.active().size()), m_options.hops);
    }
    int homePhase(const RoundView& view) const { return hopsOf(view) + 1; }
    bool averagesByTree() const { return m_options.averaging == "tree"; }
    bool gossips(const RoundView& view) const
    {
        return m_options.gossip > 0 && (view.round + 1) % m_options.gossip == 0;
    }
    int mixesOf(const RoundView& view) const
    {
        return gossips(view) && !averagesByTree() ? m_options.mixes : 0;
    }
    TreeAverage treeOf(const RoundView& view) const { return {view, homePhase(view) + 1}; }

    Status leave(Workbench& bench) const
    {
        if (auto trained = bench.train(m_options.localSteps); !trained)
            return trained;
        const int own = bench.silo.index;
        const int hops = hopsOf(bench.view);
        if (hops == 1)
            return bench.publishWeights(bench.view.outgoing(own));
        const std::vector<int> tour = tourOf(bench.view, own, hops);
        return bench.publishWeights(tour.empty() ? tour : std::vector<int>{tour.front()});
    }

    /// Every visitor is trained here with a fresh optimiser, goes on or home, and is forgotten.
    Status host(Workbench& bench) const
    {
        for (const Visit& visit : visitsAt(bench.view, bench.silo.index, bench.phase, hopsOf(bench.view))) {
            const ObjectKind kind = bench.phase == 1 ? ObjectKind::Weights : ObjectKind::Visitor;
            const auto visitor = bench.port.receive(kind, bench.phase - 1, visit.from, visit.owner);
            if (!visitor)
                continue;
            if (auto trained = trainVisitor(bench, *visitor); !trained)
                return trained;
            if (auto done = bench.protectVisitor(bench.scratch, *visitor); !done)
                return done;
            if (auto sent = bench.port.publish(ObjectKind::Visitor, visit.owner,
                                               sharedFile(bench.scratch, bench.shared), {visit.to});
                !sent)
                return sent;
        }
        return {};
    }

    /// In the scratch network.
    Status trainVisitor(Workbench& bench, const TensorFile& visitor) const
    {
        copyState(bench.scratch, *bench.silo.network);
        loadShared(bench.scratch, visitor);
        std::vector<std::pair<std::string, torch::Tensor>> parameters;
        for (const auto& item : bench.scratch.named_parameters())
            parameters.emplace_back(item.key(), item.value());
        Optimizer optimizer(std::move(parameters), bench.plan.training.optimizer);
        const auto trained =
            bench.learner.train(bench.scratch, optimizer, bench.silo, m_options.overseasSteps);
        return trained ? Status() : tl::unexpected(trained.error());
    }

    Status home(Workbench& bench) const
    {
        std::vector<Expert> experts;
        const int own = bench.silo.index;
        for (const Return& coming : returnsOf(bench.view, own, hopsOf(bench.view)))
            if (auto expert = bench.port.receive(ObjectKind::Visitor, coming.hop, coming.from, own))
                experts.push_back({coming.from, std::move(*expert)});
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
        if (!gossips(bench.view))
            return {};
        // Along a tree nobody reads it yet: it is only protected, where the plan says so.
        return bench.publishWeights(averagesByTree() ? std::vector<int>() : bench.view.outgoing(own));
    }

    Status mix(Workbench& bench) const
    {
        if (auto mixed = mixWithNeighbours(bench, bench.phase - 1, {}); !mixed)
            return mixed;
        if (bench.phase == homePhase(bench.view) + mixesOf(bench.view))
            return {};
        // An average of published models tells nothing new: it needs no noise of its own.
        const int own = bench.silo.index;
        return bench.port.publish(ObjectKind::Weights, own, bench.ownWeights(), bench.view.outgoing(own));
    }

    FedEfmOptions m_options;
};

} // namespace

Result<StrategyPtr> makeFedEfmStrategy(const std::string&, StrictObject& options)
{
    return std::make_unique<FedEfmStrategy>(readFedEfmOptions(options));
}

} // namespace fedefm
