// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/input_private.h"

#include "core/image/percentile_stretch.h"
#include "core/train/data/warp_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// Below one step of 16-bit values a picture counts as even.
constexpr float kSmallestRange = 1e-5F;

int roundUp(int value, int multiple)
{
    return multiple <= 1 ? value : (value + multiple - 1) / multiple * multiple;
}

void toOneChannel(Sample& sample, int pick)
{
    if (sample.channels == 1)
        return;
    const std::size_t plane = static_cast<std::size_t>(sample.width) * sample.height;
    if (pick >= 0) {
        const std::size_t start = plane * static_cast<std::size_t>(std::min(pick, sample.channels - 1));
        std::copy_n(sample.image.begin() + static_cast<std::ptrdiff_t>(start), plane, sample.image.begin());
    } else if (sample.channels == 3) {
        for (std::size_t i = 0; i < plane; ++i)
            sample.image[i] = 0.299F * sample.image[i] + 0.587F * sample.image[plane + i] +
                              0.114F * sample.image[2 * plane + i];
    }
    sample.image.resize(plane);
    sample.channels = 1;
}

void repeatChannel(Sample& sample, int channels)
{
    const std::size_t plane = sample.image.size();
    sample.image.resize(plane * static_cast<std::size_t>(channels));
    for (int c = 1; c < channels; ++c)
        std::copy_n(sample.image.begin(), plane,
                    sample.image.begin() + static_cast<std::ptrdiff_t>(c * plane));
    sample.channels = channels;
}

void scaleTo(Sample& sample, int sizePx)
{
    Warp warp;
    warp.width = sizePx;
    warp.height = sizePx;
    warp.xx = static_cast<double>(sample.width) / sizePx;
    warp.yy = static_cast<double>(sample.height) / sizePx;
    warp.offsetX = 0.5 * warp.xx - 0.5;
    warp.offsetY = 0.5 * warp.yy - 0.5;
    applyWarp(sample, warp);
}

void padTo(Sample& sample, int multiple)
{
    Warp warp;
    warp.width = roundUp(sample.width, multiple);
    warp.height = roundUp(sample.height, multiple);
    applyWarp(sample, warp);
}

void normalise(Sample& sample, const InputSettings& settings)
{
    if (settings.mean.empty() && settings.deviation.empty())
        return;
    const std::size_t plane = static_cast<std::size_t>(sample.width) * sample.height;
    for (std::size_t c = 0; c < static_cast<std::size_t>(sample.channels); ++c) {
        const auto mean = c < settings.mean.size() ? static_cast<float>(settings.mean[c]) : 0.0F;
        const auto deviation =
            c < settings.deviation.size() ? static_cast<float>(settings.deviation[c]) : 1.0F;
        for (std::size_t i = c * plane; i < (c + 1) * plane; ++i)
            sample.image[i] = (sample.image[i] - mean) / deviation;
    }
}

} // namespace

void prepareGrey(Sample& sample, const InputSettings& settings)
{
    if (settings.channels == 1 || settings.channelPick >= 0)
        toOneChannel(sample, settings.channelPick);
    if (settings.stretch)
        stretchGrey(sample.image, false, kSmallestRange);
}

void finishInput(Sample& sample, const InputSettings& settings)
{
    if (settings.sizePx > 0)
        scaleTo(sample, settings.sizePx);
    padTo(sample, settings.multiple);
    if (settings.channels > 1 && sample.channels == 1)
        repeatChannel(sample, settings.channels);
    normalise(sample, settings);
}

void applyInput(Sample& sample, const InputSettings& settings)
{
    prepareGrey(sample, settings);
    finishInput(sample, settings);
}

} // namespace fedefm
