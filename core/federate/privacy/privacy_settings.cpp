// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/privacy_settings.h"

#include "core/base/strict_object.h"

#include <algorithm>

namespace fedefm {

namespace {

const std::vector<std::string> kUnitNames{"none", "record", "silo"};

} // namespace

Result<PrivacySettings> parsePrivacy(const nlohmann::json& json)
{
    constexpr double kTiny = 1e-12;
    PrivacySettings settings;
    std::string unit = kUnitNames.front();
    int floor = static_cast<int>(settings.visitFloor.pictures);
    StrictObject object(json, "privacy");
    object.choice("unit", unit, kUnitNames);
    object.number("clip", settings.clip, kTiny);
    object.number("noise", settings.noise, 0.0);
    object.number("delta", settings.delta, 1e-300, 1.0 - kTiny);
    object.number("epsilon_limit", settings.epsilonLimit, 0.0);
    object.integer("visit_floor", floor, 0);
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    const auto found = std::find(kUnitNames.begin(), kUnitNames.end(), unit);
    settings.unit = static_cast<PrivacyUnit>(found - kUnitNames.begin());
    settings.visitFloor.pictures = static_cast<std::size_t>(floor);
    return settings;
}

nlohmann::json toJson(const PrivacySettings& settings)
{
    return {{"unit", kUnitNames[static_cast<std::size_t>(settings.unit)]},
            {"clip", settings.clip},
            {"noise", settings.noise},
            {"delta", settings.delta},
            {"epsilon_limit", settings.epsilonLimit},
            {"visit_floor", settings.visitFloor.pictures}};
}

Status checkVisit(const VisitFloor& floor, std::size_t batchSize, std::size_t steps, std::size_t pictureCount)
{
    if (floor.pictures == 0)
        return {};
    const auto refuse = [](const std::string& detail) {
        return fail(ErrorCode::InvalidArgument, "visit", detail);
    };
    const std::string least = std::to_string(floor.pictures);
    if (pictureCount < floor.pictures)
        return refuse("the host has " + std::to_string(pictureCount) + " pictures, a visit must see " +
                      least);
    if (batchSize == 0 || steps == 0)
        return refuse("a visit of no steps or no pictures; it must see " + least);
    // Not the product, which can overflow.
    const std::size_t stepsNeeded = (floor.pictures + batchSize - 1) / batchSize;
    if (steps >= stepsNeeded)
        return {};
    const std::size_t batchNeeded = (floor.pictures + steps - 1) / steps;
    return refuse(std::to_string(steps) + " steps of " + std::to_string(batchSize) +
                  " pictures are fewer than " + least + "; " + std::to_string(stepsNeeded) +
                  " steps or a batch of " + std::to_string(batchNeeded) + " would do");
}

} // namespace fedefm
