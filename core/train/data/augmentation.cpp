// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"

#include "core/train/data/grey_changes_private.h"
#include "core/train/data/occlusion_private.h"
#include "core/train/data/warp_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kRadiansPerDeg = 3.14159265358979323846 / 180.0;

/// A labelled pixel, each with the same chance; (−1, −1) when there is none.
Point randomLabelled(const Sample& sample, Random& random)
{
    const auto isDevice = [](std::uint8_t label) { return label != 0 && label != kIgnoreLabel; };
    const auto count = std::count_if(sample.labels.begin(), sample.labels.end(), isDevice);
    if (count == 0)
        return {-1.0, -1.0};
    std::size_t skip = random.below(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < sample.labels.size(); ++i)
        if (isDevice(sample.labels[i]) && skip-- == 0)
            return {static_cast<double>(i % static_cast<std::size_t>(sample.width)),
                    static_cast<double>(i / static_cast<std::size_t>(sample.width))};
    return {-1.0, -1.0};
}

/// The source position that comes to the middle of the output.
Point cropCenter(const Sample& sample, const AugmentationSettings& settings, Random& random)
{
    const Point middle{0.5 * (sample.width - 1), 0.5 * (sample.height - 1)};
    const bool onLabel = random.chance(settings.cropOnLabelProbability);
    const double u = random.uniform();
    const double v = random.uniform();
    if (settings.cropPx <= 0)
        return middle;
    const int side = settings.cropPx;
    Point center{0.5 * (side - 1) + u * std::max(0, sample.width - side),
                 0.5 * (side - 1) + v * std::max(0, sample.height - side)};
    if (onLabel)
        if (const Point p = randomLabelled(sample, random); p.x >= 0.0)
            center = {p.x + (u - 0.5) * 0.5 * side, p.y + (v - 0.5) * 0.5 * side};
    const auto inside = [side](double position, int size) {
        const double edge = 0.5 * (side - 1);
        return size <= side ? 0.5 * (size - 1) : std::clamp(position, edge, size - 1 - edge);
    };
    return {inside(center.x, sample.width), inside(center.y, sample.height)};
}

Warp randomWarp(const Sample& sample, const AugmentationSettings& settings, Random& random)
{
    Warp warp;
    warp.width = settings.cropPx > 0 ? settings.cropPx : sample.width;
    warp.height = settings.cropPx > 0 ? settings.cropPx : sample.height;
    Point center = cropCenter(sample, settings, random);
    const double angle = random.around(settings.rotationDeg) * kRadiansPerDeg;
    const double zoom = std::exp(random.around(settings.scaleRange));
    const double shear = std::tan(random.around(settings.shearDeg) * kRadiansPerDeg);
    const double flipX = random.chance(settings.flipProbability) ? -1.0 : 1.0;
    const double flipY = random.chance(0.5 * settings.flipProbability) ? -1.0 : 1.0;
    if (settings.cropPx > 0 && angle == 0.0 && zoom == 1.0 && shear == 0.0) {
        // Whole pixels stay whole pixels: a plain crop copies values instead of mixing them.
        const double half = 0.5 * (settings.cropPx - 1);
        center = {std::floor(center.x - half) + half, std::floor(center.y - half) + half};
    }
    const double c = std::cos(angle) / zoom;
    const double s = std::sin(angle) / zoom;
    warp.xx = flipX * c;
    warp.xy = flipY * (c * shear - s);
    warp.yx = flipX * s;
    warp.yy = flipY * (s * shear + c);
    const double mx = 0.5 * (warp.width - 1);
    const double my = 0.5 * (warp.height - 1);
    warp.offsetX = center.x - warp.xx * mx - warp.xy * my;
    warp.offsetY = center.y - warp.yx * mx - warp.yy * my;
    if (settings.elasticPx > 0.0)
        addElastic(warp, settings.elasticPx, random);
    return warp;
}

void changePicture(Sample& sample, const AugmentationSettings& settings, Random& random)
{
    const double gamma = std::exp(random.around(settings.gammaRange));
    const double contrast = 1.0 + random.around(settings.contrastRange);
    const double brightness = random.around(settings.brightnessRange);
    const double blur = random.uniform(0.0, settings.blurSigmaPx);
    const double noise = random.uniform(0.0, settings.noiseSigma);
    const double correlation = random.uniform(0.0, settings.noiseCorrelationPx);
    const bool invert = random.chance(settings.invertProbability);
    blurPlanes(sample.image, sample.width, sample.height, blur);
    changeGrey(sample.image, gamma, contrast, brightness);
    addNoise(sample.image, sample.width, sample.height, noise, correlation, random);
    if (invert)
        for (float& value : sample.image)
            value = 1.0F - value;
    for (float& value : sample.image)
        value = std::clamp(value, 0.0F, 1.0F);
}

} // namespace

void augment(Sample& sample, const AugmentationSettings& settings, std::uint64_t seed)
{
    if (sample.width <= 0 || sample.height <= 0)
        return;
    Random random(seed);
    applyWarp(sample, randomWarp(sample, settings, random));
    changePicture(sample, settings, random);
    if (random.chance(settings.cutOutProbability))
        cutOut(sample, random);
    if (random.chance(settings.collimatorProbability))
        collimate(sample, random);
}

} // namespace fedefm
