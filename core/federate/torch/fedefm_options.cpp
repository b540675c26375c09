// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/fedefm_options_private.h"

namespace fedefm {

namespace {

constexpr int kMostSteps = 1'000'000;

bool chooses(StrictObject& options, const char* key, bool isSecond, const char* first, const char* second)
{
    std::string value = isSecond ? second : first;
    options.choice(key, value, {first, second});
    return value == second;
}

} // namespace

FedEfmOptions readFedEfmOptions(StrictObject& options)
{
    FedEfmOptions fedefm;
    bool isStrict = false;
    options.flag("strict", isStrict);
    if (isStrict) {
        fedefm.localSteps = fedefm.gossip = 0;
        fedefm.overseasSteps = fedefm.hops = fedefm.homeSteps = 1;
        fedefm.fuse = fedefm.hardFloor = 0.0;
        fedefm.weighting = "raw";
    }
    options.integer("local_steps", fedefm.localSteps, 0, kMostSteps);
    options.integer("overseas_steps", fedefm.overseasSteps, 0, kMostSteps);
    options.integer("hops", fedefm.hops, 1, 400);
    options.integer("home_steps", fedefm.homeSteps, 0, kMostSteps);
    options.number("temperature", fedefm.temperature, 1e-3, 1e3);
    options.number("beta", fedefm.beta, 0.0, 1.0);
    options.choice("weighting", fedefm.weighting, {"raw", "clamped", "normalised", "none"});
    fedefm.isDifferentiated =
        chooses(options, "emd_gradient", fedefm.isDifferentiated, "detached", "through");
    options.number("hard_floor", fedefm.hardFloor, 0.0, 1e6);
    options.integer("nodes", fedefm.nodeSide, 1, 32);
    options.number("fuse", fedefm.fuse, 0.0, 1.0);
    fedefm.fusesByScore = chooses(options, "fuse_weights", false, "uniform", "emd");
    fedefm.fusesFirst = chooses(options, "fuse_when", true, "after", "before");
    options.integer("gossip", fedefm.gossip, 0);
    options.choice("averaging", fedefm.averaging, {"tree", "neighbours"});
    options.integer("mixes", fedefm.mixes, 1, 100);
    fedefm.isNotTrue = chooses(options, "distil", false, "all", "not_true");
    options.number("logit_adjustment", fedefm.logitAdjustment, 0.0, 10.0);
    const bool isUniform = chooses(options, "masses", false, "cross_reference", "uniform");
    fedefm.emd.masses = isUniform ? NodeMasses::Uniform : NodeMasses::CrossReference;
    options.choice("solver", fedefm.emd.transport.solver, transportSolverNames());
    options.number("epsilon", fedefm.emd.transport.epsilon, 1e-6, 1e3);
    options.number("gamma", fedefm.emd.transport.gamma, 1e-9, 1e3);
    if (fedefm.localSteps + fedefm.overseasSteps + fedefm.homeSteps == 0)
        options.refuse("local_steps", "a step at least: here, as overseas_steps or as home_steps");
    if (fedefm.hardFloor < 0.0)
        fedefm.hardFloor = 1.0 - fedefm.beta;
    return fedefm;
}

} // namespace fedefm
