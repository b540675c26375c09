// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_profile.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kStepPx = 0.5;

Point normalAt(const Polyline& line, std::size_t i)
{
    const std::size_t before = i >= 3 ? i - 3 : 0;
    const std::size_t after = std::min(i + 3, line.size() - 1);
    const double dx = line[after].x - line[before].x;
    const double dy = line[after].y - line[before].y;
    const double length = std::hypot(dx, dy);
    return length > 0.0 ? Point{dy / length, -dx / length} : Point{0.0, 0.0};
}

/// Place, between samples, where the profile crosses `level` when walking from `from` by `step`; -1 if it
/// never does.
double crossing(const std::vector<float>& profile, int from, int step, float level)
{
    const int count = static_cast<int>(profile.size());
    for (int i = from; i + step >= 0 && i + step < count; i += step) {
        const float here = profile[static_cast<std::size_t>(i)];
        const float next = profile[static_cast<std::size_t>(i + step)];
        if (next >= level)
            return i + step * static_cast<double>((level - here) / std::max(1e-6F, next - here));
    }
    return -1.0;
}

CrossProfile measure(const std::vector<float>& profile, int searchSteps)
{
    const int centre = static_cast<int>(profile.size()) / 2;
    const auto lowest =
        std::min_element(profile.begin() + centre - searchSteps, profile.begin() + centre + searchSteps + 1);
    const int bottom = static_cast<int>(lowest - profile.begin());
    const float low = *lowest;
    const float left = *std::max_element(profile.begin(), lowest + 1) - low;
    const float right = *std::max_element(lowest, profile.end()) - low;
    CrossProfile result;
    const float depth = std::min(left, right);
    if (!(depth > 0.0F))
        return result;
    result.depth = depth;
    result.balance = depth / std::max(left, right);
    const double from = crossing(profile, bottom, -1, low + depth / 2.0F);
    const double to = crossing(profile, bottom, 1, low + depth / 2.0F);
    if (from < 0.0 || to < 0.0)
        return result;
    result.widthPx = (to - from) * kStepPx;
    result.shiftPx = ((from + to) / 2.0 - centre) * kStepPx;
    return result;
}

} // namespace

std::vector<CrossProfile> crossProfiles(const FloatPlane& picture, const Polyline& line, double reachPx,
                                        double averagePx)
{
    const int half = std::max(2, static_cast<int>(reachPx / kStepPx));
    const auto samples = static_cast<std::size_t>(2 * half + 1);
    // Running sums along the curve make the average cost one addition per sample.
    std::vector<std::vector<float>> sums(line.size() + 1, std::vector<float>(samples, 0.0F));
    for (std::size_t i = 0; i < line.size(); ++i) {
        const Point n = normalAt(line, i);
        for (std::size_t k = 0; k < samples; ++k) {
            const double t = (static_cast<int>(k) - half) * kStepPx;
            sums[i + 1][k] = sums[i][k] + picture.sample(line[i].x + n.x * t, line[i].y + n.y * t);
        }
    }
    std::vector<CrossProfile> profiles;
    std::vector<float> mean(samples);
    const auto average = static_cast<std::size_t>(std::max(0.0, averagePx));
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::size_t first = i >= average ? i - average : 0;
        const std::size_t last = std::min(i + average + 1, line.size());
        for (std::size_t k = 0; k < samples; ++k)
            mean[k] = (sums[last][k] - sums[first][k]) / static_cast<float>(last - first);
        profiles.push_back(measure(mean, std::min(half, static_cast<int>(2.0 / kStepPx))));
    }
    return profiles;
}

Polyline centreOnValley(const Polyline& line, const std::vector<CrossProfile>& profiles, double maxShiftPx)
{
    Polyline out = line;
    const auto count = static_cast<std::ptrdiff_t>(line.size());
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        double sum = 0.0;
        int used = 0;
        for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, i - 4); k <= std::min(count - 1, i + 4); ++k) {
            const CrossProfile& profile = profiles[static_cast<std::size_t>(k)];
            if (profile.widthPx > 0.0 && std::abs(profile.shiftPx) <= maxShiftPx) {
                sum += profile.shiftPx;
                ++used;
            }
        }
        const Point n = normalAt(line, static_cast<std::size_t>(i));
        const double shift = used > 0 ? sum / used : 0.0;
        out[static_cast<std::size_t>(i)].x += n.x * shift;
        out[static_cast<std::size_t>(i)].y += n.y * shift;
    }
    return out;
}

} // namespace fedefm
