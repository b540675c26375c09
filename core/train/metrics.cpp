// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metrics.h"

#include "core/train/class_tally_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kPaperClasses = 3; ///< of the authors' data: background, catheter, guidewire

nlohmann::json orNull(const std::optional<double>& value)
{
    return value ? nlohmann::json(*value) : nlohmann::json();
}

} // namespace

nlohmann::json toJson(const SegmentationScores& scores)
{
    return {{"dice", orNull(scores.dice)},
            {"iou", orNull(scores.iou)},
            {"cl_dice", orNull(scores.clDice)},
            {"centerline_mean_px", orNull(scores.centerlineMeanPx)},
            {"centerline_p95_px", orNull(scores.centerlineP95Px)},
            {"centerline_mean_mm", orNull(scores.centerlineMeanMm)},
            {"centerline_p95_mm", orNull(scores.centerlineP95Mm)},
            {"precision", orNull(scores.precision)},
            {"recall", orNull(scores.recall)},
            {"tip_error_px", orNull(scores.tipErrorPx)},
            {"tip_error_mm", orNull(scores.tipErrorMm)},
            {"detection_rate", orNull(scores.detectionRate)}};
}

struct ProperMetrics::State
{
    std::vector<ClassTally> tallies; ///< by class; 0 is the foreground
    int pictures = 0;
};

ProperMetrics::ProperMetrics(int classes) : m_state(std::make_unique<State>())
{
    m_state->tallies.resize(static_cast<std::size_t>(std::max(classes, 2)));
}

ProperMetrics::~ProperMetrics() = default;
ProperMetrics::ProperMetrics(ProperMetrics&&) noexcept = default;

void ProperMetrics::add(const LabelPair& pair)
{
    for (std::size_t wireClass = 0; wireClass < m_state->tallies.size(); ++wireClass)
        m_state->tallies[wireClass].add(masksOf(pair, static_cast<int>(wireClass)));
    ++m_state->pictures;
}

SegmentationScores ProperMetrics::forClass(int wireClass) const
{
    const bool isKnown = wireClass > 0 && static_cast<std::size_t>(wireClass) < m_state->tallies.size();
    return isKnown ? m_state->tallies[static_cast<std::size_t>(wireClass)].scores() : SegmentationScores();
}

SegmentationScores ProperMetrics::foreground() const
{
    return m_state->tallies.front().scores();
}

int ProperMetrics::pictures() const
{
    return m_state->pictures;
}

nlohmann::json ProperMetrics::toJson(const std::vector<std::string>& classNames) const
{
    nlohmann::json classes = nlohmann::json::object();
    for (std::size_t wireClass = 1; wireClass < m_state->tallies.size(); ++wireClass) {
        const std::string name =
            wireClass < classNames.size() ? classNames[wireClass] : "class " + std::to_string(wireClass);
        classes[name] = fedefm::toJson(m_state->tallies[wireClass].scores());
    }
    return {
        {"pictures", m_state->pictures}, {"classes", classes}, {"foreground", fedefm::toJson(foreground())}};
}

SegmentationScores scoresOf(const LabelPair& pair, int wireClass)
{
    ClassTally tally;
    tally.add(masksOf(pair, wireClass));
    return tally.scores();
}

PaperMetrics::PaperMetrics(int classes) : m_counts(static_cast<std::size_t>(std::max(classes, kPaperClasses)))
{
}

void PaperMetrics::add(const LabelPair& pair)
{
    std::vector<Counts> counts(m_counts.size());
    const std::size_t size = static_cast<std::size_t>(pair.width) * pair.height;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t prediction = pair.prediction[i];
        const std::size_t reference = pair.reference[i];
        if (reference == 255)
            continue;
        if (prediction < counts.size())
            ++counts[prediction].prediction;
        if (reference < counts.size())
            ++counts[reference].reference;
        if (prediction == reference && prediction < counts.size())
            ++counts[prediction].both;
    }
    double dice = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const Counts& count = counts[i];
        const double sum = static_cast<double>(count.prediction + count.reference);
        if (i > 0)
            dice += sum > 0.0 ? 2.0 * static_cast<double>(count.both) / sum : 1.0;
        m_counts[i].prediction += count.prediction;
        m_counts[i].reference += count.reference;
        m_counts[i].both += count.both;
    }
    m_diceSum += dice / static_cast<double>(counts.size() - 1);
    ++m_pictures;
}

nlohmann::json PaperMetrics::toJson() const
{
    if (m_pictures == 0)
        return {{"dice", nullptr}, {"miou", nullptr}, {"jaccard", nullptr}, {"pictures", 0}};
    double ofWires = 0.0;
    double ofAll = 0.0;
    int occurring = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const Counts& count = m_counts[i];
        const double either = static_cast<double>(count.prediction + count.reference - count.both);
        if (either <= 0.0)
            continue;
        const double iou = static_cast<double>(count.both) / either;
        ofWires += i > 0 ? iou : 0.0;
        ofAll += iou;
        ++occurring;
    }
    return {{"dice", m_diceSum / m_pictures},
            {"miou", ofWires / static_cast<double>(m_counts.size() - 1)},
            {"jaccard", occurring > 0 ? nlohmann::json(ofAll / occurring) : nlohmann::json()},
            {"pictures", m_pictures}};
}

} // namespace fedefm
