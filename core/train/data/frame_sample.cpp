// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/frame_sample.h"

#include "core/image/stored_range.h"

namespace fedefm {

namespace {

template <typename T>
void convert(const Frame& frame, const StoredRange& range, bool inverse, std::vector<float>& image)
{
    const auto samples = static_cast<std::size_t>(frame.samples());
    const std::size_t plane = frame.sampleCount() / samples;
    const T* source = frame.data<T>();
    for (std::size_t c = 0; c < samples; ++c)
        for (std::size_t i = 0; i < plane; ++i) {
            const float share = range.shareOf(static_cast<float>(source[i * samples + c]));
            image[c * plane + i] = inverse ? 1.0F - share : share;
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
    const StoredRange range = storedRange(frame, info);
    if (frame.type() == PixelType::U8)
        convert<std::uint8_t>(frame, range, info.grey.inverse, sample.image);
    else if (frame.type() == PixelType::U16)
        convert<std::uint16_t>(frame, range, info.grey.inverse, sample.image);
    else
        convert<std::int16_t>(frame, range, info.grey.inverse, sample.image);
    return sample;
}

} // namespace fedefm
