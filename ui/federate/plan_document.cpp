// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_document.h"

#include "core/federate/plan.h"
#include "ui/federate/plan_fields.h"
#include "ui/federate/plan_strategies.h"
#include "ui/train/config_presets.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kDefaultSilos = 5;
constexpr int kTestScenes = 240;
constexpr std::int64_t kTrainSeed = 4000000;
/// Scene k has seed + k: far enough that no anatomy stands on both sides.
constexpr std::int64_t kSeedsApart = 100'000'000;
constexpr int kSimulatedMaskClasses = 3;

bool isDescription(const nlohmann::json& value)
{
    return value.is_object() && value.contains("form") && value["form"].is_string();
}

bool isEditablePool(const nlohmann::json& pool)
{
    if (isDescription(pool)) {
        const nlohmann::json split = pool.value("split", nlohmann::json::object());
        return split.is_object() && !split.contains("train");
    }
    const nlohmann::json train = valueAt(pool, "train"), test = valueAt(pool, "test");
    return isDescription(train) && isSimulated(train) && (test.is_null() || isSimulated(test));
}

} // namespace

bool isSimulated(const nlohmann::json& description)
{
    return valueAt(description, "form") == "simulated";
}

PlanDataKind planDataKind(const nlohmann::json& plan)
{
    const nlohmann::json data = valueAt(plan, "data");
    const nlohmann::json silos = valueAt(data, "silos");
    if (silos.is_array()) {
        const bool isPlain = std::all_of(silos.begin(), silos.end(), [](const auto& silo) {
            return isDescription(valueAt(silo, "train"));
        });
        const nlohmann::json test = valueAt(data, "test");
        return isPlain && (test.is_null() || isDescription(test)) ? PlanDataKind::Listed
                                                                  : PlanDataKind::Other;
    }
    return isEditablePool(valueAt(data, "pool")) ? PlanDataKind::Pool : PlanDataKind::Other;
}

nlohmann::json trainingOfPreset(const QString& name)
{
    const auto document = presetDocument(name);
    const auto config = document ? parseTrainConfig(*document) : tl::unexpected(document.error());
    if (!config)
        return nlohmann::json::object();
    SessionPlan plan;
    plan.training = *config;
    return toJson(plan)["training"];
}

nlohmann::json defaultPlan()
{
    auto plan = toJson(*parseSessionPlan(nlohmann::json::object()));
    const nlohmann::json source{
        {"form", "simulated"},
        {"presets", {"human", "animal", "phantom", "simulation", "coronary", "neuro"}},
        {"scenes", 1200},
        {"frames_per_scene", 2},
        {"smallest_size_px", 128},
        {"largest_size_px", 192},
        {"seed", kTrainSeed}};
    plan["data"] = {{"pool", {{"train", source}, {"test", simulatedTest(source, kTestScenes)}}},
                    {"silo_count", kDefaultSilos},
                    {"partition", {{"scheme", "overlap"}, {"unseen_share", 0.5}}}};
    if (nlohmann::json training = trainingOfPreset(QStringLiteral("foundation_sources")); !training.empty())
        plan["training"] = std::move(training);
    return plan;
}

nlohmann::json poolSource(const nlohmann::json& plan)
{
    const nlohmann::json pool = valueAt(plan, "data.pool");
    nlohmann::json source = valueAt(pool, "train").is_object() ? valueAt(pool, "train") : pool;
    if (source.is_object())
        source.erase("split");
    return source;
}

nlohmann::json simulatedTest(const nlohmann::json& source, int scenes)
{
    nlohmann::json test = source;
    test["scenes"] = scenes;
    test["frames_per_scene"] = 1;
    const nlohmann::json seed = valueAt(source, "seed");
    test["seed"] = (seed.is_number_integer() ? seed.get<std::int64_t>() : std::int64_t{1}) + kSeedsApart;
    return test;
}

int planSiloCount(const nlohmann::json& plan)
{
    const nlohmann::json silos = valueAt(plan, "data.silos");
    if (silos.is_array())
        return static_cast<int>(silos.size());
    const nlohmann::json count = valueAt(plan, "data.silo_count");
    return count.is_number_integer() ? count.get<int>() : kDefaultSilos;
}

std::string planStrategy(const nlohmann::json& plan)
{
    const nlohmann::json name = valueAt(plan, "strategy.name");
    return name.is_string() ? name.get<std::string>() : std::string("fedefm");
}

nlohmann::json planTopology(const nlohmann::json& plan)
{
    nlohmann::json topology = valueAt(plan, "topology");
    if (!topology.is_object())
        topology = nlohmann::json::object();
    if (!topology.contains("name"))
        topology["name"] = "ring";
    const StrategyInfo* info = strategyInfo(planStrategy(plan));
    if (info && *info->topology)
        topology["name"] = info->topology;
    return topology;
}

std::filesystem::path planFolder(const nlohmann::json& plan)
{
    const nlohmann::json folder = valueAt(plan, "data.folder");
    return folder.is_string() ? folder.get<std::string>() : std::string();
}

int planClassCount(const nlohmann::json& plan)
{
    nlohmann::json source = poolSource(plan);
    if (planDataKind(plan) == PlanDataKind::Listed && !valueAt(plan, "data.silos").empty())
        source = valueAt(valueAt(plan, "data.silos")[0], "train");
    if (!isSimulated(source))
        return 0;
    if (valueAt(plan, "training.task") != "classification")
        return kSimulatedMaskClasses;
    const nlohmann::json presets = valueAt(source, "presets");
    return presets.is_array() ? static_cast<int>(presets.size()) : 0;
}

void fitClassCount(nlohmann::json& plan)
{
    const int classes = planClassCount(plan);
    const nlohmann::json parameters = valueAt(plan, "training.model.hyper_parameters");
    for (const char* key : {"num_classes", "n_classes"})
        if (classes > 0 && valueAt(parameters, key).is_number())
            setValueAt(plan, std::string("training.model.hyper_parameters.") + key, classes);
}

} // namespace fedefm
