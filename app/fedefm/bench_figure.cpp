// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_figure.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fedefm::cli {

bool BenchFigure::isMet() const
{
    const double judged = targetIsRatio ? peerRatio.value_or(0.0) : value;
    return targetIsMinimum ? judged >= target : judged < target;
}

double medianOf(std::vector<double> values)
{
    if (values.empty())
        return 0.0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

namespace {

double timeMs(const std::function<void()>& work)
{
    const SteadyClock clock;
    const double startMs = clock.nowMs();
    work();
    return clock.nowMs() - startMs;
}

} // namespace

double medianMs(int repeats, const std::function<void()>& work)
{
    work();
    std::vector<double> times;
    for (int i = 0; i < repeats; ++i)
        times.push_back(timeMs(work));
    return medianOf(times);
}

Paired pairedMs(int repeats, const std::function<void()>& first, const std::function<void()>& second)
{
    first();
    second();
    std::vector<double> firstTimes;
    std::vector<double> secondTimes;
    std::vector<double> ratios;
    for (int i = 0; i < repeats; ++i) {
        // The order alternates, so that neither always finds the caches warm.
        if (i % 2 == 0) {
            firstTimes.push_back(timeMs(first));
            secondTimes.push_back(timeMs(second));
        } else {
            secondTimes.push_back(timeMs(second));
            firstTimes.push_back(timeMs(first));
        }
        ratios.push_back(secondTimes.back() / firstTimes.back());
    }
    return {medianOf(firstTimes), medianOf(secondTimes), medianOf(ratios)};
}

double copyMs(std::size_t bytes)
{
    std::vector<std::uint8_t> from(bytes, 1);
    std::vector<std::uint8_t> to(bytes, 2);
    volatile std::uint8_t seen = 0;
    return medianMs(9, [&] {
        std::memcpy(to.data(), from.data(), bytes);
        seen = to[bytes / 2];
        from[bytes / 2] = static_cast<std::uint8_t>(seen + 1);
    });
}

} // namespace fedefm::cli
