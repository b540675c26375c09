// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"

#include <atomic>
#include <functional>

namespace fedefm::test {

/// Samples that a function makes; indices in `broken` fail.
class MadeDataset final : public Dataset
{
public:
    using Make = std::function<Sample(std::size_t)>;
    MadeDataset(std::size_t count, Make make) : m_count(count), m_make(std::move(make)) {}

    std::size_t size() const override { return m_count; }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        return {"s" + std::to_string(index), "g" + std::to_string(index / perGroup),
                index % 2 ? "odd" : "even", -1};
    }
    Result<Sample> sample(std::size_t index) const override
    {
        ++reads;
        for (const std::size_t bad : broken)
            if (bad == index)
                return fail(ErrorCode::FileUnreadable, "s" + std::to_string(index));
        return m_make(index);
    }
    int classCount() const override { return classes; }
    std::vector<std::string> classNames() const override
    {
        return std::vector<std::string>{"background", "catheter", "guidewire"};
    }
    std::size_t blockOf(std::size_t index) const override { return index / perBlock; }

    std::size_t perGroup = 2;
    std::size_t perBlock = 1;
    int classes = 3;
    std::vector<std::size_t> broken;
    mutable std::atomic<int> reads{0};

private:
    std::size_t m_count;
    Make m_make;
};

/// A grey picture with one labelled pixel; every sample looks different.
inline Sample plainSample(std::size_t index, int width = 32, int height = 32)
{
    Sample sample;
    sample.width = width;
    sample.height = height;
    const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    sample.image.resize(count);
    sample.labels.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        sample.image[i] = static_cast<float>((i * 7 + index * 13) % 101) / 101.0F;
    sample.labels[(index * 5) % count] = 1;
    return sample;
}

} // namespace fedefm::test
