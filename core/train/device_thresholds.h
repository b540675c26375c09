// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"

#include <array>
#include <cstdint>
#include <vector>

namespace fedefm {

/// A pixel is a device's from the probability `least` on, where its line reaches `sure` somewhere (the
/// `thresholds` of a model card). Even ones say: where a device is more likely than none.
struct DeviceThresholds
{
    double least = 0.5;
    double sure = 0.5;
};

/// Finds, on validation pictures, the thresholds with the best Dice of devices against background, pooled
/// over the pictures. Lines are thin: where a loss weighs its pixels against the background's, even
/// thresholds draw them too wide or too thin.
class ThresholdSearch
{
public:
    /// `probability` of any device in 0…1; `labels` of the same size, row by row: 0 is background, 255 does
    /// not count.
    void add(const FloatPlane& probability, const std::vector<std::uint8_t>& labels);

    /// Of equal pairs the evenest; even ones as long as no labelled pixel was found.
    DeviceThresholds best() const;

private:
    static constexpr int kSteps = 9; ///< 0.1 … 0.9
    struct Count
    {
        std::int64_t marked = 0;
        std::int64_t right = 0;
    };
    std::array<std::array<Count, kSteps>, kSteps> m_counts{}; ///< by least, by sure
    std::int64_t m_labelled = 0;
};

} // namespace fedefm
