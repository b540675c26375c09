// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_strategies.h"

#include <QtGlobal>

#include <algorithm>

namespace fedefm {

namespace {

using Uses = StrategyInfo::Uses;

#define TEXT(source) QT_TRANSLATE_NOOP("ConfigField", source)

std::vector<StrategyInfo> makeInfos()
{
    const auto decentral = LearningScenario::Decentral;
    const auto server = LearningScenario::ClientServer;
    const auto central = LearningScenario::Central;
    return {
        {"fedefm", TEXT("FedEFM"),
         TEXT("Models visit the neighbours, are trained there, and come home as experts to learn from"),
         decentral, Uses::Links},
        {"dpsgd", TEXT("D-PSGD"), TEXT("Train, then average with the neighbours"), decentral, Uses::Links},
        {"matcha", TEXT("MATCHA"), TEXT("D-PSGD over random matchings of the links, fewer per round"),
         decentral, Uses::Links, false, "matcha"},
        {"multigraph", TEXT("Multigraph"), TEXT("D-PSGD on a ring whose slow links rest in most rounds"),
         decentral, Uses::Links, false, "multigraph"},
        {"cdl", TEXT("CDL"), TEXT("D-PSGD that also keeps near its last own model by mutual divergence"),
         decentral, Uses::Links},
        {"cyclic", TEXT("Cyclic"), TEXT("One model travels from silo to silo"), decentral},
        {"fedmd", TEXT("FedMD"), TEXT("Only answers on public pictures travel, never weights"), decentral,
         Uses::Links, true},
        {"fedavg", TEXT("FedAvg"), TEXT("A hub averages all models in every round"), server, Uses::Hub},
        {"fedprox", TEXT("FedProx"), TEXT("FedAvg with a pull towards the common model"), server, Uses::Hub},
        {"moon", TEXT("MOON"), TEXT("FedAvg with a contrast between common and last own features"), server,
         Uses::Hub},
        {"scaffold", TEXT("SCAFFOLD"), TEXT("FedAvg that takes out each silo's drift by control variates"),
         server, Uses::Hub},
        {"fedadam", TEXT("FedAdam"), TEXT("The hub takes the mean change as a gradient for Adam"), server,
         Uses::Hub},
        {"fedyogi", TEXT("FedYogi"), TEXT("As FedAdam, with a second moment that grows slowly"), server,
         Uses::Hub},
        {"swarm", TEXT("Swarm"), TEXT("FedAvg whose hub is another silo in every round"), server},
        {"feddf", TEXT("FedDF"), TEXT("FedAvg, then the hub distils all models on public pictures"), server,
         Uses::Hub, true},
        {"cll", TEXT("Centralised"), TEXT("All pictures at one place: the upper bound, not federated"),
         central},
        {"local", TEXT("Local"), TEXT("Every silo for itself: the lower bound"), central},
    };
}

PlanField steps(const char* key, const char* label, const char* tip, double least)
{
    return {{"", key, label, tip, ConfigField::Kind::Integer, least, 1e6}, key};
}

PlanField number(const char* key, const char* label, const char* tip, double least, double most)
{
    return {{"", key, label, tip, ConfigField::Kind::Real, least, most}, key};
}

PlanField whole(const char* key, const char* label, const char* tip, double least, double most)
{
    return {{"", key, label, tip, ConfigField::Kind::Integer, least, most}, key};
}

PlanField choice(const char* key, const char* label, const char* tip, const char* choices)
{
    return {{"", key, label, tip, ConfigField::Kind::Choice, 0, 0, choices}, key};
}

std::vector<PlanField> visitFields()
{
    return {
        {{"", "strategy.strict", TEXT("Literal algorithm of the paper"),
          TEXT("One step of warm-up, one at each neighbour and one at home, no fusing, no gossip, no local "
               "steps, raw weights, no floor; what is set below still counts"),
          ConfigField::Kind::Flag},
         "strategy.strict"},
        steps("strategy.local_steps", TEXT("Local steps"), TEXT("On own data, before models travel"), 0),
        steps("strategy.overseas_steps", TEXT("Overseas steps"), TEXT("Of each visitor at its host"), 0),
        whole("strategy.hops", TEXT("Hops"),
              TEXT("Hosts that a visitor goes through; with one, each neighbour is a host"), 1, 400),
        steps("strategy.home_steps", TEXT("Home steps"), TEXT("Distillation from the experts that came back"),
              0),
        number("strategy.temperature", TEXT("Temperature"), TEXT("Softens the experts' answers"), 1e-3, 1e3),
        number("strategy.beta", TEXT("β"), TEXT("Weight of the experts' answers against the labels"), 0, 1),
        choice("strategy.weighting", TEXT("Weighting"),
               TEXT("How an expert's EMD score becomes its weight; none: all count 1"),
               "raw|clamped|normalised|none"),
        choice("strategy.emd_gradient", TEXT("EMD gradient"),
               TEXT("detached: the score only weighs; through: its gradient reaches the student"),
               "detached|through"),
        number("strategy.hard_floor", TEXT("Floor of the labels"),
               TEXT("Least weight of the label term; by default 1 - β"), 0, 1e6),
        choice("strategy.distil", TEXT("Distil"),
               TEXT("not_true leaves the label's own class out of the experts' answers"), "all|not_true"),
        number("strategy.logit_adjustment", TEXT("Logit adjustment"),
               TEXT("τ of the host's label prior; 0: none"), 0, 10),
    };
}

std::vector<PlanField> mixFields()
{
    return {
        number("strategy.fuse", TEXT("Fuse"), TEXT("Share of the experts in the own weights; 0: none"), 0, 1),
        choice("strategy.fuse_weights", TEXT("Fuse by"),
               TEXT("emd: an expert that has drifted far counts for less, and the own model for more"),
               "uniform|emd"),
        choice("strategy.fuse_when", TEXT("Fuse when"), TEXT("Before or after the distillation"),
               "before|after"),
        whole("strategy.gossip", TEXT("Gossip every"), TEXT("Rounds between two averagings; 0: never"), 0,
              1e6),
        choice("strategy.averaging", TEXT("Averaging"),
               TEXT("tree: all come to one mean, along a spanning tree of the links, with two messages per "
                    "link of it; neighbours: each with its neighbours only"),
               "tree|neighbours"),
        whole("strategy.mixes", TEXT("Mixes"),
              TEXT("Averagings with the neighbours, one after the other; more bring far silos together on "
                   "long rings"),
              1, 100),
        choice("strategy.masses", TEXT("Masses"),
               TEXT("Of the nodes: by similarity to the other map's mean (DeepEMD), or all alike"),
               "cross_reference|uniform"),
        whole("strategy.nodes", TEXT("Nodes a side"), TEXT("Feature maps are pooled to this before the EMD"),
              1, 32),
        choice("strategy.solver", TEXT("Solver"), TEXT("Of the transport problem"),
               "exact|sinkhorn|quadratic"),
        number("strategy.epsilon", TEXT("ε"), TEXT("Regularisation of Sinkhorn"), 1e-6, 1e3),
        number("strategy.gamma", TEXT("γ"), TEXT("Regularisation of the quadratic solver"), 1e-9, 1e3),
    };
}

std::vector<PlanField> mergeFields()
{
    return {
        choice("strategy.merge", TEXT("Merge"), TEXT("Robust rules withstand silos that send nonsense"),
               "mean|median|trimmed-mean|krum|multi-krum"),
        number("strategy.trimmed_share", TEXT("Trimmed share"), TEXT("Cut off at each end by trimmed-mean"),
               0, 0.499),
        whole("strategy.faulty", TEXT("Faulty silos"), TEXT("That Krum reckons with"), 0, 400),
        whole("strategy.chosen", TEXT("Chosen silos"), TEXT("By multi-krum; 0: as many as may be"), 0, 400),
    };
}

std::vector<PlanField> ownFields(const std::string& name)
{
    if (name == "fedprox")
        return {number("strategy.mu", TEXT("μ"), TEXT("Pull towards the common model"), 0, 1e6)};
    if (name == "moon")
        return {number("strategy.mu", TEXT("μ"), TEXT("Weight of the contrast"), 0, 1e6),
                number("strategy.temperature", TEXT("Temperature"), TEXT("Of the contrast"), 1e-6, 1e6)};
    if (name == "fedadam" || name == "fedyogi")
        return {number("strategy.server_learning_rate", TEXT("Hub's learning rate"),
                       TEXT("Of the common model"), 1e-12, 1e3),
                number("strategy.beta1", TEXT("β₁"), TEXT("Of the mean change"), 0, 0.999999),
                number("strategy.beta2", TEXT("β₂"), TEXT("Of its square"), 0, 0.999999),
                number("strategy.tau", TEXT("τ"), TEXT("Keeps small changes small"), 1e-12, 1)};
    if (name == "feddf")
        return {steps("strategy.distil_steps", TEXT("Distillation"), TEXT("Steps at the hub"), 1),
                number("strategy.temperature", TEXT("Temperature"), TEXT("Softens the models' answers"), 1e-3,
                       1e3)};
    if (name == "fedmd")
        return {steps("strategy.digest_steps", TEXT("Digest steps"), TEXT("On the common answers"), 1),
                number("strategy.temperature", TEXT("Temperature"), TEXT("Softens the answers"), 1e-3, 1e3)};
    if (name == "cdl")
        return {number("strategy.lambda", TEXT("λ"), TEXT("Weight of the divergence"), 0, 1e6),
                number("strategy.beta", TEXT("β"), TEXT("Share of the other direction"), 0, 1)};
    return {};
}

void append(std::vector<PlanField>& fields, std::vector<PlanField> more)
{
    fields.insert(fields.end(), more.begin(), more.end());
}

nlohmann::json fedEfmDefault(const nlohmann::json& strategy, const std::string& option)
{
    static const nlohmann::json kDefaults{{"strict", false},
                                          {"local_steps", 10},
                                          {"overseas_steps", 10},
                                          {"home_steps", 0},
                                          {"temperature", 4.0},
                                          {"beta", 0.5},
                                          {"weighting", "clamped"},
                                          {"emd_gradient", "detached"},
                                          {"nodes", 8},
                                          {"fuse", 0.5},
                                          {"fuse_weights", "uniform"},
                                          {"fuse_when", "before"},
                                          {"gossip", 1},
                                          {"averaging", "tree"},
                                          {"mixes", 1},
                                          {"distil", "all"},
                                          {"logit_adjustment", 0.0},
                                          {"masses", "cross_reference"},
                                          {"solver", "exact"},
                                          {"epsilon", 0.05},
                                          {"gamma", 0.001},
                                          {"hops", 4}};
    static const nlohmann::json kStrict{{"local_steps", 0},  {"overseas_steps", 1}, {"hops", 1},
                                        {"home_steps", 1},   {"gossip", 0},         {"fuse", 0.0},
                                        {"hard_floor", 0.0}, {"weighting", "raw"}};
    if (valueAt(strategy, "strict") == true && kStrict.contains(option))
        return kStrict[option];
    if (option == "hard_floor") {
        const nlohmann::json beta = valueAt(strategy, "beta");
        return 1.0 - (beta.is_number() ? beta.get<double>() : kDefaults["beta"].get<double>());
    }
    return valueAt(kDefaults, option);
}

double numberOf(const nlohmann::json& strategy, const std::string& option)
{
    const nlohmann::json given = valueAt(strategy, option);
    const nlohmann::json value = given.is_number() ? given : strategyDefault(strategy, option);
    return value.is_number() ? value.get<double>() : 0.0;
}

int integerOf(const nlohmann::json& strategy, const std::string& option)
{
    return static_cast<int>(numberOf(strategy, option));
}

std::string nameOf(const nlohmann::json& strategy)
{
    const nlohmann::json name = valueAt(strategy, "name");
    return name.is_string() ? name.get<std::string>() : std::string();
}

/// FedEFM's silos look at their own pictures again when the experts are back.
bool learnsAtHome(const nlohmann::json& strategy)
{
    const bool fusesByScore =
        numberOf(strategy, "fuse") > 0.0 && valueAt(strategy, "fuse_weights") == nlohmann::json("emd");
    return fusesByScore || integerOf(strategy, "home_steps") > 0;
}

} // namespace

const std::vector<StrategyInfo>& strategyInfos()
{
    static const std::vector<StrategyInfo> kInfos = makeInfos();
    return kInfos;
}

const StrategyInfo* strategyInfo(const std::string& name)
{
    const auto& all = strategyInfos();
    const auto found =
        std::find_if(all.begin(), all.end(), [&name](const auto& i) { return name == i.name; });
    return found == all.end() ? nullptr : &*found;
}

std::vector<PlanField> strategyFields(const std::string& name)
{
    const StrategyInfo* info = strategyInfo(name);
    if (!info)
        return {};
    std::vector<PlanField> fields;
    if (name == "fedefm") {
        append(fields, visitFields());
        append(fields, mixFields());
        return fields;
    }
    fields.push_back(
        steps("strategy.local_steps", TEXT("Local steps"), TEXT("On own data, in every round"), 1));
    append(fields, ownFields(name));
    const bool isHub = info->scenario == LearningScenario::ClientServer;
    if (isHub)
        fields.push_back(choice("strategy.weights", TEXT("Weights"),
                                TEXT("Silos count by their pictures or alike"), "samples|equal"));
    if (isHub || (info->uses == Uses::Links && name != "fedmd")) {
        fields.push_back(number("strategy.logit_adjustment", TEXT("Logit adjustment"),
                                TEXT("τ of the silo's label prior; 0: none"), 0, 10));
        append(fields, mergeFields());
    }
    return fields;
}

#undef TEXT

nlohmann::json strategyDefault(const nlohmann::json& strategy, const std::string& option)
{
    const std::string name = nameOf(strategy);
    if (name == "fedefm")
        return fedEfmDefault(strategy, option);
    static const nlohmann::json kCommon{
        {"local_steps", 1}, {"weights", "samples"}, {"merge", "mean"},    {"trimmed_share", 0.2},
        {"faulty", 1},      {"chosen", 0},          {"digest_steps", 1},  {"server_learning_rate", 0.01},
        {"beta1", 0.9},     {"beta2", 0.99},        {"tau", 1e-3},        {"lambda", 1.0},
        {"beta", 0.5},      {"distil_steps", 10},   {"temperature", 1.0}, {"logit_adjustment", 0.0}};
    if (option == "mu")
        return name == "fedprox" ? 0.01 : 1.0;
    if (option == "temperature" && name == "moon")
        return 0.5;
    return valueAt(kCommon, option);
}

const std::vector<std::string>& strictOptions()
{
    static const std::vector<std::string> kOptions{
        "local_steps", "overseas_steps", "hops", "home_steps", "gossip", "fuse", "hard_floor", "weighting"};
    return kOptions;
}

int stepsPerRound(const nlohmann::json& strategy)
{
    const std::string name = nameOf(strategy);
    const int local = integerOf(strategy, "local_steps");
    return name == "fedefm"  ? local + integerOf(strategy, "home_steps")
           : name == "fedmd" ? local + integerOf(strategy, "digest_steps")
                             : local;
}

int visitSteps(const nlohmann::json& strategy)
{
    return nameOf(strategy) == "fedefm" ? integerOf(strategy, "overseas_steps") : 0;
}

bool comparesModels(const nlohmann::json& strategy)
{
    const std::string name = nameOf(strategy);
    return name == "moon" || name == "cdl" || (name == "fedefm" && learnsAtHome(strategy));
}

bool usesClassShares(const nlohmann::json& strategy)
{
    return numberOf(strategy, "logit_adjustment") > 0.0;
}

bool keepsUnreleased(const nlohmann::json& strategy)
{
    const std::string name = nameOf(strategy);
    return name == "local" || name == "cll" ||
           (name == "fedefm" && integerOf(strategy, "gossip") != 1 && learnsAtHome(strategy));
}

bool givesMoreThanWeights(const nlohmann::json& strategy)
{
    return nameOf(strategy) == "scaffold";
}

int visitHops(const nlohmann::json& strategy)
{
    return nameOf(strategy) == "fedefm" ? integerOf(strategy, "hops") : 0;
}

std::int64_t releasesOf(const nlohmann::json& strategy, int rounds, std::int64_t visits)
{
    const std::string name = nameOf(strategy);
    if (name == "cll" || name == "local" || name == "fedmd")
        return 0;
    if (name != "fedefm")
        return rounds;
    // Before the visits and, where there is gossip, behind them.
    const int every = integerOf(strategy, "gossip");
    return rounds + visits + (every > 0 ? rounds / every : 0);
}

} // namespace fedefm
