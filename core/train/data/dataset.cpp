// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/dataset.h"

#include <algorithm>
#include <mutex>

namespace fedefm {

namespace {

/// Passes everything on to another data set.
class Wrapper : public Dataset
{
public:
    explicit Wrapper(DatasetPtr base) : m_base(std::move(base)) {}
    std::size_t size() const override { return m_base->size(); }
    SampleInfo sampleInfo(std::size_t index) const override { return m_base->sampleInfo(index); }
    Result<Sample> sample(std::size_t index) const override { return m_base->sample(index); }
    int classCount() const override { return m_base->classCount(); }
    std::vector<std::string> classNames() const override { return m_base->classNames(); }
    std::vector<std::string> imageClassNames() const override { return m_base->imageClassNames(); }
    bool isMultiLabel() const override { return m_base->isMultiLabel(); }
    std::vector<DataFault> faults() const override { return m_base->faults(); }
    PictureOrigin originOf(std::size_t index) const override { return m_base->originOf(index); }
    std::size_t blockOf(std::size_t index) const override { return m_base->blockOf(index); }

protected:
    const DatasetPtr m_base;
};

class Subset final : public Wrapper
{
public:
    Subset(DatasetPtr base, std::vector<std::size_t> indices)
        : Wrapper(std::move(base)), m_indices(std::move(indices))
    {
        const std::size_t count = m_base->size();
        m_indices.erase(
            std::remove_if(m_indices.begin(), m_indices.end(), [&](std::size_t i) { return i >= count; }),
            m_indices.end());
    }
    std::size_t size() const override { return m_indices.size(); }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        return index < m_indices.size() ? m_base->sampleInfo(m_indices[index]) : SampleInfo();
    }
    Result<Sample> sample(std::size_t index) const override
    {
        if (index >= m_indices.size())
            return fail(ErrorCode::OutOfRange, "subset", "sample " + std::to_string(index));
        return m_base->sample(m_indices[index]);
    }
    std::size_t blockOf(std::size_t index) const override
    {
        return index < m_indices.size() ? m_base->blockOf(m_indices[index]) : 0;
    }
    PictureOrigin originOf(std::size_t index) const override
    {
        return index < m_indices.size() ? m_base->originOf(m_indices[index]) : PictureOrigin();
    }

private:
    std::vector<std::size_t> m_indices;
};

class Concatenation final : public Dataset
{
public:
    explicit Concatenation(std::vector<DatasetPtr> parts) : m_parts(std::move(parts))
    {
        for (const DatasetPtr& part : m_parts) {
            m_starts.push_back(m_size);
            m_size += part->size();
        }
    }
    std::size_t size() const override { return m_size; }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        if (index >= m_size)
            return {};
        const std::size_t part = partOf(index);
        SampleInfo info = m_parts[part]->sampleInfo(index - m_starts[part]);
        // Two sets may both have a "01". Groups of one name stay one: they may be the same patient.
        info.id = std::to_string(part + 1) + "/" + info.id;
        return info;
    }
    Result<Sample> sample(std::size_t index) const override
    {
        if (index >= m_size)
            return fail(ErrorCode::OutOfRange, "data set", "sample " + std::to_string(index));
        const std::size_t part = partOf(index);
        return m_parts[part]->sample(index - m_starts[part]);
    }
    int classCount() const override { return m_parts.front()->classCount(); }
    std::vector<std::string> classNames() const override { return m_parts.front()->classNames(); }
    std::vector<std::string> imageClassNames() const override { return m_parts.front()->imageClassNames(); }
    bool isMultiLabel() const override { return m_parts.front()->isMultiLabel(); }
    std::vector<DataFault> faults() const override
    {
        std::vector<DataFault> all;
        for (const DatasetPtr& part : m_parts)
            for (DataFault& fault : part->faults())
                all.push_back(std::move(fault));
        return all;
    }
    std::size_t blockOf(std::size_t index) const override
    {
        if (index >= m_size)
            return 0;
        const std::size_t part = partOf(index);
        return m_starts[part] + m_parts[part]->blockOf(index - m_starts[part]);
    }
    PictureOrigin originOf(std::size_t index) const override
    {
        if (index >= m_size)
            return {};
        const std::size_t part = partOf(index);
        return m_parts[part]->originOf(index - m_starts[part]);
    }

private:
    std::size_t partOf(std::size_t index) const
    {
        const auto after = std::upper_bound(m_starts.begin(), m_starts.end(), index);
        return static_cast<std::size_t>(after - m_starts.begin()) - 1;
    }

    const std::vector<DatasetPtr> m_parts;
    std::vector<std::size_t> m_starts;
    std::size_t m_size = 0;
};

std::size_t bytesOf(const Sample& sample)
{
    std::size_t bytes = sizeof(Sample) + sample.image.size() * sizeof(float) + sample.labels.size();
    for (const SampleCurve& curve : sample.curves)
        bytes += sizeof(SampleCurve) + curve.points.size() * sizeof(Point);
    return bytes;
}

class Cache final : public Wrapper
{
public:
    Cache(DatasetPtr base, std::size_t limitBytes)
        : Wrapper(std::move(base)), m_limitBytes(limitBytes), m_samples(m_base->size())
    {
    }
    Result<Sample> sample(std::size_t index) const override
    {
        if (index < m_samples.size()) {
            std::shared_ptr<const Sample> kept;
            {
                const std::lock_guard lock(m_mutex);
                kept = m_samples[index];
            }
            if (kept)
                return *kept;
        }
        auto read = m_base->sample(index);
        if (read && index < m_samples.size())
            keep(index, *read);
        return read;
    }

private:
    void keep(std::size_t index, const Sample& sample) const
    {
        const std::size_t bytes = bytesOf(sample);
        {
            const std::lock_guard lock(m_mutex);
            if (m_samples[index] || m_usedBytes + bytes > m_limitBytes)
                return;
            m_usedBytes += bytes;
        }
        auto copy = std::make_shared<const Sample>(sample);
        const std::lock_guard lock(m_mutex);
        if (m_samples[index])
            m_usedBytes -= bytes;
        else
            m_samples[index] = std::move(copy);
    }

    const std::size_t m_limitBytes;
    mutable std::mutex m_mutex;
    mutable std::size_t m_usedBytes = 0;
    mutable std::vector<std::shared_ptr<const Sample>> m_samples;
};

class Transformed final : public Wrapper
{
public:
    Transformed(DatasetPtr base, SampleTransform transform)
        : Wrapper(std::move(base)), m_transform(std::move(transform))
    {
    }
    Result<Sample> sample(std::size_t index) const override
    {
        auto read = m_base->sample(index);
        if (read && m_transform)
            m_transform(*read, index);
        return read;
    }

private:
    const SampleTransform m_transform;
};

} // namespace

DatasetPtr subset(DatasetPtr base, std::vector<std::size_t> indices)
{
    return std::make_shared<const Subset>(std::move(base), std::move(indices));
}

Result<DatasetPtr> concatenate(const std::vector<DatasetPtr>& parts)
{
    if (parts.empty())
        return fail(ErrorCode::InvalidArgument, "data sets", "none to put together");
    for (const DatasetPtr& part : parts)
        if (part->classNames() != parts.front()->classNames() ||
            part->imageClassNames() != parts.front()->imageClassNames() ||
            part->isMultiLabel() != parts.front()->isMultiLabel())
            return fail(ErrorCode::InvalidArgument, "data sets", "their class names differ");
    if (parts.size() == 1)
        return parts.front();
    return std::make_shared<const Concatenation>(parts);
}

DatasetPtr cached(DatasetPtr base, std::size_t limitBytes)
{
    return std::make_shared<const Cache>(std::move(base), limitBytes);
}

DatasetPtr transformed(DatasetPtr base, SampleTransform transform)
{
    return std::make_shared<const Transformed>(std::move(base), std::move(transform));
}

} // namespace fedefm
