// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/grey_value_private.h"

#include <utility>

namespace fedefm {

namespace {

/// Distinct modality values of a frame with their counts, ascending, without padding.
std::vector<std::pair<double, std::size_t>> countedValues(const Frame& frame, const GreyDefaults& defaults)
{
    const PixelType type = frame.type();
    std::vector<std::size_t> counts(type == PixelType::U8 ? 256 : 65536, 0);
    const std::size_t total = frame.sampleCount();
    if (type == PixelType::U8) {
        for (std::size_t i = 0; i < total; ++i)
            ++counts[frame.bytes()[i]];
    } else {
        const auto* values = frame.data<std::uint16_t>();
        for (std::size_t i = 0; i < total; ++i)
            ++counts[values[i]];
    }
    if (const auto padding = paddingIn(type, defaults))
        counts[tableIndex(type, *padding)] = 0;

    const ModalityMap modality(defaults);
    const StoredRange range = storedRange(type);
    std::vector<std::pair<double, std::size_t>> values;
    for (int stored = range.lowest; stored <= range.highest; ++stored)
        if (const std::size_t count = counts[tableIndex(type, stored)]; count > 0)
            values.emplace_back(modality(stored), count);
    std::sort(values.begin(), values.end()); // negative slopes and LUTs are not ascending
    return values;
}

double percentile(const std::vector<std::pair<double, std::size_t>>& values, double share)
{
    std::size_t total = 0;
    for (const auto& [value, count] : values)
        total += count;
    const double rank = share * static_cast<double>(total - 1);
    std::size_t below = 0;
    for (const auto& [value, count] : values) {
        below += count;
        if (static_cast<double>(below - 1) >= rank)
            return value;
    }
    return values.back().first;
}

} // namespace

Window autoWindow(const Frame& frame, const GreyDefaults& defaults)
{
    const auto values = countedValues(frame, defaults);
    const bool integral = ModalityMap(defaults).isIntegral();
    if (values.empty())
        return windowBetween(0.0, 0.0, integral);
    const double low = percentile(values, 0.005);
    const double high = percentile(values, 0.995);
    // A nearly uniform picture with a few dots: the dots are what there is to see.
    if (low == high)
        return windowBetween(values.front().first, values.back().first, integral);
    return windowBetween(low, high, integral);
}

Window fullRangeWindow(const Frame& frame, const GreyDefaults& defaults)
{
    const auto values = countedValues(frame, defaults);
    const bool integral = ModalityMap(defaults).isIntegral();
    return values.empty() ? windowBetween(0.0, 0.0, integral)
                          : windowBetween(values.front().first, values.back().first, integral);
}

DisplayTransform defaultTransform(const Frame& frame, const GreyDefaults& defaults)
{
    DisplayTransform transform;
    for (std::size_t i = 0; i < defaults.voiLuts.size(); ++i) {
        if (!defaults.voiLuts[i].entries.empty()) {
            transform.voiLut = static_cast<int>(i);
            return transform;
        }
    }
    for (const Window& window : defaults.windows) {
        if (window.width > 0.0 && std::isfinite(window.width) && std::isfinite(window.center)) {
            transform.window = window;
            return transform;
        }
    }
    if (frame.type() != PixelType::U8) {
        transform.window = fullRangeWindow(frame, defaults);
        return transform;
    }
    // Eight bits were made for display already: shown one to one.
    const ModalityMap modality(defaults);
    const double a = modality(0);
    const double b = modality(255);
    transform.window = windowBetween(std::min(a, b), std::max(a, b), modality.isIntegral());
    return transform;
}

} // namespace fedefm
