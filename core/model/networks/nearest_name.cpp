// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace fedefm {

namespace {

bool sameLetter(char a, char b)
{
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

std::size_t editDistance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (sameLetter(a[i], b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string nearestName(const std::string& name, const std::vector<std::string>& candidates)
{
    // Names come from files; a long one costs its square.
    constexpr std::size_t kLongestName = 200;
    const std::string sought = name.substr(0, kLongestName);
    const auto best = std::min_element(candidates.begin(), candidates.end(),
                                       [&sought](const std::string& a, const std::string& b) {
                                           return editDistance(sought, a) < editDistance(sought, b);
                                       });
    return best == candidates.end() ? std::string() : *best;
}

} // namespace fedefm
