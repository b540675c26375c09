// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/strategy_private.h"

namespace fedefm {

namespace {

/// "local": every silo for itself. "cll": the same with all pictures at one silo.
class LocalStrategy final : public Strategy
{
public:
    LocalStrategy(int localSteps, bool isCentralised)
        : m_localSteps(localSteps), m_isCentralised(isCentralised)
    {
    }
    std::vector<std::string> phases(const RoundView&) const override { return {"train"}; }
    Status work(Workbench& bench) const override { return bench.train(m_localSteps); }
    int stepsPerRound() const override { return m_localSteps; }
    bool isCentralised() const override { return m_isCentralised; }
    bool keepsUnreleased() const override { return true; } // nothing is ever given away

private:
    int m_localSteps;
    bool m_isCentralised;
};

/// Cyclic weight transfer (Chang et al. 2018): one model, which each silo trains in turn.
class CyclicStrategy final : public Strategy
{
public:
    explicit CyclicStrategy(int localSteps) : m_localSteps(localSteps) {}

    std::vector<std::string> phases(const RoundView& view) const override
    {
        std::vector<std::string> names(view.active().size(), "train");
        names.push_back("receive");
        return names;
    }
    bool takesPart(const RoundView& view, int phase, int silo) const override
    {
        const std::vector<int> order = view.active();
        if (phase < static_cast<int>(order.size()))
            return order[static_cast<std::size_t>(phase)] == silo;
        return silo != order.back();
    }
    Status work(Workbench& bench) const override
    {
        const std::vector<int> order = bench.view.active();
        const int count = static_cast<int>(order.size());
        // Who failed in between is skipped: the newest model that is there goes on.
        for (int before = bench.phase - 1; before >= 0; --before) {
            const auto model =
                bench.port.receive(ObjectKind::Weights, before, order[static_cast<std::size_t>(before)]);
            if (!model)
                continue;
            loadShared(*bench.silo.network, *model);
            bench.beginChange();
            break;
        }
        if (bench.phase == count)
            return {};
        if (auto trained = bench.train(m_localSteps); !trained)
            return trained;
        std::vector<int> readers;
        if (bench.phase + 1 < count)
            readers.push_back(order[static_cast<std::size_t>(bench.phase) + 1]);
        else
            readers = order;
        return bench.publishWeights(readers);
    }
    int stepsPerRound() const override { return m_localSteps; }

private:
    int m_localSteps;
};

} // namespace

Result<StrategyPtr> makeSingleStrategy(const std::string& name, StrictObject& options)
{
    int localSteps = 1;
    options.integer("local_steps", localSteps, 1, 1'000'000);
    if (name == "cyclic")
        return std::make_unique<CyclicStrategy>(localSteps);
    return std::make_unique<LocalStrategy>(localSteps, name == "cll");
}

} // namespace fedefm
