// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metrics.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

ClassificationMetrics::ClassificationMetrics(int classes) : m_classes(std::max(classes, 1)) {}

void ClassificationMetrics::add(const float* probabilities, int trueClass)
{
    if (trueClass < 0 || trueClass >= m_classes)
        return;
    // A value that is no number ranks last: it must not win, and sorting needs an order.
    for (int k = 0; k < m_classes; ++k)
        m_probabilities.push_back(std::isnan(probabilities[k]) ? -1.0f : probabilities[k]);
    m_truth.push_back(trueClass);
}

std::vector<std::vector<std::uint64_t>> ClassificationMetrics::confusion() const
{
    const auto classes = static_cast<std::size_t>(m_classes);
    std::vector<std::vector<std::uint64_t>> table(classes, std::vector<std::uint64_t>(classes, 0));
    for (std::size_t i = 0; i < m_truth.size(); ++i) {
        const auto first = m_probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes);
        const auto chosen = std::max_element(first, first + m_classes) - first;
        ++table[static_cast<std::size_t>(m_truth[i])][static_cast<std::size_t>(chosen)];
    }
    return table;
}

double ClassificationMetrics::accuracy() const
{
    const auto table = confusion();
    std::uint64_t right = 0;
    for (std::size_t k = 0; k < table.size(); ++k)
        right += table[k][k];
    return m_truth.empty() ? 0.0 : static_cast<double>(right) / static_cast<double>(m_truth.size());
}

std::optional<double> ClassificationMetrics::aucOf(int wireClass) const
{
    std::vector<std::pair<float, bool>> ranked;
    for (std::size_t i = 0; i < m_truth.size(); ++i)
        ranked.emplace_back(m_probabilities[i * static_cast<std::size_t>(m_classes) + wireClass],
                            m_truth[i] == wireClass);
    std::sort(ranked.begin(), ranked.end());
    double negativesBelow = 0.0;
    double positives = 0.0;
    double pairsWon = 0.0;
    for (std::size_t i = 0; i < ranked.size();) {
        double tiedPositives = 0.0;
        double tiedNegatives = 0.0;
        const float value = ranked[i].first;
        for (; i < ranked.size() && ranked[i].first == value; ++i)
            (ranked[i].second ? tiedPositives : tiedNegatives) += 1.0;
        pairsWon += tiedPositives * (negativesBelow + 0.5 * tiedNegatives);
        negativesBelow += tiedNegatives;
        positives += tiedPositives;
    }
    if (positives <= 0.0 || negativesBelow <= 0.0)
        return std::nullopt;
    return pairsWon / (positives * negativesBelow);
}

std::optional<double> ClassificationMetrics::macroAuc() const
{
    double sum = 0.0;
    int count = 0;
    for (int k = 0; k < m_classes; ++k)
        if (const auto auc = aucOf(k)) {
            sum += *auc;
            ++count;
        }
    if (count == 0)
        return std::nullopt;
    return sum / count;
}

nlohmann::json ClassificationMetrics::toJson(const std::vector<std::string>& classNames) const
{
    const auto table = confusion();
    const auto orNull = [](double part, double whole) {
        return whole > 0.0 ? nlohmann::json(part / whole) : nlohmann::json();
    };
    nlohmann::json classes = nlohmann::json::object();
    for (std::size_t k = 0; k < table.size(); ++k) {
        double isClass = 0.0;
        double saidClass = 0.0;
        for (std::size_t other = 0; other < table.size(); ++other) {
            isClass += static_cast<double>(table[k][other]);
            saidClass += static_cast<double>(table[other][k]);
        }
        const auto right = static_cast<double>(table[k][k]);
        const auto auc = aucOf(static_cast<int>(k));
        const std::string name = k < classNames.size() ? classNames[k] : "class " + std::to_string(k);
        classes[name] = {{"pictures", static_cast<std::uint64_t>(isClass)},
                         {"precision", orNull(right, saidClass)},
                         {"recall", orNull(right, isClass)},
                         {"auc", auc ? nlohmann::json(*auc) : nlohmann::json()}};
    }
    const auto auc = macroAuc();
    return {{"pictures", m_truth.size()},
            {"accuracy", m_truth.empty() ? nlohmann::json() : nlohmann::json(accuracy())},
            {"macro_auc", auc ? nlohmann::json(*auc) : nlohmann::json()},
            {"classes", classes},
            {"confusion", table}};
}

} // namespace fedefm
