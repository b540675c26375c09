// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <nlohmann/json.hpp>

namespace fedefm {

enum class PrivacyUnit {
    None,
    Record, ///< DP-SGD: one picture more or less does not show
    Silo    ///< a silo's whole change of weights is clipped and noised
};

/// A visitor that was trained on a few pictures gives them away to its owner (gradient inversion).
struct VisitFloor
{
    std::size_t pictures = 32; ///< different ones that a visit must see; 0: no floor
};

/// The key "privacy" of a session's configuration:
///   {"unit": "none"|"record"|"silo", "clip": 1.0, "noise": 1.1, "delta": 1e-5, "epsilon_limit": 0,
///    "visit_floor": 32}
struct PrivacySettings
{
    PrivacyUnit unit = PrivacyUnit::None;
    double clip = 1.0;         ///< bound of the L2 norm
    double noise = 1.0;        ///< deviation of the noise in units of `clip`
    double delta = 1e-5;       ///< for the ε that is shown
    double epsilonLimit = 0.0; ///< a silo stops before it gives away more; 0: no limit
    VisitFloor visitFloor;
};

/// Errors: InvalidArgument for unknown keys (detail names the nearest) and values outside their range.
Result<PrivacySettings> parsePrivacy(const nlohmann::json& json);
nlohmann::json toJson(const PrivacySettings& settings);

/// Whether a visit of `steps` steps with `batchSize` pictures each, out of `pictureCount` at the host, sees
/// enough of them. Errors: InvalidArgument; the detail says which batch or number of steps would.
Status checkVisit(const VisitFloor& floor, std::size_t batchSize, std::size_t steps,
                  std::size_t pictureCount);

} // namespace fedefm
