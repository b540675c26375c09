// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/strict_object.h"
#include "core/federate/averaging_tree.h"
#include "core/federate/merge/merge.h"
#include "core/federate/session_links.h"
#include "core/federate/torch/learner_private.h"
#include "core/federate/torch/silo_port_private.h"

namespace fedefm {

/// What everybody knows of a round.
struct RoundView
{
    int round = 0;
    int hub = 0;
    Overlay links;
    MixingMatrix mixing;
    /// Over the members; behind the strategy's lastWorkPhase() over those that have not failed in this round.
    AveragingTree tree;
    std::vector<bool> isActive; ///< members of this round's epoch
    std::vector<std::int64_t> samples;

    int siloCount() const { return static_cast<int>(isActive.size()); }
    bool has(int silo) const { return isActive[static_cast<std::size_t>(silo)]; }
    std::vector<int> active() const;
    std::vector<int> activeOf(const std::vector<int>& silos) const;
    std::vector<int> outgoing(int silo) const { return activeOf(links.outgoing(silo)); }
    std::vector<int> incoming(int silo) const { return activeOf(links.incoming(silo)); }
};

/// One silo in one phase of a round.
struct Workbench
{
    const RoundView& view;
    int phase;
    Silo& silo;
    SiloPort& port;
    Learner& learner;
    Network& scratch; ///< for another model: a visitor, a teacher; its content is anybody's
    const ModelSchema& shared;
    const SessionPlan& plan;
    RoundRecord& record;

    TensorFile ownWeights() const { return sharedFile(*silo.network, shared); }
    /// For privacy by silo: what the network holds now is no secret, so the silo's own change begins here.
    void beginChange();
    /// Trains the silo's own model and notes the loss.
    Status train(int steps, const StepHooks& hooks = {});
    /// The silo's shared tensors to others; clipped and noised where the plan says so, and then the silo goes
    /// on with what the others see.
    Status publishWeights(const std::vector<int>& receivers);
    /// Where the plan says so, clips and noises what a visitor has learnt here; `before`: as it came.
    Status protectVisitor(Network& visitor, const TensorFile& before);
};

/// A way to learn together. Rounds consist of phases; within one the silos do not wait for each other, and
/// what is published in a phase can be received from the next one on. What a silo needs in a later round
/// stands in Silo::memory.
class Strategy
{
public:
    virtual ~Strategy() = default;

    /// Names of the phases of a round.
    virtual std::vector<std::string> phases(const RoundView& view) const = 0;
    virtual bool takesPart(const RoundView&, int /*phase*/, int /*silo*/) const { return true; }
    /// The first phase whose objects are still read in this phase or in a later one of the round.
    virtual int firstPhaseRead(const RoundView&, int /*phase*/) const { return 0; }
    /// The phase behind which the round's tree is made anew of the silos that are still in; −1: never. The
    /// number of phases may change with it.
    virtual int lastWorkPhase(const RoundView&) const { return -1; }
    /// Errors: of the silo's own work, which cost it the round; DiskFull, WriteFailed, OutOfMemory and
    /// Cancelled end the session.
    virtual Status work(Workbench& bench) const = 0;
    /// Optimiser steps of a silo's own model in a round.
    virtual int stepsPerRound() const = 0;
    virtual bool usesControl() const { return false; }
    virtual bool usesPublicData() const { return false; }
    /// All pictures at one silo.
    virtual bool isCentralised() const { return false; }
    /// Answers of several models to a whole batch are compared, for the loss or for weights of models, so
    /// that what is learnt has no part for each picture, which private gradients need.
    virtual bool comparesModels() const { return false; }
    /// A round may end with a model that holds training, or knowledge of the pictures, that was not given
    /// away: what is known of a silo, from which privacy by silo measures its change, would be no longer its
    /// model.
    virtual bool keepsUnreleased() const { return false; }
    /// The loss needs the shares of the classes among all pictures of a silo.
    virtual bool usesClassShares() const { return false; }
    /// Steps of a visitor at its host; 0: none.
    virtual int visitSteps() const { return 0; }
    /// Whether so few members can be merged as the plan wants it. Errors: InvalidArgument.
    virtual Status checkMembers(const SessionLinks& /*links*/, int /*siloCount*/) const { return {}; }
    /// The topology that a strategy is made for; empty: any.
    virtual std::string topology() const { return {}; }
};
using StrategyPtr = std::unique_ptr<Strategy>;

/// By {"name", options}. Errors: InvalidArgument; unknown keys name the nearest known one.
Result<StrategyPtr> makeStrategy(const nlohmann::json& description);

/// Makers of the families; each reads its keys.
Result<StrategyPtr> makeHubStrategy(const std::string& name, StrictObject& options);
Result<StrategyPtr> makeGossipStrategy(const std::string& name, StrictObject& options);
Result<StrategyPtr> makeSingleStrategy(const std::string& name, StrictObject& options);
Result<StrategyPtr> makePublicStrategy(const std::string& name, StrictObject& options);
Result<StrategyPtr> makeFedEfmStrategy(const std::string& name, StrictObject& options);

/// A received model and its weight.
struct ReceivedModel
{
    int from = 0;
    double weight = 1.0;
    TensorFile tensors;
};
/// Merges received models into the silo's own network; `ownWeight` is that of its own model, which also takes
/// over the weight of broken ones. What was left out is noted.
Status mergeIntoOwn(Workbench& bench, const std::vector<ReceivedModel>& received, double ownWeight,
                    const MergeOptions& options);

/// "merge", "trimmed_share", "faulty", "chosen" of a strategy.
Result<MergeOptions> readMerge(StrictObject& options);

/// −Σ softmax(teacher/T)·log softmax(student/T) over dimension 1, mean over the rest.
torch::Tensor softCrossEntropy(const torch::Tensor& student, const torch::Tensor& teacher,
                               double temperature);

} // namespace fedefm
