// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/grey_pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace fedefm {

struct StoredRange
{
    int lowest;
    int highest;
};

inline StoredRange storedRange(PixelType type)
{
    switch (type) {
    case PixelType::U8:
        return {0, 255};
    case PixelType::U16:
        return {0, 65535};
    case PixelType::I16:
        break;
    }
    return {-32768, 32767};
}

/// Index of a stored value in a table over all bit patterns of the type.
inline std::size_t tableIndex(PixelType type, int stored)
{
    return type == PixelType::U8 ? static_cast<std::uint8_t>(stored) : static_cast<std::uint16_t>(stored);
}

/// The padding value if the type can hold it.
inline std::optional<int> paddingIn(PixelType type, const GreyDefaults& defaults)
{
    const StoredRange range = storedRange(type);
    if (!defaults.paddingValue || *defaults.paddingValue < range.lowest ||
        *defaults.paddingValue > range.highest)
        return std::nullopt;
    return defaults.paddingValue;
}

/// Stored value to modality value; the identity where the modality LUT does not apply.
class ModalityMap
{
public:
    explicit ModalityMap(const GreyDefaults& defaults)
    {
        if (!defaults.applyModalityLut)
            return;
        if (defaults.modalityLut && !defaults.modalityLut->entries.empty()) {
            m_lut = &*defaults.modalityLut;
        } else if (std::isfinite(defaults.rescaleSlope) && defaults.rescaleSlope != 0.0 &&
                   std::isfinite(defaults.rescaleIntercept)) {
            m_slope = defaults.rescaleSlope;
            m_intercept = defaults.rescaleIntercept;
        }
    }

    double operator()(int stored) const
    {
        if (m_lut == nullptr)
            return m_slope * stored + m_intercept;
        const long long last = static_cast<long long>(m_lut->entries.size()) - 1;
        const long long index = std::clamp(static_cast<long long>(stored) - m_lut->firstMapped, 0LL, last);
        return m_lut->entries[static_cast<std::size_t>(index)];
    }

    /// True when it is a straight line: rising or falling all the way.
    bool isLinear() const { return m_lut == nullptr; }

    /// True when whole stored values give whole modality values, for which the LINEAR function is made.
    bool isIntegral() const
    {
        return m_slope == std::floor(m_slope) && m_intercept == std::floor(m_intercept);
    }

private:
    const VoiLut* m_lut = nullptr;
    double m_slope = 1.0;
    double m_intercept = 0.0;
};

/// The window that maps `low` to black and `high` to white; a single value becomes mid-grey.
inline Window windowBetween(double low, double high, bool integral)
{
    if (!integral)
        return {(low + high) / 2.0, high > low ? high - low : 1.0, WindowFunction::LinearExact, {}};
    return {(low + high + 1.0) / 2.0, high > low ? high - low + 1.0 : 2.0, WindowFunction::Linear, {}};
}

} // namespace fedefm
