// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metrics.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// Share of the pairs of a true and an untrue one in which the true one has the larger value; ties count
/// half.
std::optional<double> areaUnderCurve(std::vector<std::pair<float, bool>> ranked)
{
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

nlohmann::json shareOrNull(double part, double whole)
{
    return whole > 0.0 ? nlohmann::json(part / whole) : nlohmann::json();
}

nlohmann::json orNull(const std::optional<double>& value)
{
    return value ? nlohmann::json(*value) : nlohmann::json();
}

std::string nameOf(const std::vector<std::string>& names, std::size_t number)
{
    return number < names.size() ? names[number] : "class " + std::to_string(number);
}

} // namespace

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
    return areaUnderCurve(std::move(ranked));
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
    nlohmann::json classes = nlohmann::json::object();
    for (std::size_t k = 0; k < table.size(); ++k) {
        double isClass = 0.0;
        double saidClass = 0.0;
        for (std::size_t other = 0; other < table.size(); ++other) {
            isClass += static_cast<double>(table[k][other]);
            saidClass += static_cast<double>(table[other][k]);
        }
        const auto right = static_cast<double>(table[k][k]);
        classes[nameOf(classNames, k)] = {{"pictures", static_cast<std::uint64_t>(isClass)},
                                          {"precision", shareOrNull(right, saidClass)},
                                          {"recall", shareOrNull(right, isClass)},
                                          {"auc", orNull(aucOf(static_cast<int>(k)))}};
    }
    return {{"pictures", m_truth.size()},
            {"accuracy", m_truth.empty() ? nlohmann::json() : nlohmann::json(accuracy())},
            {"macro_auc", orNull(macroAuc())},
            {"classes", classes},
            {"confusion", table}};
}

FlagMetrics::FlagMetrics(int flags) : m_answers(static_cast<std::size_t>(std::max(flags, 1))) {}

void FlagMetrics::add(const float* probabilities, const std::uint8_t* flags)
{
    for (std::size_t k = 0; k < m_answers.size(); ++k)
        m_answers[k].push_back({std::isnan(probabilities[k]) ? -1.0f : probabilities[k], flags[k] != 0});
}

double FlagMetrics::accuracy() const
{
    double right = 0.0;
    double all = 0.0;
    for (const auto& answers : m_answers)
        for (const Answer& answer : answers) {
            right += (answer.probability >= 0.5f) == answer.isTrue ? 1.0 : 0.0;
            all += 1.0;
        }
    return all > 0.0 ? right / all : 0.0;
}

std::optional<double> FlagMetrics::aucOf(const std::vector<Answer>& answers)
{
    std::vector<std::pair<float, bool>> ranked;
    for (const Answer& answer : answers)
        ranked.emplace_back(answer.probability, answer.isTrue);
    return areaUnderCurve(std::move(ranked));
}

std::optional<double> FlagMetrics::macroAuc() const
{
    double sum = 0.0;
    int count = 0;
    for (const auto& answers : m_answers)
        if (const auto auc = aucOf(answers)) {
            sum += *auc;
            ++count;
        }
    return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

nlohmann::json FlagMetrics::toJson(const std::vector<std::string>& names) const
{
    nlohmann::json classes = nlohmann::json::object();
    for (std::size_t k = 0; k < m_answers.size(); ++k) {
        double isTrue = 0.0;
        double saidTrue = 0.0;
        double both = 0.0;
        for (const Answer& answer : m_answers[k]) {
            const bool isSaid = answer.probability >= 0.5f;
            isTrue += answer.isTrue ? 1.0 : 0.0;
            saidTrue += isSaid ? 1.0 : 0.0;
            both += isSaid && answer.isTrue ? 1.0 : 0.0;
        }
        classes[nameOf(names, k)] = {{"pictures", static_cast<std::uint64_t>(isTrue)},
                                     {"precision", shareOrNull(both, saidTrue)},
                                     {"recall", shareOrNull(both, isTrue)},
                                     {"auc", orNull(aucOf(m_answers[k]))}};
    }
    const std::size_t pictures = m_answers.front().size();
    return {{"pictures", pictures},
            {"accuracy", pictures > 0 ? nlohmann::json(accuracy()) : nlohmann::json()},
            {"macro_auc", orNull(macroAuc())},
            {"classes", classes}};
}

} // namespace fedefm
