// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_fields.h"

#include "core/federate/partition/partition.h"
#include "core/federate/plan.h"
#include "core/federate/privacy/privacy_settings.h"
#include "ui/federate/plan_strategies.h"

#include <QtGlobal>

#include <algorithm>

namespace fedefm {

namespace {

using Kind = ConfigField::Kind;

#define TEXT(source) QT_TRANSLATE_NOOP("ConfigField", source)

std::vector<PlanField> withKeys(std::vector<ConfigField> fields)
{
    std::vector<PlanField> result;
    for (ConfigField& field : fields)
        result.push_back({field, field.key});
    return result;
}

/// Fields of the Train mode by their keys there.
std::vector<PlanField> reused(const std::vector<std::string>& keys, const std::string& prefix)
{
    std::vector<PlanField> result;
    for (const std::string& key : keys)
        for (const ConfigField& field : configFields())
            if (key == field.key)
                result.push_back({field, prefix + key});
    return result;
}

nlohmann::json makeDefaults()
{
    nlohmann::json defaults = toJson(*parseSessionPlan(nlohmann::json::object()));
    defaults["privacy"] = toJson(PrivacySettings{});
    defaults["data"] = {{"silo_count", 5}, {"partition", toJson(PartitionSettings{})}};
    defaults["topology"] = {{"name", "ring"},   {"underlay", ""},        {"hub", 0},   {"both_ways", false},
                            {"max_degree", 0},  {"budget", 0.5},         {"file", ""}, {"multiplicity", 5},
                            {"links", nullptr}, {"mixing", "metropolis"}};
    return defaults;
}

} // namespace

std::vector<PlanField> planRunFields()
{
    auto fields = reused({"name", "seed"}, "");
    const auto more = reused({"device", "threads", "precision"}, "training.");
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

std::vector<PlanField> planNetworkFields()
{
    auto fields = reused({"task", "model.network", "model.hyper_parameters", "init", "init_drop_prefix",
                          "init_partial", "input", "augmentation"},
                         "training.");
    fields.front().field.group = TEXT("Network"); // the Train mode has the task among its run's fields
    return fields;
}

std::vector<PlanField> planOptimizerFields()
{
    return reused({"batch_size",
                   "optimizer.kind",
                   "optimizer.learning_rate",
                   "optimizer.momentum",
                   "optimizer.weight_decay",
                   "optimizer.clip_norm",
                   "schedule.kind",
                   "schedule.warm_up_steps",
                   "schedule.final_factor",
                   "schedule.power",
                   "loss.cross_entropy",
                   "loss.dice",
                   "loss.focal",
                   "loss.focal_gamma",
                   "loss.cl_dice",
                   "loss.cl_dice_iterations",
                   "loss.boundary",
                   "loss.class_weights",
                   "metrics",
                   "validation_limit"},
                  "training.");
}

std::vector<PlanField> planCourseFields()
{
    const char* group = TEXT("Rounds");
    return withKeys({
        {group, "rounds", TEXT("Rounds"), TEXT("How often models are exchanged"), Kind::Integer, 1, 1e6},
        {group, "warm_up_steps", TEXT("Warm-up"),
         TEXT("Steps of every silo on its own data before the first round"), Kind::Integer, 0, 1e9, "",
         "steps"},
        {group, "deadline_seconds", TEXT("Deadline"),
         TEXT("Of a phase of a round; who is late is missed in that round, nobody waits longer"), Kind::Real,
         1e-3, 1e9, "", "s"},
        {group, "least_silos", TEXT("Least silos"), TEXT("When fewer silos finish a round the session ends"),
         Kind::Integer, 1, 400},
        {group, "evaluate_every", TEXT("Evaluate every"), TEXT("The merged model, on the common test set"),
         Kind::Integer, 1, 1e6, "", "rounds"},
        {group, "evaluate_silos_every", TEXT("Evaluate silos every"),
         TEXT("Each silo's own model on the common test set; 0: at the end only"), Kind::Integer, 0, 1e6, "",
         "rounds"},
        {group, "checkpoint_every", TEXT("Checkpoint every"),
         TEXT("A session that is cut off resumes behind its last checkpoint"), Kind::Integer, 1, 1e6, "",
         "rounds"},
        {group, "checkpoints_mb", TEXT("Room for checkpoints"),
         TEXT("Older ones are kept, to go back to their rounds, as long as all together take no more"),
         Kind::Integer, 0, 1 << 24, "", "MB"},
        {group, "batch_norm", TEXT("BatchNorm"),
         TEXT("average; local: its layers stay at the silo (FedBN); local_statistics: only their running "
              "means do (SiloBN)"),
         Kind::Choice, 0, 0, "average|local|local_statistics"},
        {group, "optimizer_state", TEXT("Optimiser's state"), TEXT("Kept or made anew in every round"),
         Kind::Choice, 0, 0, "keep|reset"},
        {group, "memory_mb", TEXT("Memory for silos"),
         TEXT("States of silos beyond this lie in files while they wait"), Kind::Integer, 16, 1 << 24, "",
         "MB"},
    });
}

std::vector<PlanField> planPartitionFields(const std::string& scheme)
{
    const char* group = "";
    std::vector<ConfigField> fields;
    if (scheme == "dirichlet")
        fields.push_back({group, "data.partition.alpha", TEXT("Concentration α"),
                          TEXT("Small is uneven: 0.1 gives silos of almost one source, 100 equal mixtures"),
                          Kind::Real, 1e-6, 1e6});
    const std::vector<ConfigField> always{
        {group, "data.partition.samples_per_silo", TEXT("Pictures per silo"),
         TEXT("The same for every silo; 0: as many as the protocol leaves"), Kind::Integer, 0, 1e9},
        {group, "data.partition.least_samples", TEXT("At least"), TEXT("Fewest pictures of any silo"),
         Kind::Integer, 0, 1e9},
        {group, "data.partition.keep_groups", TEXT("Keep patients together"),
         TEXT("Pictures of one patient, video or scene go to one silo"), Kind::Flag},
        {group, "data.partition.seed", TEXT("Seed of the partition"),
         TEXT("The same seed gives the same partition on every machine"), Kind::Integer, 0, 2147483647},
    };
    fields.insert(fields.end(), always.begin(), always.end());
    return withKeys(std::move(fields));
}

std::vector<PlanField> planTopologyFields(const std::string& topology)
{
    const char* group = "";
    const ConfigField hub{group,
                          "topology.hub",
                          TEXT("Hub"),
                          TEXT("Number of the silo that gathers; -1: the most central one"),
                          Kind::Integer,
                          -1,
                          399};
    if (topology == "ring")
        return withKeys({{group, "topology.both_ways", TEXT("Both ways"),
                          TEXT("Each silo sends to both neighbours, not only to the next one"), Kind::Flag},
                         {group, "topology.mixing", TEXT("Mixing"),
                          TEXT("ring, with both ways: half of one's own model and a quarter of each "
                               "neighbour's; metropolis: a third of each"),
                          Kind::Choice, 0, 0, "metropolis|ring"},
                         hub});
    if (topology == "mbst")
        return withKeys({{group, "topology.max_degree", TEXT("Most neighbours"), TEXT("0: the best of all"),
                          Kind::Integer, 0, 399},
                         hub});
    if (topology == "matcha" || topology == "matcha+")
        return withKeys(
            {{group, "topology.budget", TEXT("Budget"),
              TEXT("Mean share of the matchings that are active in a round"), Kind::Real, 1e-6, 1},
             hub});
    if (topology == "multigraph")
        return withKeys(
            {{group, "topology.multiplicity", TEXT("Multiplicity"),
              TEXT("A slow link is used in every n-th round only, n at most this"), Kind::Integer, 1, 100},
             hub});
    if (topology == "custom")
        return withKeys(
            {{group, "topology.file", TEXT("File of links"),
              TEXT("JSON as docs/topology.md describes it; empty: the links below"), Kind::Text},
             {group, "topology.links", TEXT("Links"),
              TEXT("JSON list of pairs of silos, by name or number: [[0, 1], [1, 2], [2, 0]]"), Kind::Json},
             hub});
    return withKeys({hub});
}

std::vector<PlanField> planPrivacyFields()
{
    const char* group = TEXT("Privacy");
    return withKeys({
        {group, "privacy.clip", TEXT("Clip at"), TEXT("Bound of the L2 norm of what is protected"),
         Kind::Real, 1e-12, 1e12},
        {group, "privacy.noise", TEXT("Noise"),
         TEXT("Standard deviation in units of the clip; more noise, smaller ε, slower learning"), Kind::Real,
         0, 1e6},
        {group, "privacy.delta", TEXT("δ"),
         TEXT("Chance that the guarantee fails; well below 1 / number of pictures"), Kind::Real, 1e-300,
         1.0 - 1e-12},
        {group, "privacy.epsilon_limit", TEXT("Limit of ε"),
         TEXT("A silo stops before it gives away more; 0: no limit"), Kind::Real, 0, 1e9},
        {group, "privacy.visit_floor", TEXT("Visit floor"),
         TEXT("Different pictures that a visit must see at the least; 0: no floor"), Kind::Integer, 0, 1e9,
         "", "pictures"},
    });
}

#undef TEXT

nlohmann::json planDefault(const nlohmann::json& plan, const std::string& key)
{
    static const nlohmann::json kDefaults = makeDefaults();
    const std::string prefix = "strategy.";
    if (key.rfind(prefix, 0) == 0)
        return strategyDefault(valueAt(plan, "strategy"), key.substr(prefix.size()));
    // Round 0 of the paper's algorithm, as the session reads it.
    if (key == "warm_up_steps" && valueAt(plan, "strategy.strict") == true)
        return 1;
    if (key == "data.partition.unseen_share" && valueAt(plan, "data.partition.scheme") == "disjoint")
        return 1.0;
    return valueAt(kDefaults, key);
}

} // namespace fedefm
