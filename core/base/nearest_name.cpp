// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <numeric>

namespace fedefm {

namespace {

/// Names come from files; a long one costs its square.
constexpr std::size_t kLongestName = 200;

std::string folded(const std::string& name)
{
    std::string text;
    for (const char c : name.substr(0, kLongestName))
        if (c != '_' && c != '-')
            text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// Levenshtein's distance.
std::size_t changesBetween(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

} // namespace

std::string nearestName(const std::string& name, const std::vector<std::string>& candidates)
{
    const std::string wanted = folded(name);
    std::string best;
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const std::string& candidate : candidates) {
        const std::size_t changes = changesBetween(wanted, folded(candidate));
        if (changes < fewest) {
            fewest = changes;
            best = candidate;
        }
    }
    return best;
}

std::string knownNames(const std::string& name, const std::vector<std::string>& candidates)
{
    const std::string nearest = nearestName(name, candidates);
    const std::string wanted = folded(name);
    const std::string found = folded(nearest);
    if (2 * changesBetween(wanted, found) < std::max(wanted.size(), found.size()))
        return "the nearest known one is " + nearest;
    constexpr std::size_t kMost = 12;
    std::string text;
    for (std::size_t at = 0; at < std::min(kMost, candidates.size()); ++at)
        text += (at > 0 ? ", " : "") + candidates[at];
    return candidates.empty() ? "none is known"
                              : "known are " + text + (candidates.size() > kMost ? ", …" : "");
}

} // namespace fedefm
