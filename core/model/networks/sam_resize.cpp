// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_resize.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr int kFractionBits = 22; ///< 32 less 8 of the pixel and 2 of head room

struct Taps
{
    int first = 0;
    std::vector<std::int32_t> weights;
};

/// Weights of the source pixels for each target pixel of one axis.
std::vector<Taps> triangleTaps(int from, int to)
{
    const double scale = static_cast<double>(from) / to;
    const double support = std::max(1.0, scale);
    std::vector<Taps> taps(static_cast<std::size_t>(to));
    for (int target = 0; target < to; ++target) {
        const double centre = (target + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - support + 0.5));
        const int last = std::min(from, static_cast<int>(centre + support + 0.5));
        std::vector<double> weights;
        double sum = 0.0;
        for (int x = first; x < last; ++x) {
            const double distance = std::abs((x - centre + 0.5) / support);
            weights.push_back(std::max(0.0, 1.0 - distance));
            sum += weights.back();
        }
        Taps& entry = taps[static_cast<std::size_t>(target)];
        entry.first = first;
        for (const double weight : weights)
            entry.weights.push_back(
                static_cast<std::int32_t>(0.5 + weight / (sum > 0.0 ? sum : 1.0) * (1 << kFractionBits)));
    }
    return taps;
}

/// Resizes along one axis: `outer` lines of `from` positions that lie `stride` apart, `stride` values each.
std::vector<std::uint8_t> resizeAxis(const std::vector<std::uint8_t>& pixels, int outer, int from, int to,
                                     int stride)
{
    if (from == to)
        return pixels;
    const std::vector<Taps> taps = triangleTaps(from, to);
    std::vector<std::uint8_t> result(static_cast<std::size_t>(outer) * to * stride);
    std::vector<std::int32_t> sums(static_cast<std::size_t>(stride));
    for (int line = 0; line < outer; ++line)
        for (int target = 0; target < to; ++target) {
            const Taps& tap = taps[static_cast<std::size_t>(target)];
            std::fill(sums.begin(), sums.end(), 1 << (kFractionBits - 1));
            const std::uint8_t* source =
                pixels.data() + (static_cast<std::size_t>(line) * from + tap.first) * stride;
            for (const std::int32_t weight : tap.weights)
                for (std::int32_t& sum : sums)
                    sum += weight * *source++;
            std::uint8_t* out = result.data() + (static_cast<std::size_t>(line) * to + target) * stride;
            for (const std::int32_t sum : sums)
                *out++ = static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
        }
    return result;
}

} // namespace

PictureSize longSideSize(PictureSize size, int longSide)
{
    const double scale = static_cast<double>(longSide) / std::max({1, size.width, size.height});
    return {std::max(1, static_cast<int>(size.width * scale + 0.5)),
            std::max(1, static_cast<int>(size.height * scale + 0.5))};
}

std::vector<std::uint8_t> resizePicture(const std::vector<std::uint8_t>& pixels, PictureSize from,
                                        PictureSize to, int channels)
{
    const auto wide = resizeAxis(pixels, from.height, from.width, to.width, channels);
    return resizeAxis(wide, 1, from.height, to.height, to.width * channels);
}

} // namespace fedefm
