// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/device_thresholds.h"

#include "core/geometry/hysteresis.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr std::uint8_t kNotCounted = 255;

double thresholdOf(int step)
{
    return (step + 1) / 10.0; // prints as it should
}

double unevenness(const DeviceThresholds& pair)
{
    return std::abs(pair.least - 0.5) + std::abs(pair.sure - 0.5);
}

} // namespace

void ThresholdSearch::add(const FloatPlane& probability, const std::vector<std::uint8_t>& labels)
{
    const std::vector<std::uint8_t> all(labels.size(), 1);
    m_labelled += std::count_if(labels.begin(), labels.end(),
                                [](std::uint8_t label) { return label != 0 && label != kNotCounted; });
    for (int least = 0; least < kSteps; ++least)
        for (int sure = least; sure < kSteps; ++sure) {
            const auto kept = hysteresis(probability, all, static_cast<float>(thresholdOf(least)),
                                         static_cast<float>(thresholdOf(sure)));
            Count& count = m_counts[static_cast<std::size_t>(least)][static_cast<std::size_t>(sure)];
            for (std::size_t i = 0; i < kept.size(); ++i)
                if (kept[i] != 0 && labels[i] != kNotCounted) {
                    ++count.marked;
                    count.right += labels[i] != 0 ? 1 : 0;
                }
        }
}

DeviceThresholds ThresholdSearch::best() const
{
    DeviceThresholds thresholds;
    double bestDice = 0.0;
    for (int least = 0; least < kSteps; ++least)
        for (int sure = least; sure < kSteps; ++sure) {
            const Count& count = m_counts[static_cast<std::size_t>(least)][static_cast<std::size_t>(sure)];
            const double dice = 2.0 * static_cast<double>(count.right) /
                                static_cast<double>(std::max<std::int64_t>(1, count.marked + m_labelled));
            const DeviceThresholds pair{thresholdOf(least), thresholdOf(sure)};
            if (dice < bestDice || (dice == bestDice && unevenness(pair) >= unevenness(thresholds)))
                continue;
            bestDice = dice;
            thresholds = pair;
        }
    return thresholds;
}

} // namespace fedefm
