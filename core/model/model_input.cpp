// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_input.h"

#include "core/image/percentile_stretch.h"
#include "core/image/stored_range.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

float greyAt(const Frame& frame, int x, int y, int channelPick)
{
    if (frame.samples() == 1)
        return static_cast<float>(frame.valueAt(x, y));
    if (channelPick >= 0)
        return static_cast<float>(frame.valueAt(x, y, std::min(channelPick, frame.samples() - 1)));
    return 0.299F * frame.valueAt(x, y, 0) + 0.587F * frame.valueAt(x, y, 1) +
           0.114F * frame.valueAt(x, y, 2);
}

std::vector<float> greyOf(const Frame& frame, const SequenceInfo& info, const ModelInputRules& rules)
{
    const int width = frame.width();
    const int height = frame.height();
    std::vector<float> grey(static_cast<std::size_t>(width) * height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            grey[static_cast<std::size_t>(y) * width + x] = greyAt(frame, x, y, rules.channelPick);
    if (rules.stretch) {
        stretchGrey(grey, info.grey.inverse, 1.0F);
        return grey;
    }
    const StoredRange range = storedRange(frame, info);
    for (float& value : grey)
        value = info.grey.inverse ? 1.0F - range.shareOf(value) : range.shareOf(value);
    return grey;
}

int roundUp(int value, int multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

} // namespace

ModelInput prepareInput(const Frame& frame, const SequenceInfo& info, const ModelInputRules& rules)
{
    const std::vector<float> grey = greyOf(frame, info, rules);
    ModelInput input;
    const int longest = std::max(frame.width(), frame.height());
    input.scale = rules.longestSide > 0 && longest > rules.longestSide
                      ? static_cast<double>(rules.longestSide) / longest
                      : 1.0;
    input.usedWidth = std::max(1, static_cast<int>(std::lround(frame.width() * input.scale)));
    input.usedHeight = std::max(1, static_cast<int>(std::lround(frame.height() * input.scale)));
    input.width = roundUp(input.usedWidth, rules.multiple);
    input.height = roundUp(input.usedHeight, rules.multiple);
    input.values.resize(static_cast<std::size_t>(input.width) * input.height);
    // Bilinear at pixel centres; beyond the used part the coordinates stop at the edge, which is the padding.
    for (int y = 0; y < input.height; ++y) {
        const double sy = std::clamp((y + 0.5) / input.scale - 0.5, 0.0, frame.height() - 1.0);
        const int y0 = static_cast<int>(sy);
        const int y1 = std::min(y0 + 1, frame.height() - 1);
        const auto fy = static_cast<float>(sy - y0);
        for (int x = 0; x < input.width; ++x) {
            const double sx = std::clamp((x + 0.5) / input.scale - 0.5, 0.0, frame.width() - 1.0);
            const int x0 = static_cast<int>(sx);
            const int x1 = std::min(x0 + 1, frame.width() - 1);
            const auto fx = static_cast<float>(sx - x0);
            const auto at = [&](int px, int py) {
                return grey[static_cast<std::size_t>(py) * frame.width() + px];
            };
            const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0));
            const float bottom = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
            input.values[static_cast<std::size_t>(y) * input.width + x] = top + fy * (bottom - top);
        }
    }
    return input;
}

std::vector<std::uint8_t> labelsAtImageSize(const std::uint8_t* labels, const ModelInput& input, int width,
                                            int height)
{
    std::vector<std::uint8_t> result(static_cast<std::size_t>(width) * height);
    for (int y = 0; y < height; ++y) {
        const int sy = std::min(static_cast<int>((y + 0.5) * input.scale), input.usedHeight - 1);
        for (int x = 0; x < width; ++x) {
            const int sx = std::min(static_cast<int>((x + 0.5) * input.scale), input.usedWidth - 1);
            result[static_cast<std::size_t>(y) * width + x] =
                labels[static_cast<std::size_t>(sy) * input.width + sx];
        }
    }
    return result;
}

} // namespace fedefm
