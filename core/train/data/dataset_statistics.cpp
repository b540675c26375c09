// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace fedefm {

namespace {

/// Counts over all samples, which needs no picture.
void countInfos(const Dataset& dataset, DatasetStatistics& statistics)
{
    std::map<std::string, std::size_t> sources;
    std::set<std::string> groups;
    const std::vector<std::string> names = dataset.imageClassNames();
    std::vector<std::size_t> perClass(names.size());
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const SampleInfo info = dataset.sampleInfo(i);
        ++sources[info.source];
        groups.insert(info.group);
        if (info.imageClass >= 0 && static_cast<std::size_t>(info.imageClass) < perClass.size())
            ++perClass[static_cast<std::size_t>(info.imageClass)];
    }
    statistics.samples = dataset.size();
    statistics.groups = groups.size();
    statistics.perSource.assign(sources.begin(), sources.end());
    for (std::size_t c = 0; c < names.size(); ++c)
        statistics.perImageClass.emplace_back(names[c], perClass[c]);
}

class PixelCounter
{
public:
    explicit PixelCounter(DatasetStatistics& statistics) : m_statistics(statistics) {}

    void add(const Sample& sample)
    {
        std::vector<std::uint64_t> perClass(256);
        for (const std::uint8_t label : sample.labels)
            ++perClass[label];
        for (std::size_t c = 0; c < m_statistics.pixelsPerClass.size(); ++c) {
            m_statistics.pixelsPerClass[c] += perClass[c];
            m_statistics.samplesWithClass[c] += perClass[c] > 0 ? 1 : 0;
        }
        const bool isFirst = m_count == 0;
        const auto smallest = [isFirst](int& value, int other) {
            value = isFirst ? other : std::min(value, other);
        };
        smallest(m_statistics.smallestWidth, sample.width);
        smallest(m_statistics.smallestHeight, sample.height);
        m_statistics.largestWidth = std::max(m_statistics.largestWidth, sample.width);
        m_statistics.largestHeight = std::max(m_statistics.largestHeight, sample.height);
        for (const float value : sample.image) {
            m_sum += value;
            m_squares += static_cast<double>(value) * value;
        }
        m_values += static_cast<double>(sample.image.size());
        ++m_count;
    }

    void finish()
    {
        if (m_values <= 0.0)
            return;
        m_statistics.meanGrey = m_sum / m_values;
        const double variance = m_squares / m_values - m_statistics.meanGrey * m_statistics.meanGrey;
        m_statistics.greyDeviation = std::sqrt(std::max(0.0, variance));
    }
    std::size_t count() const { return m_count; }

private:
    DatasetStatistics& m_statistics;
    std::size_t m_count = 0;
    double m_sum = 0.0, m_squares = 0.0, m_values = 0.0;
};

} // namespace

Result<DatasetStatistics> statisticsOf(const Dataset& dataset, std::size_t limit, const CancelToken& cancel)
{
    DatasetStatistics statistics;
    countInfos(dataset, statistics);
    const auto classes = static_cast<std::size_t>(std::max(0, dataset.classCount()));
    statistics.pixelsPerClass.resize(classes);
    statistics.samplesWithClass.resize(classes);
    PixelCounter counter(statistics);
    std::optional<Error> firstError;
    const std::size_t reads = std::min(limit, dataset.size());
    for (std::size_t k = 0; k < reads; ++k) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "statistics");
        const auto sample = dataset.sample(k * dataset.size() / reads);
        if (sample)
            counter.add(*sample);
        else if (!firstError)
            firstError = sample.error();
    }
    if (counter.count() == 0 && firstError)
        return tl::unexpected(*firstError);
    counter.finish();
    return statistics;
}

} // namespace fedefm
