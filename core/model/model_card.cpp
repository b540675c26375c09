// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_card.h"

#include "core/base/json_text.h"
#include "core/model/picture_view_json.h"

#include <algorithm>
#include <cctype>

namespace fedefm {

namespace {

using nlohmann::json;

std::string textOf(const json& object, const char* key, const std::string& fallback)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : fallback;
}

long long numberOf(const json& object, const char* key, long long fallback)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<long long>() : fallback;
}

std::vector<double> numbersOf(const json& object, const char* key)
{
    std::vector<double> numbers;
    const auto found = object.find(key);
    if (found != object.end() && found->is_array())
        for (const json& value : *found)
            if (value.is_number())
                numbers.push_back(value.get<double>());
    return numbers;
}

/// Of what is no share nothing is known.
double shareOf(const json& object, const char* key, double fallback)
{
    const auto found = object.find(key);
    const bool isShare =
        found != object.end() && found->is_number() && *found >= 0.0 && found->get<double>() <= 1.0;
    return isShare ? found->get<double>() : fallback;
}

void readInput(const json& input, FileCard& result)
{
    result.channels = static_cast<int>(std::clamp(numberOf(input, "channels", 1), 1LL, 16LL));
    result.input.multiple =
        static_cast<int>(std::clamp(numberOf(input, "multiple", result.input.multiple), 1LL, 1024LL));
    result.input.channelPick = static_cast<int>(std::clamp(numberOf(input, "channel_pick", -1), -1LL, 15LL));
    result.input.stretch = !input.contains("stretch") || input["stretch"] != false;
    result.input.sizePx = static_cast<int>(std::clamp(numberOf(input, "size_px", 0), 0LL, 4096LL));
    if (input.contains("views"))
        result.views = parsePictureViews(input["views"]).value_or(std::vector<PictureView>());
    result.mean = numbersOf(input, "mean");
    result.deviation = numbersOf(input, "deviation");
    const auto channels = static_cast<std::size_t>(result.channels);
    if (result.mean.size() != channels)
        result.mean.clear();
    if (result.deviation.size() != channels ||
        std::find(result.deviation.begin(), result.deviation.end(), 0.0) != result.deviation.end())
        result.deviation.clear();
}

/// Data without names of their own call their classes "class 1" and "class 2", by this program's numbers.
bool isWireName(std::string name)
{
    name.erase(std::remove_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }),
               name.end());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name == "guidewire" || name == "wire" || name == "class2";
}

void readClasses(const json& names, FileCard& result)
{
    result.outputs.clear();
    result.card.classes.clear();
    for (std::size_t i = 0; i < names.size() && i < 256; ++i) {
        const bool wire = names[i].is_string() && isWireName(names[i].get<std::string>());
        const WireClass wireClass = i == 0 ? WireClass::Background
                                    : wire ? WireClass::Guidewire
                                           : WireClass::Catheter;
        result.outputs.push_back(wireClass);
        auto& classes = result.card.classes;
        if (i > 0 && std::find(classes.begin(), classes.end(), wireClass) == classes.end())
            classes.push_back(wireClass);
    }
}

} // namespace

FileCard parseModelCard(const std::string& text, const std::string& fallbackId)
{
    json parsed = parseForeignJson(text.empty() ? "{}" : text);
    if (!parsed.is_object())
        parsed = json::object();
    FileCard result;
    result.card.id = textOf(parsed, "id", fallbackId);
    result.card.name = textOf(parsed, "name", result.card.id);
    result.card.version = textOf(parsed, "version", "not stated");
    result.card.architecture = textOf(parsed, "architecture", textOf(parsed, "network", "TorchScript"));
    result.card.parameters = std::max(0LL, numberOf(parsed, "parameters", 0));
    result.card.licence = textOf(parsed, "licence", "not stated");
    result.card.training = textOf(parsed, "training", "not stated");
    result.card.limits = textOf(parsed, "limits", "not stated");
    const bool tellsClasses = textOf(parsed, "task", "") == "classification";
    result.card.role = tellsClasses ? ModelRole::Foundation : modelRoleNamed(textOf(parsed, "role", ""));
    result.input.multiple = static_cast<int>(std::clamp(numberOf(parsed, "multiple", 32), 1LL, 1024LL));
    result.input.longestSide =
        static_cast<int>(std::clamp(numberOf(parsed, "longest_side", 0), 0LL, 16384LL));
    if (parsed.contains("input") && parsed["input"].is_object())
        readInput(parsed["input"], result);
    if (parsed.contains("thresholds") && parsed["thresholds"].is_object()) {
        result.leastProbability = shareOf(parsed["thresholds"], "least", result.leastProbability);
        result.sureProbability =
            std::max(result.leastProbability, shareOf(parsed["thresholds"], "sure", result.sureProbability));
    }
    if (parsed.contains("classes") && parsed["classes"].is_array() && parsed["classes"].size() > 1)
        readClasses(parsed["classes"], result);
    const ModelInputRules& rules = result.input;
    result.card.input = rules.sizePx > 0        ? "scaled to " + std::to_string(rules.sizePx) + " px, grey"
                        : rules.longestSide > 0 ? "up to " + std::to_string(rules.longestSide) + " px, grey"
                                                : "any size, grey";
    if (result.views.size() > 1)
        result.card.input += ", mean of " + std::to_string(result.views.size()) + " looks";
    return result;
}

} // namespace fedefm
