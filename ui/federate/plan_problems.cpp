// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_problems.h"

#include "core/base/nearest_name.h"
#include "core/federate/merge/merge.h"
#include "core/federate/plan.h"
#include "core/federate/privacy/privacy_settings.h"
#include "core/federate/privacy/rdp_accountant.h"
#include "core/federate/tour.h"
#include "core/train/data/simulated_dataset.h"
#include "core/train/readers/dataset_readers.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_strategies.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace fedefm {

namespace {

using Problems = std::vector<PlanProblem>;
constexpr std::size_t kFewSilos = 20; ///< below that a whole silo's noise swamps what is learnt

QString tr(const char* source)
{
    return QCoreApplication::translate("PlanProblems", source);
}

QString textOf(const Error& error)
{
    const std::string& text = error.detail.empty() ? error.subject : error.detail;
    return QString::fromStdString(text);
}

int integerAt(const nlohmann::json& plan, const std::string& key)
{
    const nlohmann::json given = valueAt(plan, key);
    const nlohmann::json value = given.is_number() ? given : planDefault(plan, key);
    return value.is_number() ? static_cast<int>(value.get<double>()) : 0;
}

void checkSource(const nlohmann::json& description, const std::string& key, const nlohmann::json& plan,
                 Problems& problems)
{
    const nlohmann::json form = valueAt(description, "form");
    if (!form.is_string()) {
        problems.push_back({key, tr("The form of the data set is missing.")});
        return;
    }
    if (isSimulated(description)) {
        if (const auto dataset = openSimulatedDataset(description); !dataset)
            problems.push_back({key, QString::fromStdString(dataset.error().detail)});
        return;
    }
    const std::vector<std::string> forms = datasetForms();
    if (std::find(forms.begin(), forms.end(), form.get<std::string>()) == forms.end()) {
        problems.push_back(
            {key, tr("There is no form \"%1\".").arg(QString::fromStdString(form.get<std::string>()))});
        return;
    }
    const nlohmann::json path = valueAt(description, "path");
    const std::string given = path.is_string() ? path.get<std::string>() : std::string();
    std::error_code code;
    if (given.empty())
        problems.push_back({key, tr("Choose a folder.")});
    else if (!std::filesystem::exists(planFolder(plan) / given, code))
        problems.push_back({key, tr("There is no folder %1.").arg(QString::fromStdString(given))});
}

void checkListed(const nlohmann::json& plan, Problems& problems)
{
    const nlohmann::json silos = valueAt(plan, "data.silos");
    if (silos.empty() || silos.size() > static_cast<std::size_t>(kMaxSilos))
        problems.push_back({"data.silos", tr("1 to 400 silos are possible: add a folder for each.")});
    std::set<std::string> names;
    for (std::size_t at = 0; at < silos.size(); ++at) {
        const nlohmann::json name = valueAt(silos[at], "name");
        const std::string text = name.is_string() ? name.get<std::string>() : std::string();
        const QString shown = text.empty() ? QString::number(at + 1) : QString::fromStdString(text);
        if (!text.empty() && !names.insert(text).second)
            problems.push_back({"data.silos", tr("Two silos are called %1.").arg(shown)});
        Problems own;
        checkSource(valueAt(silos[at], "train"), "data.silos", plan, own);
        for (PlanProblem& problem : own)
            problems.push_back({"data.silos", tr("Silo %1: %2").arg(shown, problem.text)});
    }
    if (valueAt(plan, "data.test").is_object())
        checkSource(valueAt(plan, "data.test"), "data.test", plan, problems);
    else
        problems.push_back(
            {"data.test", tr("Without a common test set the merged model is not measured."), false});
}

void checkData(const nlohmann::json& plan, const PlanOutlook& outlook, Problems& problems)
{
    const nlohmann::json data = valueAt(plan, "data");
    const nlohmann::json folder = valueAt(data, "folder");
    std::error_code code;
    if (folder.is_string() && !std::filesystem::is_directory(folder.get<std::string>(), code))
        problems.push_back(
            {"data", tr("There is no folder %1.").arg(QString::fromStdString(folder.get<std::string>()))});
    if (data.is_object() && data.contains("pool") == data.contains("silos"))
        problems.push_back({"data", tr("Either \"pool\" or \"silos\" is expected.")});
    if (planDataKind(plan) == PlanDataKind::Listed)
        checkListed(plan, problems);
    if (planDataKind(plan) != PlanDataKind::Pool)
        return;
    checkSource(poolSource(plan), "data.pool", plan, problems);
    if (valueAt(data, "pool.test").is_object())
        checkSource(valueAt(data, "pool.test"), "data.pool.test", plan, problems);
    if (const auto settings = parsePartition(valueAt(data, "partition")); !settings)
        problems.push_back({"data." + settings.error().subject, textOf(settings.error())});
    if (outlook.partitionError)
        problems.push_back({"data.partition", textOf(*outlook.partitionError)});
    const int count = planSiloCount(plan);
    if (count < 1 || count > kMaxSilos)
        problems.push_back({"data.silo_count", tr("1 to 400 silos are possible.")});
}

void checkTopology(const nlohmann::json& plan, const PlanOutlook& outlook, Problems& problems)
{
    if (!outlook.linksError || outlook.linksError->subject == "data.silo_count")
        return;
    const Error& error = *outlook.linksError;
    std::string key = error.subject;
    if (key.rfind("topology", 0) != 0)
        key = valueAt(plan, "topology.name") == "custom" && valueAt(plan, "topology.file").is_string()
                  ? "topology.file"
                  : "topology.underlay";
    if (key == "topology")
        key = "topology.name";
    problems.push_back({key, textOf(error)});
}

bool isInside(const ConfigField& field, const nlohmann::json& value)
{
    switch (field.kind) {
    case ConfigField::Kind::Flag:
        return value.is_boolean();
    case ConfigField::Kind::Choice:
        return value.is_string() && QString::fromUtf8(field.choices)
                                        .split(QLatin1Char('|'))
                                        .contains(QString::fromStdString(value.get<std::string>()));
    case ConfigField::Kind::Integer:
        return value.is_number_integer() && value.get<double>() >= field.least &&
               value.get<double>() <= field.most;
    case ConfigField::Kind::Real:
        return value.is_number() && value.get<double>() >= field.least && value.get<double>() <= field.most;
    default:
        return true;
    }
}

/// Robust rules need a number of models, in client-server learning of all silos, else of the neighbours.
void checkMerge(const nlohmann::json& plan, const StrategyInfo& info, const PlanOutlook& outlook,
                Problems& problems)
{
    const nlohmann::json strategy = valueAt(plan, "strategy");
    const auto option = [&strategy](const char* name) {
        const nlohmann::json given = valueAt(strategy, name);
        return given.is_null() ? strategyDefault(strategy, name) : given;
    };
    const nlohmann::json named = option("merge"), faulty = option("faulty"),
                         trimmed = option("trimmed_share");
    const auto rule = named.is_string() ? parseMergeRule(named.get<std::string>())
                                        : Result<MergeRule>(MergeRule::WeightedMean);
    if (!rule || !faulty.is_number_integer() || !trimmed.is_number())
        return; // said by their fields
    MergeOptions merge;
    merge.rule = *rule;
    merge.faultyMembers = faulty.get<int>();
    merge.trimmedShare = trimmed.get<double>();
    auto members = static_cast<std::size_t>(std::max(0, planSiloCount(plan)));
    if (info.uses == StrategyInfo::Uses::Links && outlook.links) {
        const Overlay overlay = outlook.links->wholeOverlay();
        for (int silo = 0; silo < outlook.links->siloCount(); ++silo)
            members = std::min(members, overlay.incoming(silo).size() + 1);
    }
    if (members == 0)
        return; // said by the page of the data
    const Status fits =
        checkMergeMembers(merge, members, tr("a merge has %1 here").arg(members).toStdString());
    if (!fits)
        problems.push_back({"strategy.merge", textOf(fits.error())});
}

void checkStrategy(const nlohmann::json& plan, const PlanOutlook& outlook, Problems& problems)
{
    const StrategyInfo* info = strategyInfo(planStrategy(plan));
    if (!info) {
        std::vector<std::string> names;
        for (const StrategyInfo& known : strategyInfos())
            names.emplace_back(known.name);
        problems.push_back(
            {"strategy.name", tr("There is no such strategy; the nearest is %1.")
                                  .arg(QString::fromStdString(nearestName(planStrategy(plan), names)))});
        return;
    }
    const std::vector<PlanField> fields = strategyFields(info->name);
    const nlohmann::json strategy = valueAt(plan, "strategy");
    for (const auto& [option, value] : strategy.items()) {
        if (option == "name")
            continue;
        const std::string key = "strategy." + option;
        const auto found = std::find_if(fields.begin(), fields.end(),
                                        [&key = key](const auto& field) { return field.key == key; });
        if (found == fields.end())
            problems.push_back(
                {"strategy.name", tr("%1 has no option \"%2\".")
                                      .arg(QString::fromUtf8(info->title), QString::fromStdString(option))});
        else if (!isInside(found->field, value))
            problems.push_back({key, tr("This value is outside the allowed range.")});
    }
    checkMerge(plan, *info, outlook, problems);
    if (stepsPerRound(strategy) + visitSteps(strategy) == 0)
        problems.push_back({"strategy.local_steps", tr("Nothing is trained: a step at least is needed.")});
    const nlohmann::json common = valueAt(plan, "data.public");
    if (info->needsPublic && common.is_null())
        problems.push_back({"data.public", tr("This strategy needs pictures that every silo has.")});
    if (!common.is_null() && common.is_object() && common.contains("form"))
        checkSource(common, "data.public", plan, problems);
}

void checkTraining(const nlohmann::json& plan, Problems& problems)
{
    if (const auto parsed = parseSessionPlan(plan); !parsed) {
        // These two stand at the top of a plan, and are checked as parts of its training.
        std::string key = parsed.error().subject;
        for (const char* outer : {"name", "seed"})
            key = key == std::string("training.") + outer ? outer : key;
        problems.push_back({key, textOf(parsed.error())});
    }
    const nlohmann::json network = valueAt(plan, "training.model.network");
    if (!network.is_string() || network.get<std::string>().empty())
        problems.push_back({"training.model.network", tr("Choose a network, or begin with a preset.")});
    const int classes = planClassCount(plan);
    for (const char* key : {"num_classes", "n_classes"}) {
        const nlohmann::json given = valueAt(plan, std::string("training.model.hyper_parameters.") + key);
        if (classes > 0 && given.is_number_integer() && given.get<int>() != classes)
            problems.push_back(
                {"training.model.hyper_parameters",
                 tr("The data has %1 classes, the network %2.").arg(classes).arg(given.get<int>())});
    }
    if (integerAt(plan, "least_silos") > planSiloCount(plan))
        problems.push_back({"least_silos", tr("The session has %1 silos.").arg(planSiloCount(plan))});
}

/// Promises that a session would refuse to give. Whether a network has BatchNorm shows only there.
void checkUnit(const nlohmann::json& plan, PrivacyUnit unit, Problems& problems)
{
    const auto refuse = [&problems](const QString& text) { problems.push_back({"privacy.unit", text}); };
    const nlohmann::json strategy = valueAt(plan, "strategy");
    const StrategyInfo* info = strategyInfo(planStrategy(plan));
    const bool usesPublic = info && info->needsPublic;
    if (unit == PrivacyUnit::Record && (usesPublic || comparesModels(strategy)))
        refuse(
            tr("Single pictures cannot be protected by a strategy that compares models (FedEFM does so with "
               "home steps, and where experts count by their score)."));
    if (unit == PrivacyUnit::Record && usesClassShares(strategy))
        refuse(tr("Single pictures cannot be protected with a logit adjustment: it depends on all of them."));
    if (unit == PrivacyUnit::Silo && (usesPublic || givesMoreThanWeights(strategy)))
        refuse(tr("With this strategy more than weights leaves a silo, unprotected."));
    if (unit == PrivacyUnit::Silo && keepsUnreleased(strategy))
        refuse(tr("With this strategy training stays in the models that was never protected: FedEFM needs "
                  "gossip in every round, or neither home steps nor experts that count by their score."));
    const nlohmann::json batchNorm = valueAt(plan, "batch_norm");
    if (unit == PrivacyUnit::Silo && batchNorm.is_string() && batchNorm != "average")
        problems.push_back(
            {"batch_norm", tr("Layers that stay at home would be in the merged model, unprotected."), false});
}

void checkPrivacy(const nlohmann::json& plan, const PlanOutlook& outlook, Problems& problems)
{
    const nlohmann::json given = valueAt(plan, "privacy");
    const auto settings = parsePrivacy(given.is_null() ? nlohmann::json::object() : given);
    if (!settings) {
        problems.push_back({settings.error().subject, textOf(settings.error())});
        return;
    }
    checkUnit(plan, settings->unit, problems);
    const nlohmann::json strategy = valueAt(plan, "strategy");
    const int steps = visitSteps(strategy);
    const std::size_t least = outlook.leastSamples();
    if (steps > 0 && planSiloCount(plan) > 1) {
        const auto checked =
            checkVisit(settings->visitFloor,
                       static_cast<std::size_t>(std::max(0, integerAt(plan, "training.batch_size"))),
                       static_cast<std::size_t>(steps), least > 0 ? least : settings->visitFloor.pictures);
        // A session refuses short visits only where the plan says something about privacy.
        const bool isAsked = given.is_object() && !given.empty();
        if (!checked)
            problems.push_back(
                {"privacy.visit_floor",
                 tr("Visits are short enough to give pictures away: %1.").arg(textOf(checked.error())),
                 isAsked});
    }
    if (settings->unit == PrivacyUnit::Silo && static_cast<std::size_t>(planSiloCount(plan)) < kFewSilos)
        problems.push_back({"privacy.unit",
                            tr("With %1 silos the noise swamps what is learnt.").arg(planSiloCount(plan)),
                            false});
    const double epsilon = expectedEpsilon(plan, outlook);
    if (settings->epsilonLimit > 0.0 && epsilon > settings->epsilonLimit)
        problems.push_back(
            {"privacy.epsilon_limit",
             tr("ε is expected to reach %1: silos will stop before the last round.").arg(epsilon, 0, 'g', 3),
             false});
}

} // namespace

std::vector<PlanProblem> planProblems(const nlohmann::json& plan, const PlanOutlook& outlook)
{
    Problems problems;
    checkData(plan, outlook, problems);
    checkTopology(plan, outlook, problems);
    checkStrategy(plan, outlook, problems);
    checkTraining(plan, problems);
    checkPrivacy(plan, outlook, problems);
    return problems;
}

double expectedEpsilon(const nlohmann::json& plan, const PlanOutlook& outlook)
{
    const auto settings = parsePrivacy(valueAt(plan, "privacy"));
    if (!settings || settings->unit == PrivacyUnit::None || !outlook.links)
        return -1.0;
    const nlohmann::json strategy = valueAt(plan, "strategy");
    const int rounds = integerAt(plan, "rounds");
    double largest = -1.0;
    const auto spend = [&](double rate, std::int64_t count) {
        RdpAccountant accountant;
        const auto added = accountant.addSteps(rate, settings->noise, count);
        const auto spent = accountant.epsilon(settings->delta);
        if (added && spent)
            largest = std::max(largest, spent->epsilon);
    };
    const int silos = outlook.links->siloCount();
    const int hops = silos > 1 ? visitHops(strategy) : 0;
    const std::vector<std::int64_t> visits =
        hops > 0 ? visitCounts(*outlook.links, hops, rounds)
                 : std::vector<std::int64_t>(static_cast<std::size_t>(silos), 0);
    if (settings->unit == PrivacyUnit::Silo) {
        spend(1.0, releasesOf(strategy, rounds, *std::max_element(visits.begin(), visits.end())));
        return largest;
    }
    if (!outlook.report)
        return -1.0;
    // Who has most visits and fewest pictures gives away most; the accountant is slow, so only those are
    // asked.
    std::map<std::int64_t, std::size_t, std::greater<>> leastByVisits;
    for (std::size_t silo = 0; silo < visits.size(); ++silo) {
        const std::size_t samples = outlook.report->silos[silo].samples;
        const auto entry = leastByVisits.emplace(visits[silo], samples).first;
        entry->second = std::min(entry->second, samples);
    }
    const double batch = integerAt(plan, "training.batch_size");
    const auto own =
        static_cast<std::int64_t>(stepsPerRound(strategy)) * rounds + integerAt(plan, "warm_up_steps");
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const auto& [count, samples] : leastByVisits) {
        if (samples >= least)
            continue;
        least = samples;
        spend(std::min(1.0, batch / std::max(1.0, static_cast<double>(samples))),
              own + static_cast<std::int64_t>(visitSteps(strategy)) * count);
    }
    return largest;
}

} // namespace fedefm
