// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_parameters.h"

#include "ui/train/config_schema.h"
#include "ui/train/curve_math.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <array>
#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kMostDiffering = 12;
constexpr std::array kAlways{"optimizer.learning_rate", "batch_size", "optimizer.kind", "loss"};
constexpr std::array kLossWeights{"loss.cross_entropy", "loss.dice", "loss.focal", "loss.cl_dice",
                                  "loss.boundary"};
/// Names, machinery, and what the table shows anyway.
constexpr std::array kNotCompared{"version",
                                  "name",
                                  "seed",
                                  "epochs",
                                  "rounds",
                                  "threads",
                                  "device",
                                  "network",
                                  "max_minutes",
                                  "checkpoint_every_steps",
                                  "memory_mb",
                                  "sample_pictures",
                                  "checkpoint_every",
                                  "model.network"};
const std::string kTraining = "training.";
const std::string kFolder = "data.folder";

template <typename Names> bool contains(const Names& names, const std::string& key)
{
    return std::find(names.begin(), names.end(), key) != names.end();
}

void flatten(const nlohmann::json& object, const std::string& prefix, RunParameters& into)
{
    for (const auto& [key, value] : object.items()) {
        const std::string name = prefix + key;
        if (value.is_object())
            flatten(value, name + ".", into);
        else
            into.emplace(name, value);
    }
}

QString lossText(const RunParameters& parameters)
{
    QStringList parts;
    for (const std::string key : kLossWeights) {
        const auto weight = parameters.find(key);
        if (weight != parameters.end() && weight->second.is_number() && weight->second.get<double>() > 0.0)
            parts << formatValue(weight->second.get<double>()) + QLatin1Char(' ') +
                         QString::fromStdString(key.substr(key.find('.') + 1));
    }
    return parts.join(QStringLiteral(" + "));
}

/// As in the configuration form, then by name: what belongs together stands together.
std::vector<std::string> inOrder(const std::set<std::string>& keys)
{
    std::vector<std::string> ordered;
    for (const ConfigField& field : configFields())
        for (const std::string& key : keys)
            if ((key == field.key || key.rfind(std::string(field.key) + ".", 0) == 0) &&
                !contains(ordered, key))
                ordered.push_back(key);
    for (const std::string& key : keys)
        if (!contains(ordered, key))
            ordered.push_back(key);
    return ordered;
}

} // namespace

RunParameters runParameters(const nlohmann::json& config)
{
    RunParameters parameters;
    if (!config.is_object())
        return parameters;
    RunParameters flat;
    flatten(config, {}, flat);
    for (auto& [key, value] : flat)
        parameters.emplace(key.rfind(kTraining, 0) == 0 ? key.substr(kTraining.size()) : key,
                           std::move(value));
    parameters.erase(kFolder); // where the configuration lay says nothing of the run
    if (const QString loss = lossText(parameters); !loss.isEmpty())
        parameters["loss"] = loss.toStdString();
    return parameters;
}

std::vector<std::string> comparedKeys(const std::vector<const RunParameters*>& runs)
{
    // A key that only some have is no difference: an older version did not write it, a session has others.
    std::map<std::string, const nlohmann::json*> first;
    std::set<std::string> differing;
    for (const RunParameters* run : runs)
        for (const auto& [key, value] : *run) {
            const auto [known, isNew] = first.emplace(key, &value);
            if (!isNew && *known->second != value && !contains(kAlways, key) &&
                !contains(kLossWeights, key) && !contains(kNotCompared, key))
                differing.insert(key);
        }
    std::vector<std::string> keys(kAlways.begin(), kAlways.end());
    for (const std::string& key : inOrder(differing))
        if (keys.size() < kAlways.size() + kMostDiffering)
            keys.push_back(key);
    return keys;
}

QString parameterTitle(const std::string& key)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("RunParameters", text); };
    const std::array<QString, kAlways.size()> titles{tr("Learning rate"), tr("Batch"), tr("Optimiser"),
                                                     tr("Loss")};
    const auto known = std::find(kAlways.begin(), kAlways.end(), key);
    // The others bear the name that --set and the filter take.
    return known == kAlways.end() ? QString::fromStdString(key)
                                  : titles[static_cast<std::size_t>(known - kAlways.begin())];
}

QString parameterText(const nlohmann::json& value)
{
    if (value.is_null())
        return {};
    if (value.is_string())
        return QString::fromStdString(value.get<std::string>());
    if (value.is_number_float())
        return formatValue(value.get<double>());
    return QString::fromStdString(value.dump());
}

ParameterWords parameterWords(const nlohmann::json& config)
{
    QStringList values;
    QStringList pairs;
    for (const auto& [key, value] : runParameters(config)) {
        values << parameterText(value);
        pairs << QString::fromStdString(key) + QLatin1Char('=') + values.back();
    }
    return {values.join(QLatin1Char(' ')), pairs.join(QLatin1Char(' '))};
}

} // namespace fedefm
