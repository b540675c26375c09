// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/plane_filters.h"

#include <cstring>

namespace fedefm {

namespace {

/// Running mean along rows, written transposed: two calls filter both directions.
void blurRowsTransposed(const FloatPlane& in, FloatPlane& out, int radius)
{
    out.width = in.height;
    out.height = in.width;
    out.values.resize(in.values.size());
    const int width = in.width;
    const float scale = 1.0F / static_cast<float>(2 * radius + 1);
    for (int y = 0; y < in.height; ++y) {
        const float* row = in.values.data() + in.index(0, y);
        const auto at = [&](int x) { return row[std::clamp(x, 0, width - 1)]; };
        double sum = 0.0;
        for (int x = -radius; x <= radius; ++x)
            sum += at(x);
        for (int x = 0; x < width; ++x) {
            out.values[out.index(y, x)] = static_cast<float>(sum) * scale;
            sum += at(x + radius + 1) - at(x - radius);
        }
    }
}

/// A symmetric kernel of up to 15 taps along rows (stride 1) or columns.
void convolve(const FloatPlane& in, FloatPlane& out, const std::vector<float>& half, bool vertical)
{
    const int reach = static_cast<int>(half.size()) - 1;
    const int width = in.width;
    const int height = in.height;
    std::vector<float> padded(static_cast<std::size_t>(width) + 2 * half.size());
    for (int y = 0; y < height; ++y) {
        float* target = out.values.data() + out.index(0, y);
        const float* row = in.values.data() + in.index(0, y);
        if (!vertical) {
            for (int x = -reach; x < width + reach; ++x)
                padded[static_cast<std::size_t>(x + reach)] = row[std::clamp(x, 0, width - 1)];
            row = padded.data() + reach;
        }
        for (int x = 0; x < width; ++x)
            target[x] = half[0] * row[x];
        for (int k = 1; k <= reach; ++k) {
            const float* before = vertical ? in.values.data() + in.index(0, std::max(0, y - k)) : row - k;
            const float* after =
                vertical ? in.values.data() + in.index(0, std::min(height - 1, y + k)) : row + k;
            const float weight = half[static_cast<std::size_t>(k)];
            for (int x = 0; x < width; ++x)
                target[x] += weight * (before[x] + after[x]);
        }
    }
}

} // namespace

void boxBlur(FloatPlane& plane, int radius, int passes)
{
    if (radius < 1)
        return;
    FloatPlane other;
    for (int i = 0; i < passes; ++i) {
        blurRowsTransposed(plane, other, radius);
        blurRowsTransposed(other, plane, radius);
    }
}

void smallBlur(FloatPlane& plane, double sigmaPx)
{
    if (sigmaPx < 0.15)
        return;
    const int reach = std::min(7, static_cast<int>(std::ceil(2.5 * sigmaPx)));
    std::vector<float> half;
    double sum = 0.0;
    for (int k = 0; k <= reach; ++k) {
        half.push_back(static_cast<float>(std::exp(-0.5 * k * k / (sigmaPx * sigmaPx))));
        sum += (k == 0 ? 1.0 : 2.0) * half.back();
    }
    for (float& weight : half)
        weight = static_cast<float>(weight / sum);
    FloatPlane other = plane;
    convolve(plane, other, half, false);
    convolve(other, plane, half, true);
}

FloatPlane shrunk(const FloatPlane& plane, int factor)
{
    FloatPlane small((plane.width + factor - 1) / factor, (plane.height + factor - 1) / factor);
    for (int y = 0; y < small.height; ++y) {
        const int y1 = std::min(plane.height, (y + 1) * factor);
        for (int x = 0; x < small.width; ++x) {
            const int x1 = std::min(plane.width, (x + 1) * factor);
            float sum = 0.0F;
            for (int v = y * factor; v < y1; ++v)
                for (int u = x * factor; u < x1; ++u)
                    sum += plane.values[plane.index(u, v)];
            small.values[small.index(x, y)] = sum / static_cast<float>((y1 - y * factor) * (x1 - x * factor));
        }
    }
    return small;
}

FloatPlane wideBlur(const FloatPlane& plane, double sigmaPx)
{
    const int factor = std::clamp(static_cast<int>(sigmaPx / 3.0), 1, std::max(1, plane.width / 16));
    FloatPlane small = shrunk(plane, factor);
    // Three passes of a box of radius r have a variance of r(r+1).
    const double sigma = sigmaPx / factor;
    const int radius = std::max(1, static_cast<int>(std::lround(std::sqrt(sigma * sigma + 0.25) - 0.5)));
    boxBlur(small, radius, 3);
    FloatPlane result(plane.width, plane.height);
    addStretched(result, small, 0.0, 0.0, 1.0F);
    return result;
}

void addStretched(FloatPlane& target, const FloatPlane& layer, double dxPx, double dyPx, float weight)
{
    const double scaleX = static_cast<double>(layer.width) / target.width;
    const double scaleY = static_cast<double>(layer.height) / target.height;
    struct Tap
    {
        int first;
        int second;
        float share;
    };
    const auto tap = [](double place, int count) {
        const double p = std::clamp(place, 0.0, count - 1.0);
        const int first = static_cast<int>(p);
        return Tap{first, std::min(first + 1, count - 1), static_cast<float>(p - first)};
    };
    std::vector<Tap> columns;
    columns.reserve(static_cast<std::size_t>(target.width));
    for (int x = 0; x < target.width; ++x)
        columns.push_back(tap((x - dxPx + 0.5) * scaleX - 0.5, layer.width));
    std::vector<float> line(static_cast<std::size_t>(layer.width));
    for (int y = 0; y < target.height; ++y) {
        const Tap rows = tap((y - dyPx + 0.5) * scaleY - 0.5, layer.height);
        const float* above = layer.values.data() + layer.index(0, rows.first);
        const float* below = layer.values.data() + layer.index(0, rows.second);
        for (int x = 0; x < layer.width; ++x)
            line[static_cast<std::size_t>(x)] = weight * (above[x] + (below[x] - above[x]) * rows.share);
        float* out = target.values.data() + target.index(0, y);
        for (int x = 0; x < target.width; ++x) {
            const Tap& c = columns[static_cast<std::size_t>(x)];
            const float a = line[static_cast<std::size_t>(c.first)];
            const float b = line[static_cast<std::size_t>(c.second)];
            out[x] += a + (b - a) * c.share;
        }
    }
}

FloatPlane fractalNoise(int sizePx, double coarsestPx, double finestPx, double roughness, RandomStream random)
{
    FloatPlane sum(sizePx, sizePx);
    float weight = 1.0F;
    for (double blobPx = coarsestPx; blobPx >= finestPx;
         blobPx /= 2.0, weight *= static_cast<float>(roughness)) {
        const int grid = std::clamp(static_cast<int>(std::ceil(sizePx / blobPx)) + 3, 4, sizePx);
        FloatPlane coarse = whiteNoise(grid, random.bits());
        // Bilinear stretching shows its grid unless the grid is smooth itself.
        smallBlur(coarse, 0.7);
        addStretched(sum, coarse, blobPx * random.uniform(), blobPx * random.uniform(), weight);
    }
    double mean = 0.0;
    double square = 0.0;
    for (const float v : sum.values) {
        mean += v;
        square += static_cast<double>(v) * v;
    }
    mean /= static_cast<double>(sum.values.size());
    const double deviation =
        std::sqrt(std::max(square / static_cast<double>(sum.values.size()) - mean * mean, 1e-12));
    for (float& v : sum.values)
        v = static_cast<float>((v - mean) / deviation);
    return sum;
}

void expInPlace(FloatPlane& plane)
{
    // 2^f on [0, 1) by a polynomial, the integer part goes into the exponent bits.
    for (float& value : plane.values) {
        const float power = std::max(value, -80.0F) * 1.44269504F + 127.0F;
        const auto whole = static_cast<std::int32_t>(power);
        const float f = power - static_cast<float>(whole);
        const float mantissa =
            1.0F + f * (0.69300383F + f * (0.24154447F + f * (0.05167941F + f * 0.01377229F)));
        const std::int32_t bits = whole << 23;
        float scale = 0.0F;
        std::memcpy(&scale, &bits, sizeof scale);
        value = scale * mantissa;
    }
}

void logInPlace(FloatPlane& plane)
{
    for (float& value : plane.values) {
        std::int32_t bits = 0;
        const float positive = std::max(value, 1e-20F);
        std::memcpy(&bits, &positive, sizeof bits);
        const std::int32_t exponent = (bits >> 23) - 127;
        bits = (bits & 0x007FFFFF) | 0x3F800000;
        float m = 0.0F;
        std::memcpy(&m, &bits, sizeof m);
        // ln m = 2 artanh((m−1)/(m+1)) on [1, 2).
        const float z = (m - 1.0F) / (m + 1.0F);
        const float z2 = z * z;
        const float series = 2.0F * z * (1.0F + z2 * (0.33333333F + z2 * (0.2F + z2 * 0.14285714F)));
        value = static_cast<float>(exponent) * 0.69314718F + series;
    }
}

FloatPlane whiteNoise(int sizePx, std::uint64_t seed)
{
    FloatPlane noise(sizePx, sizePx);
    const auto low = static_cast<std::uint32_t>(mixBits(seed));
    const auto high = static_cast<std::uint32_t>(mixBits(seed) >> 32);
    const auto count = static_cast<std::uint32_t>(noise.values.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint32_t h = (i + low) * 0x9E3779B1U ^ high;
        h = (h ^ (h >> 16)) * 0x85EBCA6BU;
        h = (h ^ (h >> 13)) * 0xC2B2AE35U;
        h ^= h >> 16;
        // The sum of four bytes is close to normal: mean 510, variance 4 · (256² − 1) / 12.
        const std::uint32_t sum = (h & 255U) + ((h >> 8) & 255U) + ((h >> 16) & 255U) + (h >> 24);
        noise.values[i] = (static_cast<float>(static_cast<std::int32_t>(sum)) - 510.0F) * (1.0F / 147.8013F);
    }
    return noise;
}

} // namespace fedefm
