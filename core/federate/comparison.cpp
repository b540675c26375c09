// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/comparison.h"

#include "core/base/nearest_name.h"
#include "core/base/strict_object.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace fedefm {

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMostCells = 10'000;

/// Letters, digits and dashes only, as a part of a folder's name.
std::string slugOf(const std::string& name)
{
    std::string slug;
    for (const char letter : name) {
        const auto value = static_cast<unsigned char>(letter);
        if (std::isalnum(value) != 0)
            slug += static_cast<char>(std::tolower(value));
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
    }
    while (!slug.empty() && slug.back() == '-')
        slug.pop_back();
    return slug;
}

Result<std::vector<ComparisonPart>> readParts(const nlohmann::json& list, const std::string& where,
                                              bool isMethod)
{
    if (!list.is_array() || list.empty())
        return fail(ErrorCode::InvalidArgument, where, "a list with at least one entry is expected");
    std::vector<ComparisonPart> parts;
    std::set<std::string> slugs;
    for (std::size_t at = 0; at < list.size(); ++at) {
        const std::string place = where + "[" + std::to_string(at) + "]";
        StrictObject object(list[at], place);
        ComparisonPart part;
        part.set = nlohmann::json::object();
        object.text("name", part.name);
        if (isMethod) {
            object.text("scenario", part.scenario);
            object.texts("only", part.only);
        }
        object.object("set", part.set);
        if (slugOf(part.name).empty())
            object.refuse("name", "a name with a letter or a digit is expected");
        else if (!slugs.insert(slugOf(part.name)).second)
            object.refuse("name", "too much like an earlier one");
        if (auto read = object.finish(); !read)
            return tl::unexpected(read.error());
        parts.push_back(std::move(part));
    }
    return parts;
}

Status checkConditions(const ComparisonPlan& plan)
{
    std::vector<std::string> names;
    for (const ComparisonPart& condition : plan.conditions)
        names.push_back(condition.name);
    for (const ComparisonPart& method : plan.methods)
        for (const std::string& name : method.only)
            if (std::find(names.begin(), names.end(), name) == names.end())
                return fail(ErrorCode::InvalidArgument, "methods",
                            method.name + ": there is no condition \"" + name + "\"; the nearest is \"" +
                                nearestName(name, names) + "\"");
    return {};
}

bool isUnder(const ComparisonPart& method, const ComparisonPart& condition)
{
    return method.only.empty() ||
           std::find(method.only.begin(), method.only.end(), condition.name) != method.only.end();
}

Status readSeeds(const nlohmann::json& list, std::vector<std::uint64_t>& seeds)
{
    if (list.is_null())
        return {};
    const auto wrong =
        fail(ErrorCode::InvalidArgument, "seeds", "a list of different whole numbers is expected");
    if (!list.is_array() || list.empty())
        return wrong;
    std::set<std::uint64_t> known;
    for (const nlohmann::json& seed : list)
        if (!seed.is_number_unsigned() || !known.insert(seed.get<std::uint64_t>()).second)
            return wrong;
    seeds = list.get<std::vector<std::uint64_t>>();
    return {};
}

/// A name that no measurement will have is noticed before hours of work, not behind them.
Status checkMetric(const std::string& metric, const TrainConfig& training)
{
    std::vector<std::string> names{"loss"};
    if (training.task == "classification")
        names.insert(names.end(), {"accuracy", "macro_auc"});
    else if (training.metrics == "paper")
        names.insert(names.end(), {"dice", "miou", "jaccard"});
    else
        for (const char* score : {"dice", "cl_dice", "iou", "precision", "recall", "detection_rate",
                                  "tip_error_px", "tip_error_mm", "centerline_mean_px", "centerline_mean_mm",
                                  "centerline_p95_px", "centerline_p95_mm"})
            names.push_back(std::string("foreground.") + score);
    const bool isOfAClass = metric.rfind("classes.", 0) == 0;
    if (metric.empty() || isOfAClass || std::find(names.begin(), names.end(), metric) != names.end())
        return {};
    return fail(ErrorCode::InvalidArgument, "metric",
                "\"" + metric + "\" is not measured; the nearest is " + nearestName(metric, names));
}

} // namespace

Result<ComparisonPlan> parseComparison(const nlohmann::json& document)
{
    ComparisonPlan plan;
    int version = kVersion;
    plan.session = nlohmann::json::object();
    StrictObject object(document, "");
    object.integer("version", version, 1, kVersion);
    object.text("name", plan.name);
    object.text("metric", plan.metric);
    object.object("session", plan.session);
    const nlohmann::json methods = object.value("methods");
    nlohmann::json conditions = object.value("conditions");
    const nlohmann::json seeds = object.value("seeds");
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    if (conditions.is_null())
        conditions = nlohmann::json::array({{{"name", "all"}}});
    auto readMethods = readParts(methods, "methods", true);
    if (!readMethods)
        return tl::unexpected(readMethods.error());
    auto readConditions = readParts(conditions, "conditions", false);
    if (!readConditions)
        return tl::unexpected(readConditions.error());
    if (auto read = readSeeds(seeds, plan.seeds); !read)
        return tl::unexpected(read.error());
    plan.methods = std::move(*readMethods);
    plan.conditions = std::move(*readConditions);
    if (auto known = checkConditions(plan); !known)
        return tl::unexpected(known.error());
    if (plan.methods.size() * plan.conditions.size() * plan.seeds.size() > kMostCells)
        return fail(ErrorCode::InvalidArgument, "methods", "more than 10,000 sessions");
    return plan;
}

Result<std::vector<ComparisonCell>> cellsOf(const ComparisonPlan& plan)
{
    std::vector<ComparisonCell> cells;
    std::set<std::string> names;
    for (std::size_t seed = 0; seed < plan.seeds.size(); ++seed)
        for (std::size_t condition = 0; condition < plan.conditions.size(); ++condition)
            for (std::size_t method = 0; method < plan.methods.size(); ++method) {
                if (!isUnder(plan.methods[method], plan.conditions[condition]))
                    continue;
                ComparisonCell cell{method, condition, seed, {}, {}};
                cell.name = slugOf(plan.methods[method].name) + "-" +
                            slugOf(plan.conditions[condition].name) + "-" + std::to_string(plan.seeds[seed]);
                // "a" under "b-c" and "a-b" under "c" would share a run.
                if (!names.insert(cell.name).second)
                    return fail(ErrorCode::InvalidArgument, "methods",
                                "two sessions would be called " + cell.name +
                                    "; give a method or condition another name");
                nlohmann::json document = plan.session;
                document.merge_patch(plan.conditions[condition].set);
                document.merge_patch(plan.methods[method].set);
                document["name"] = cell.name;
                document["seed"] = plan.seeds[seed];
                auto parsed = parseSessionPlan(document);
                if (!parsed)
                    return fail(parsed.error().code, cell.name + ": " + parsed.error().subject,
                                parsed.error().detail);
                if (const Status known = checkMetric(plan.metric, parsed->training); !known)
                    return tl::unexpected(known.error());
                cell.plan = std::move(*parsed);
                cells.push_back(std::move(cell));
            }
    return cells;
}

} // namespace fedefm
