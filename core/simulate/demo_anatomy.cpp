// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/demo_anatomy.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

double smoothStep(double edge0, double edge1, double x)
{
    const double t = std::clamp((x - edge0) / (edge1 - edge0), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

/// Fills a field from a function of normalised coordinates (0…1, x right, y down).
template <typename Function> DemoField field(int sizePx, Function value)
{
    DemoField result{sizePx, std::vector<float>(static_cast<std::size_t>(sizePx) * sizePx)};
    for (int y = 0; y < sizePx; ++y)
        for (int x = 0; x < sizePx; ++x)
            result.values[static_cast<std::size_t>(y) * sizePx + x] =
                static_cast<float>(value((x + 0.5) / sizePx, (y + 0.5) / sizePx));
    return result;
}

cv::Mat asMat(DemoField& f)
{
    return {f.sizePx, f.sizePx, CV_32F, f.values.data()};
}

/// Sum of blurred noise octaves, mean 0, standard deviation 1: vessels and tissue texture.
cv::Mat texture(int sizePx, std::uint64_t seed, double coarsestPx)
{
    cv::RNG random(seed);
    cv::Mat sum = cv::Mat::zeros(sizePx, sizePx, CV_32F);
    double weight = 1.0;
    for (double sigma = coarsestPx; sigma >= 1.5; sigma /= 2.0, weight *= 0.55) {
        // Coarse octaves are drawn on a coarse grid: a wide blur of a large picture would cost seconds.
        const int grid = std::max(8, static_cast<int>(sizePx * 2.0 / sigma));
        cv::Mat noise(std::min(grid, sizePx), std::min(grid, sizePx), CV_32F);
        random.fill(noise, cv::RNG::NORMAL, 0.0, 1.0);
        cv::GaussianBlur(noise, noise, {}, 1.0);
        cv::Mat full;
        cv::resize(noise, full, sum.size(), 0, 0, cv::INTER_CUBIC);
        sum += weight * full;
    }
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(sum, mean, deviation);
    return (sum - mean[0]) / std::max(deviation[0], 1e-6);
}

/// A vertebral column that crosses the picture obliquely: bodies with dense end plates, lighter discs
/// between.
double spine(double x, double y)
{
    const double across = x - (0.70 + 0.10 * (0.5 - y) + 0.02 * std::sin(3.0 * y));
    const double halfWidth = 0.085;
    const double body = 1.0 - smoothStep(halfWidth - 0.025, halfWidth + 0.02, std::abs(across));
    const double phase = std::fmod(y * 4.6 + 0.3 + 0.6 * across, 1.0);
    const double disc = smoothStep(0.0, 0.05, phase) * (1.0 - smoothStep(0.16, 0.21, phase));
    const double plate =
        std::exp(-std::pow((phase - 0.25) / 0.03, 2)) + std::exp(-std::pow((phase - 0.96) / 0.03, 2));
    const double pedicle =
        std::exp(-std::pow((std::abs(across) - 0.05) / 0.014, 2) - std::pow((phase - 0.55) / 0.13, 2));
    return body * (0.34 - 0.13 * disc + 0.07 * plate) + 0.10 * pedicle;
}

/// Posterior ribs: parallel, slightly curved bands with denser borders.
double ribs(double x, double y)
{
    const double curve = y - 0.35 * std::pow(x - 0.75, 2) + 0.28 * x;
    const double phase = std::fmod(curve * 5.2 + 10.0, 1.0);
    const double band = smoothStep(0.10, 0.16, phase) * (1.0 - smoothStep(0.44, 0.50, phase));
    const double border =
        std::exp(-std::pow((phase - 0.14) / 0.03, 2)) + std::exp(-std::pow((phase - 0.46) / 0.03, 2));
    const double fade = 1.0 - 0.6 * smoothStep(0.55, 0.9, x);
    return fade * (0.10 * band + 0.05 * border);
}

double fixedTissue(double x, double y)
{
    const double body = 1.30 + 0.35 * std::pow(x - 0.35, 2) + 0.25 * std::pow(y - 0.4, 2);
    const double dx = (x - 0.52) / 0.34;
    const double dy = (y - 0.52) / 0.30;
    const double heart = 0.42 * (1.0 - smoothStep(0.75, 1.15, std::sqrt(dx * dx + dy * dy + 0.5 * dx * dy)));
    return body + heart + spine(x, y);
}

double diaphragm(double x, double y)
{
    const double dome = 0.74 + 0.55 * std::pow(x - 0.42, 2);
    return 0.75 * smoothStep(-0.012, 0.02, y - dome) + 0.25 * smoothStep(0.02, 0.3, y - dome);
}

/// A round field of view, cut by four blades with a soft edge.
double light(double x, double y)
{
    const double radius = std::hypot(x - 0.5, y - 0.5);
    const double round = 1.0 - smoothStep(0.488, 0.496, radius);
    const auto blade = [](double distance) { return smoothStep(-0.008, 0.012, distance); };
    const double blades = blade(x - 0.035) * blade(0.965 - x) * blade(y - 0.045) * blade(0.955 - y);
    const double vignette = 1.0 - 0.35 * radius * radius;
    return round * vignette * (0.02 + 0.98 * blades);
}

} // namespace

DemoAnatomy makeDemoAnatomy(int sizePx, std::uint64_t seed)
{
    DemoAnatomy anatomy;
    anatomy.fixed = field(sizePx, fixedTissue);
    anatomy.ribs = field(sizePx, ribs);
    anatomy.diaphragm = field(sizePx, diaphragm);
    anatomy.light = field(sizePx, light);
    asMat(anatomy.fixed) += 0.075 * texture(sizePx, seed * 2654435761ULL + 17, sizePx / 12.0);
    asMat(anatomy.ribs) += 0.02 * texture(sizePx, seed * 2654435761ULL + 29, sizePx / 40.0);
    return anatomy;
}

} // namespace fedefm
