// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fedefm::cli {

/// One measurement beside what it is judged by.
struct BenchFigure
{
    std::string name;
    double value = 0.0;
    std::string unit;
    double target = 0.0;
    bool targetIsMinimum = false; ///< else the value must stay below
    bool targetIsRatio = false;   ///< the target is about peerRatio, not about value
    struct Reference
    {
        std::string name;
        double value;
    };
    std::optional<Reference> limit;  ///< what the hardware allows, same unit
    std::optional<Reference> peer;   ///< someone else's program in the same run, same unit
    std::optional<double> peerRatio; ///< how many times better than the peer

    bool isMet() const;
};

double medianOf(std::vector<double> values);

/// Median time of `work` in ms over `repeats` runs after one that is not counted.
double medianMs(int repeats, const std::function<void()>& work);

/// Times two pieces of work in turn, so that both see the same machine; median of each and of the ratio
/// second/first.
struct Paired
{
    double firstMs;
    double secondMs;
    double ratio;
};
Paired pairedMs(int repeats, const std::function<void()>& first, const std::function<void()>& second);

/// Median time to copy `bytes` from one buffer to another.
double copyMs(std::size_t bytes);

/// As `bench --json` prints it, and back. Errors: Internal.
nlohmann::json toJson(const BenchFigure& figure);
Result<BenchFigure> figureFromJson(const nlohmann::json& json);

/// One line for people.
std::string textOf(const BenchFigure& figure);

} // namespace fedefm::cli
