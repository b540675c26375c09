// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/class_tally_private.h"

#include "core/geometry/thinning.h"
#include "core/train/skeleton_lines.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr std::uint8_t kNotCounted = 255;

struct ForegroundTest
{
    bool operator()(std::uint8_t label) const { return label != 0; }
};

struct ClassTest
{
    std::uint8_t label;
    bool operator()(std::uint8_t other) const { return other == label; }
};

struct Box
{
    int left, top, right, bottom; ///< last column and row included
};

template <typename Test> Box boxOf(const LabelPair& pair, Test isMember)
{
    Box box{pair.width, pair.height, -1, -1};
    for (int y = 0; y < pair.height; ++y) {
        const std::uint8_t* prediction = pair.prediction + static_cast<std::size_t>(y) * pair.width;
        const std::uint8_t* reference = pair.reference + static_cast<std::size_t>(y) * pair.width;
        const auto holds = [&](int x) {
            return reference[x] != kNotCounted && (isMember(prediction[x]) || isMember(reference[x]));
        };
        int left = 0;
        while (left < pair.width && !holds(left))
            ++left;
        if (left == pair.width)
            continue;
        int right = pair.width - 1;
        while (!holds(right))
            --right;
        box = {std::min(box.left, left), std::min(box.top, y), std::max(box.right, right), y};
    }
    return box;
}

template <typename Test> MaskPair cutMasks(const LabelPair& pair, Test isMember)
{
    const Box box = boxOf(pair, isMember);
    MaskPair masks;
    masks.pictureWidth = pair.width;
    masks.pictureHeight = pair.height;
    masks.spacingMm = pair.spacingMm;
    if (box.right < 0)
        return masks;
    masks.left = box.left;
    masks.top = box.top;
    masks.width = box.right - box.left + 1;
    masks.height = box.bottom - box.top + 1;
    const std::size_t size = static_cast<std::size_t>(masks.width) * masks.height;
    masks.prediction.resize(size);
    masks.reference.resize(size);
    for (int y = 0; y < masks.height; ++y) {
        const std::size_t from = static_cast<std::size_t>(y + box.top) * pair.width + box.left;
        const std::size_t to = static_cast<std::size_t>(y) * masks.width;
        for (std::size_t x = 0; x < static_cast<std::size_t>(masks.width); ++x) {
            const std::uint8_t reference = pair.reference[from + x];
            const bool counts = reference != kNotCounted;
            masks.prediction[to + x] = counts && isMember(pair.prediction[from + x]) ? 1 : 0;
            masks.reference[to + x] = counts && isMember(reference) ? 1 : 0;
        }
    }
    return masks;
}

std::optional<double> ratio(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0)
        return std::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
}

/// Pixels of `line` and how many of them lie in `mask`.
void countLine(const std::vector<std::uint8_t>& line, const std::vector<std::uint8_t>& mask,
               std::uint64_t& all, std::uint64_t& hits)
{
    for (std::size_t i = 0; i < line.size(); ++i) {
        all += line[i];
        hits += line[i] & mask[i];
    }
}

double distance(Pixel a, Pixel b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

} // namespace

MaskPair masksOf(const LabelPair& pair, int wireClass)
{
    if (wireClass == 0)
        return cutMasks(pair, ForegroundTest());
    return cutMasks(pair, ClassTest{static_cast<std::uint8_t>(wireClass)});
}

void DistanceTally::add(double distance, std::uint64_t times)
{
    m_counts[distance] += times;
    m_total += times;
}

void DistanceTally::add(const DistanceTally& other, double scale)
{
    for (const auto& [distance, times] : other.m_counts)
        add(distance * scale, times);
}

std::optional<double> DistanceTally::mean() const
{
    if (m_total == 0)
        return std::nullopt;
    double sum = 0.0;
    for (const auto& [distance, times] : m_counts)
        sum += distance * static_cast<double>(times);
    return sum / static_cast<double>(m_total);
}

double DistanceTally::at(std::uint64_t rank) const
{
    for (const auto& [distance, times] : m_counts) {
        if (rank < times)
            return distance;
        rank -= times;
    }
    return m_counts.rbegin()->first;
}

std::optional<double> DistanceTally::percentile(double part) const
{
    if (m_total == 0)
        return std::nullopt;
    const double place = part * static_cast<double>(m_total - 1);
    const double below = std::floor(place);
    const double low = at(static_cast<std::uint64_t>(below));
    const double high = at(static_cast<std::uint64_t>(std::ceil(place)));
    return low + (high - low) * (place - below);
}

void ClassTally::add(const MaskPair& masks)
{
    std::uint64_t both = 0;
    std::uint64_t prediction = 0;
    std::uint64_t reference = 0;
    for (std::size_t i = 0; i < masks.prediction.size(); ++i) {
        both += masks.prediction[i] & masks.reference[i];
        prediction += masks.prediction[i];
        reference += masks.reference[i];
    }
    m_both += both;
    m_predictionOnly += prediction - both;
    m_referenceOnly += reference - both;
    m_picturesWith += reference > 0 ? 1 : 0;
    m_picturesHit += both > 0 ? 1 : 0;
    if (prediction + reference > 0)
        addLines(masks);
}

void ClassTally::addLines(const MaskPair& masks)
{
    const auto predictionLine = thin(masks.prediction, masks.width, masks.height);
    const auto referenceLine = thin(masks.reference, masks.width, masks.height);
    countLine(predictionLine, masks.reference, m_predictionLine, m_predictionLineHits);
    countLine(referenceLine, masks.prediction, m_referenceLine, m_referenceLineHits);
    const auto predicted = setPixels(predictionLine, masks.width, masks.height);
    const auto real = setPixels(referenceLine, masks.width, masks.height);
    if (predicted.empty() || real.empty())
        return;
    DistanceTally distances;
    for (const auto& [from, to] : {std::pair(&predicted, &real), std::pair(&real, &predicted)}) {
        const NearestPoints nearest(*to, masks.height);
        for (const Pixel pixel : *from)
            distances.add(std::sqrt(static_cast<double>(nearest.squaredDistance(pixel))));
    }
    m_distancesPx.add(distances, 1.0);
    if (masks.spacingMm > 0.0)
        m_distancesMm.add(distances, masks.spacingMm);
    addTip(masks, predictionLine, referenceLine);
}

void ClassTally::addTip(const MaskPair& masks, const std::vector<std::uint8_t>& predictionLine,
                        const std::vector<std::uint8_t>& referenceLine)
{
    const auto predicted = endsOfLongestLine(predictionLine, masks.width, masks.height);
    const auto real = endsOfLongestLine(referenceLine, masks.width, masks.height);
    if (!predicted || !real)
        return;
    const auto toBorder = [&masks](Pixel pixel) {
        const int x = pixel.x + masks.left;
        const int y = pixel.y + masks.top;
        return std::min({x, y, masks.pictureWidth - 1 - x, masks.pictureHeight - 1 - y});
    };
    const Pixel tip = toBorder(real->second) > toBorder(real->first) ? real->second : real->first;
    const double error = std::min(distance(tip, predicted->first), distance(tip, predicted->second));
    m_tipsPx.add(error);
    if (masks.spacingMm > 0.0)
        m_tipsMm.add(error * masks.spacingMm);
}

SegmentationScores ClassTally::scores() const
{
    SegmentationScores scores;
    scores.dice = ratio(2 * m_both, 2 * m_both + m_predictionOnly + m_referenceOnly);
    scores.iou = ratio(m_both, m_both + m_predictionOnly + m_referenceOnly);
    scores.precision = ratio(m_both, m_both + m_predictionOnly);
    scores.recall = ratio(m_both, m_both + m_referenceOnly);
    const auto linePrecision = ratio(m_predictionLineHits, m_predictionLine);
    const auto lineRecall = ratio(m_referenceLineHits, m_referenceLine);
    if (linePrecision || lineRecall) {
        const double a = linePrecision.value_or(0.0);
        const double b = lineRecall.value_or(0.0);
        scores.clDice = a + b > 0.0 ? 2.0 * a * b / (a + b) : 0.0;
    }
    scores.centerlineMeanPx = m_distancesPx.mean();
    scores.centerlineP95Px = m_distancesPx.percentile(0.95);
    scores.centerlineMeanMm = m_distancesMm.mean();
    scores.centerlineP95Mm = m_distancesMm.percentile(0.95);
    scores.tipErrorPx = m_tipsPx.percentile(0.5);
    scores.tipErrorMm = m_tipsMm.percentile(0.5);
    scores.detectionRate = ratio(m_picturesHit, m_picturesWith);
    return scores;
}

} // namespace fedefm
