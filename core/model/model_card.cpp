// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_card.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace fedefm {

FileCard parseModelCard(const std::string& json, const std::string& fallbackId)
{
    const auto parsed = nlohmann::json::parse(json.empty() ? "{}" : json, nullptr, false);
    const auto text = [&](const char* key, const std::string& fallback) {
        const bool there = parsed.is_object() && parsed.contains(key) && parsed[key].is_string();
        return there ? parsed[key].get<std::string>() : fallback;
    };
    const auto number = [&](const char* key, long long fallback) {
        const bool there = parsed.is_object() && parsed.contains(key) && parsed[key].is_number_integer();
        return there ? parsed[key].get<long long>() : fallback;
    };
    FileCard result;
    result.card.id = text("id", fallbackId);
    result.card.name = text("name", result.card.id);
    result.card.version = text("version", "not stated");
    result.card.architecture = text("architecture", "TorchScript");
    result.card.parameters = std::max(0LL, number("parameters", 0));
    result.card.input = "any size, grey";
    result.card.licence = text("licence", "not stated");
    result.card.training = text("training", "not stated");
    result.card.limits = text("limits", "not stated");
    result.multiple = static_cast<int>(std::clamp(number("multiple", 32), 1LL, 1024LL));
    result.longestSide = static_cast<int>(std::clamp(number("longest_side", 0), 0LL, 16384LL));
    return result;
}

} // namespace fedefm
