// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_input.h"

#include "core/image/percentile_stretch.h"
#include "core/image/stored_range.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

template <typename T> std::vector<float> greyOf(const Frame& frame, int channelPick)
{
    const T* values = frame.data<T>();
    const int samples = frame.samples();
    const std::size_t count = static_cast<std::size_t>(frame.width()) * frame.height();
    std::vector<float> grey(count);
    if (samples == 1 || channelPick >= 0) {
        const T* picked = values + std::min(std::max(channelPick, 0), samples - 1);
        for (std::size_t i = 0; i < count; ++i)
            grey[i] = static_cast<float>(picked[i * static_cast<std::size_t>(samples)]);
        return grey;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const T* colour = values + i * static_cast<std::size_t>(samples);
        grey[i] = 0.299F * colour[0] + 0.587F * colour[1] + 0.114F * colour[2];
    }
    return grey;
}

std::vector<float> storedGrey(const Frame& frame, int channelPick)
{
    switch (frame.type()) {
    case PixelType::U8:
        return greyOf<std::uint8_t>(frame, channelPick);
    case PixelType::U16:
        return greyOf<std::uint16_t>(frame, channelPick);
    case PixelType::I16:
        return greyOf<std::int16_t>(frame, channelPick);
    }
    return {};
}

/// Whole numbers are few: each is stretched once. The values are the same as those of stretchGrey().
template <typename T> std::vector<float> stretchedFrame(const Frame& frame, bool inverse, float smallestRange)
{
    constexpr int kFirst = std::numeric_limits<T>::min();
    constexpr std::size_t kValues = std::size_t(std::numeric_limits<T>::max() - kFirst) + 1;
    const T* values = frame.data<T>();
    const std::size_t pixels = static_cast<std::size_t>(frame.width()) * frame.height();
    const auto indexOf = [](T value) { return static_cast<std::size_t>(value - kFirst); };
    std::vector<std::uint32_t> counts(kValues);
    for (std::size_t i = 0; i < pixels; ++i)
        ++counts[indexOf(values[i])];
    const GreyRange grey = percentileRange(counts, kFirst);
    std::vector<float> shares(kValues);
    for (std::size_t i = 0; i < kValues; ++i)
        if (counts[i] > 0)
            shares[i] =
                stretchedGrey(static_cast<float>(kFirst + static_cast<int>(i)), grey, inverse, smallestRange);
    std::vector<float> stretched(pixels);
    for (std::size_t i = 0; i < pixels; ++i)
        stretched[i] = shares[indexOf(values[i])];
    return stretched;
}

std::vector<float> stretchedPicture(const Frame& frame, bool inverse, int channelPick)
{
    constexpr float kSmallestRange = 1.0F;
    if (frame.samples() == 1)
        switch (frame.type()) {
        case PixelType::U8:
            return stretchedFrame<std::uint8_t>(frame, inverse, kSmallestRange);
        case PixelType::U16:
            return stretchedFrame<std::uint16_t>(frame, inverse, kSmallestRange);
        case PixelType::I16:
            return stretchedFrame<std::int16_t>(frame, inverse, kSmallestRange);
        }
    std::vector<float> grey = storedGrey(frame, channelPick);
    stretchGrey(grey, inverse, kSmallestRange);
    return grey;
}

std::vector<float> networkGrey(const Frame& frame, const SequenceInfo& info, const ModelInputRules& rules)
{
    if (rules.stretch)
        return stretchedPicture(frame, info.grey.inverse, rules.channelPick);
    std::vector<float> grey = storedGrey(frame, rules.channelPick);
    const StoredRange range = storedRange(frame, info);
    for (float& value : grey)
        value = info.grey.inverse ? 1.0F - range.shareOf(value) : range.shareOf(value);
    return grey;
}

int roundUp(int value, int multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

/// Bilinear at pixel centres.
float valueAt(const std::vector<float>& grey, const Frame& frame, double x, double y)
{
    const int x0 = static_cast<int>(x);
    const int y0 = static_cast<int>(y);
    const int x1 = std::min(x0 + 1, frame.width() - 1);
    const int y1 = std::min(y0 + 1, frame.height() - 1);
    const auto fx = static_cast<float>(x - x0);
    const auto fy = static_cast<float>(y - y0);
    const auto at = [&](int px, int py) { return grey[static_cast<std::size_t>(py) * frame.width() + px]; };
    const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0));
    const float bottom = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
    return top + fy * (bottom - top);
}

/// Used size of a side.
int scaledSide(int side, int longest, const ModelInputRules& rules)
{
    if (rules.sizePx > 0)
        return rules.sizePx;
    if (rules.longestSide <= 0 || longest <= rules.longestSide)
        return side;
    return std::max(1,
                    static_cast<int>(std::lround(static_cast<double>(side) * rules.longestSide / longest)));
}

/// Where the pixels of a used side lie in the picture; padding stays at the edge.
std::vector<double> sourcePositions(int padded, int used, int side)
{
    std::vector<double> positions(static_cast<std::size_t>(padded));
    for (int i = 0; i < padded; ++i)
        positions[static_cast<std::size_t>(i)] =
            std::clamp((std::min(i, used - 1) + 0.5) * side / used - 0.5, 0.0, side - 1.0);
    return positions;
}

} // namespace

ModelInput prepareInput(const Frame& frame, const SequenceInfo& info, const ModelInputRules& rules)
{
    std::vector<float> grey = networkGrey(frame, info, rules);
    ModelInput input;
    const int longest = std::max(frame.width(), frame.height());
    input.usedWidth = scaledSide(frame.width(), longest, rules);
    input.usedHeight = scaledSide(frame.height(), longest, rules);
    input.scale = std::min(static_cast<double>(input.usedWidth) / frame.width(),
                           static_cast<double>(input.usedHeight) / frame.height());
    input.width = roundUp(input.usedWidth, rules.multiple);
    input.height = roundUp(input.usedHeight, rules.multiple);
    // Padding may bring a scaled side back to the frame's.
    if (input.usedWidth == frame.width() && input.usedHeight == frame.height() &&
        input.width == frame.width() && input.height == frame.height()) {
        input.values = std::move(grey);
        return input;
    }
    const std::vector<double> xs = sourcePositions(input.width, input.usedWidth, frame.width());
    const std::vector<double> ys = sourcePositions(input.height, input.usedHeight, frame.height());
    input.values.reserve(xs.size() * ys.size());
    for (const double y : ys)
        for (const double x : xs)
            input.values.push_back(valueAt(grey, frame, x, y));
    return input;
}

} // namespace fedefm
