// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/plan.h"

#include "core/base/strict_object.h"
#include "core/train/config_document.h"

namespace fedefm {

namespace {

constexpr int kVersion = 1;
/// What a session decides itself; these keys of a training have no place in `training`.
const char* const kOwnKeys[] = {
    "data",        "epochs",           "samples_per_epoch", "patience",
    "ema_decay",   "validation_every", "sample_pictures",   "checkpoint_every_steps",
    "max_minutes", "select_by",        "version",           "name",
    "seed"};

Result<TrainConfig> readTraining(nlohmann::json json, const std::string& name, std::uint64_t seed)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidArgument, "training", "an object is expected");
    for (const char* key : kOwnKeys)
        if (json.contains(key))
            return fail(ErrorCode::InvalidArgument, std::string("training.") + key,
                        "decided by the session, not by its training");
    json["name"] = name;
    json["seed"] = seed;
    auto config = parseTrainConfig(json);
    if (!config && config.error().subject.rfind("training", 0) != 0)
        config.error().subject = "training." + config.error().subject;
    return config;
}

void readCourse(StrictObject& object, SessionPlan& plan)
{
    object.integer("rounds", plan.rounds, 1, 1'000'000);
    object.integer("warm_up_steps", plan.warmUpSteps, 0);
    object.integer("evaluate_every", plan.evaluateEvery, 1);
    object.integer("evaluate_silos_every", plan.evaluateSilosEvery, 0);
    object.integer("checkpoint_every", plan.checkpointEvery, 1);
    object.integer("checkpoints_mb", plan.checkpointsMb, 0, 1 << 24);
    object.number("deadline_seconds", plan.deadlineSeconds, 1e-3, 1e9);
    object.integer("least_silos", plan.leastSilos, 1);
    object.choice("batch_norm", plan.batchNorm, {"average", "local", "local_statistics"});
    object.choice("optimizer_state", plan.optimizerState, {"keep", "reset"});
    object.integer("memory_mb", plan.memoryMb, 16, 1 << 24);
}

} // namespace

Result<SessionPlan> parseSessionPlan(const nlohmann::json& document)
{
    SessionPlan plan;
    std::string name = "session";
    std::uint64_t seed = 1;
    nlohmann::json training = nlohmann::json::object();
    plan.topology = {{"name", "ring"}};
    plan.strategy = {{"name", "fedefm"}};
    StrictObject object(document, "");
    object.integer("version", plan.version, 1);
    if (plan.version > kVersion)
        object.refuse("version", "written for a newer program; this one knows version 1");
    object.text("name", name);
    object.seed("seed", seed);
    object.object("training", training);
    object.object("data", plan.data);
    object.object("topology", plan.topology);
    object.object("strategy", plan.strategy);
    object.object("privacy", plan.privacy);
    // Round 0 of the paper's algorithm: one step at home, as all of its visits and lessons have one.
    const auto strict = plan.strategy.find("strict");
    plan.warmUpSteps = strict != plan.strategy.end() && *strict == true ? 1 : 0;
    readCourse(object, plan);
    if (!plan.strategy.contains("name") || !plan.strategy["name"].is_string())
        object.refuse("strategy.name", "the name of a strategy is expected");
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    auto config = readTraining(std::move(training), name, seed);
    if (!config)
        return tl::unexpected(config.error());
    plan.training = std::move(*config);
    return plan;
}

nlohmann::json toJson(const SessionPlan& plan)
{
    nlohmann::json training = toJson(plan.training);
    for (const char* key : kOwnKeys)
        training.erase(key);
    return {{"version", plan.version},
            {"name", plan.training.name},
            {"seed", plan.training.seed},
            {"training", training},
            {"data", plan.data},
            {"topology", plan.topology},
            {"strategy", plan.strategy},
            {"rounds", plan.rounds},
            {"warm_up_steps", plan.warmUpSteps},
            {"evaluate_every", plan.evaluateEvery},
            {"evaluate_silos_every", plan.evaluateSilosEvery},
            {"checkpoint_every", plan.checkpointEvery},
            {"checkpoints_mb", plan.checkpointsMb},
            {"deadline_seconds", plan.deadlineSeconds},
            {"least_silos", plan.leastSilos},
            {"batch_norm", plan.batchNorm},
            {"optimizer_state", plan.optimizerState},
            {"memory_mb", plan.memoryMb},
            {"privacy", plan.privacy}};
}

std::string sessionMeasure(const nlohmann::json& plan)
{
    const auto text = [&plan](const char* key) {
        const nlohmann::json::json_pointer where("/training/" + std::string(key));
        const bool isThere = plan.is_object() && plan.contains(where) && plan[where].is_string();
        return isThere ? plan[where].get<std::string>() : std::string();
    };
    const std::string given = text("select_by");
    return given.empty() ? usualMeasure(text("task"), text("metrics")) : given;
}

Result<SessionPlan> loadSessionPlan(const std::filesystem::path& file,
                                    const std::vector<std::string>& settings)
{
    const auto document = loadConfigDocument(file, settings);
    if (!document)
        return tl::unexpected(document.error());
    return parseSessionPlan(*document);
}

} // namespace fedefm
