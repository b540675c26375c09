// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/ridge_filter.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kMargin = 24;

struct Offset
{
    int x = 0;
    int y = 0;
};

/// The pixel at distance `distance` in direction `angle`, on the axis-major line, so that equal steps stay
/// equal.
Offset alongLine(double angle, int steps)
{
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const double major = std::max(std::abs(c), std::abs(s));
    return {static_cast<int>(std::lround(steps * c / major)),
            static_cast<int>(std::lround(steps * s / major))};
}

Offset across(double angle, double distance)
{
    return {static_cast<int>(std::lround(-distance * std::sin(angle))),
            static_cast<int>(std::lround(distance * std::cos(angle)))};
}

/// out = mean of `in` at the pixel and ±step, ±2 step … along the direction; `border` rows and columns are
/// left alone.
void averageAlong(const cv::Mat1f& in, cv::Mat1f& out, double angle, int taps, int step, int border)
{
    const int half = taps / 2;
    const auto weight = 1.0F / static_cast<float>(taps);
    const int width = in.cols - 2 * border;
    for (int y = border; y < in.rows - border; ++y) {
        float* to = out[y] + border;
        const float* centre = in[y] + border;
        std::copy(centre, centre + width, to);
        for (int k = 1; k <= half; ++k) {
            const Offset o = alongLine(angle, k * step);
            const float* ahead = in[y + o.y] + border + o.x;
            const float* behind = in[y - o.y] + border - o.x;
            for (int x = 0; x < width; ++x)
                to[x] += ahead[x] + behind[x];
        }
        for (int x = 0; x < width; ++x)
            to[x] *= weight;
    }
}

struct Best
{
    cv::Mat1f strength;
    cv::Mat1f angle; ///< index as a float: the comparison loop then works on one type and vectorises
};

void keepStronger(const cv::Mat1f& line, Offset side, int angleIndex, Best& best)
{
    const auto index = static_cast<float>(angleIndex);
    const int width = best.strength.cols;
    for (int y = 0; y < best.strength.rows; ++y) {
        const float* centre = line[y + kMargin] + kMargin;
        const float* left = line[y + kMargin + side.y] + kMargin + side.x;
        const float* right = line[y + kMargin - side.y] + kMargin - side.x;
        float* strength = best.strength[y];
        float* angle = best.angle[y];
        for (int x = 0; x < width; ++x) {
            const float response = std::min(left[x], right[x]) - centre[x];
            angle[x] = response > strength[x] ? index : angle[x];
            strength[x] = std::max(strength[x], response);
        }
    }
}

Best filterScale(const cv::Mat1f& picture, const RidgeScale& scale, int orientations)
{
    cv::Mat1f smooth;
    const double sigma = std::max(0.6, scale.widthPx * 0.3);
    cv::GaussianBlur(picture, smooth, {}, sigma, sigma, cv::BORDER_REPLICATE);
    cv::Mat1f padded;
    cv::copyMakeBorder(smooth, padded, kMargin, kMargin, kMargin, kMargin, cv::BORDER_REPLICATE);
    // A box of 3 then one of n at stride 3 is a box of 3n: fewer additions than one pass.
    const int outerTaps =
        std::clamp(2 * static_cast<int>(std::lround((scale.lengthPx / 3.0 - 1.0) / 2.0)) + 1, 1, 5);
    const double sideDistance = std::min(0.5 * scale.widthPx + 1.6 * sigma + 0.5, kMargin - 12.0);
    cv::Mat1f inner = padded.clone();
    cv::Mat1f line = padded.clone();
    Best best{cv::Mat1f::zeros(picture.size()), cv::Mat1f::zeros(picture.size())};
    for (int k = 0; k < orientations; ++k) {
        const double angle = k * kPi / orientations;
        averageAlong(padded, inner, angle, 3, 1, 1);
        averageAlong(inner, line, angle, outerTaps, 3, 8);
        keepStronger(line, across(angle, sideDistance), k, best);
    }
    return best;
}

void merge(RidgeMap& map, const cv::Mat1f& strength, const cv::Mat1f& angle, int scaleIndex)
{
    for (int y = 0; y < map.strength.height; ++y) {
        for (int x = 0; x < map.strength.width; ++x) {
            const std::size_t i = map.strength.index(x, y);
            if (strength(y, x) <= map.strength.values[i])
                continue;
            map.strength.values[i] = strength(y, x);
            map.angle[i] = static_cast<std::uint8_t>(angle(y, x));
            map.scale[i] = static_cast<std::uint8_t>(scaleIndex);
        }
    }
}

} // namespace

RidgeMap ridgeFilter(const FloatPlane& picture, const RidgeFilterSettings& settings)
{
    RidgeMap map;
    map.strength = FloatPlane(picture.width, picture.height);
    map.angle.assign(map.strength.values.size(), 0);
    map.scale.assign(map.strength.values.size(), 0);
    map.orientations = settings.orientations;
    if (picture.values.empty())
        return map;
    const cv::Mat1f full(picture.height, picture.width, const_cast<float*>(picture.values.data()));
    cv::Mat1f half;
    cv::resize(full, half, {std::max(1, full.cols / 2), std::max(1, full.rows / 2)}, 0, 0, cv::INTER_AREA);
    for (std::size_t i = 0; i < settings.scales.size(); ++i) {
        const RidgeScale& scale = settings.scales[i];
        const int index = static_cast<int>(i);
        if (scale.widthPx < 4.0) {
            const Best best = filterScale(full, scale, settings.orientations);
            merge(map, best.strength, best.angle, index);
            continue;
        }
        const Best best =
            filterScale(half, {scale.widthPx / 2.0, scale.lengthPx / 2.0}, settings.orientations);
        cv::Mat1f strength;
        cv::Mat1f angle;
        cv::resize(best.strength, strength, full.size(), 0, 0, cv::INTER_LINEAR);
        cv::resize(best.angle, angle, full.size(), 0, 0, cv::INTER_NEAREST);
        merge(map, strength, angle, index);
    }
    return map;
}

std::vector<std::uint8_t> ridgeCrests(const RidgeMap& map)
{
    const FloatPlane& s = map.strength;
    std::vector<Offset> normals;
    for (int k = 0; k < map.orientations; ++k)
        normals.push_back(across(k * kPi / map.orientations, 1.0));
    std::vector<std::uint8_t> crests(s.values.size(), 0);
    for (int y = 1; y + 1 < s.height; ++y) {
        for (int x = 1; x + 1 < s.width; ++x) {
            const std::size_t i = s.index(x, y);
            const float value = s.values[i];
            if (value <= 0.0F)
                continue;
            const Offset n = normals[map.angle[i]];
            crests[i] = value >= s.at(x + n.x, y + n.y) && value >= s.at(x - n.x, y - n.y) ? 1 : 0;
        }
    }
    return crests;
}

} // namespace fedefm
