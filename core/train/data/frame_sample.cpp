// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/frame_sample.h"

#include <algorithm>

namespace fedefm {

namespace {

struct Range
{
    float low;
    float span;
};

Range rangeOf(const Frame& frame, const SequenceInfo& info)
{
    const int allocated = 8 * bytesPerSample(frame.type());
    const int bits = info.bitsStored > 0 ? std::min(info.bitsStored, allocated) : allocated;
    const auto span = static_cast<float>((1U << static_cast<unsigned>(bits)) - 1U);
    return {frame.type() == PixelType::I16 ? -static_cast<float>(1U << static_cast<unsigned>(bits - 1))
                                           : 0.0F,
            span};
}

template <typename T> void convert(const Frame& frame, Range range, bool inverse, std::vector<float>& image)
{
    const auto samples = static_cast<std::size_t>(frame.samples());
    const std::size_t plane = frame.sampleCount() / samples;
    const T* source = frame.data<T>();
    for (std::size_t c = 0; c < samples; ++c)
        for (std::size_t i = 0; i < plane; ++i) {
            const float value = (static_cast<float>(source[i * samples + c]) - range.low) / range.span;
            const float bounded = std::clamp(value, 0.0F, 1.0F);
            image[c * plane + i] = inverse ? 1.0F - bounded : bounded;
        }
}

} // namespace

Sample sampleOf(const Frame& frame, const SequenceInfo& info)
{
    Sample sample;
    sample.width = frame.width();
    sample.height = frame.height();
    sample.channels = frame.samples();
    sample.image.resize(frame.sampleCount());
    const Range range = rangeOf(frame, info);
    if (frame.type() == PixelType::U8)
        convert<std::uint8_t>(frame, range, info.grey.inverse, sample.image);
    else if (frame.type() == PixelType::U16)
        convert<std::uint16_t>(frame, range, info.grey.inverse, sample.image);
    else
        convert<std::int16_t>(frame, range, info.grey.inverse, sample.image);
    return sample;
}

} // namespace fedefm
