// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <cstdio>
#include <string>

namespace fedefm::cli {

/// A check of CLI11 for numbers from `least` to `most`. CLI11's own lets NaN pass and prints its limits with
/// all their digits.
inline auto numberWithin(double least, double most)
{
    return [least, most](const std::string& text) {
        double value = 0.0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
            return std::string();
        char limits[64];
        std::snprintf(limits, sizeof limits, " is not a number from %g to %g", least, most);
        return text + limits;
    };
}

} // namespace fedefm::cli
