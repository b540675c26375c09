// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/occlusion_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// Distance to the edge of the open field in pixels, positive inside.
struct Field
{
    bool isRound = false;
    double centerX = 0.0, centerY = 0.0;
    double radius = 0.0;
    double halfWidth = 0.0, halfHeight = 0.0;
    double cosine = 1.0, sine = 0.0;

    double depthAt(double x, double y) const
    {
        const double dx = x - centerX;
        const double dy = y - centerY;
        if (isRound)
            return radius - std::sqrt(dx * dx + dy * dy);
        return std::min(halfWidth - std::abs(cosine * dx + sine * dy),
                        halfHeight - std::abs(cosine * dy - sine * dx));
    }
};

Field randomField(const Sample& sample, Random& random)
{
    Field field;
    field.isRound = random.chance(0.5);
    field.centerX = 0.5 * (sample.width - 1) + random.around(0.06 * sample.width);
    field.centerY = 0.5 * (sample.height - 1) + random.around(0.06 * sample.height);
    field.radius = 0.5 * std::hypot(sample.width, sample.height) * random.uniform(0.7, 0.98);
    field.halfWidth = 0.5 * sample.width * random.uniform(0.7, 1.05);
    field.halfHeight = 0.5 * sample.height * random.uniform(0.7, 1.05);
    const double angle = random.around(0.1);
    field.cosine = std::cos(angle);
    field.sine = std::sin(angle);
    return field;
}

/// The pieces of the curves inside the field.
std::vector<SampleCurve> cutCurves(const std::vector<SampleCurve>& curves, const Field& field)
{
    std::vector<SampleCurve> pieces;
    for (const SampleCurve& curve : curves) {
        SampleCurve piece{curve.label, {}, curve.widthPx};
        const auto close = [&] {
            if (!piece.points.empty())
                pieces.push_back(piece);
            piece.points.clear();
        };
        for (const Point& p : curve.points) {
            if (field.depthAt(p.x, p.y) >= 0.0)
                piece.points.push_back(p);
            else
                close();
        }
        close();
    }
    return pieces;
}

} // namespace

void cutOut(Sample& sample, Random& random)
{
    const int width = std::max(1, static_cast<int>(random.uniform(0.05, 0.25) * sample.width));
    const int height = std::max(1, static_cast<int>(random.uniform(0.05, 0.25) * sample.height));
    const auto left = static_cast<int>(random.below(static_cast<std::size_t>(sample.width - width + 1)));
    const auto top = static_cast<int>(random.below(static_cast<std::size_t>(sample.height - height + 1)));
    const auto grey = static_cast<float>(random.uniform());
    const std::size_t plane = static_cast<std::size_t>(sample.width) * sample.height;
    for (std::size_t start = 0; start < sample.image.size(); start += plane)
        for (int y = top; y < top + height; ++y)
            std::fill_n(sample.image.begin() + static_cast<std::ptrdiff_t>(start) +
                            static_cast<std::ptrdiff_t>(y) * sample.width + left,
                        width, grey);
}

void collimate(Sample& sample, Random& random)
{
    const Field field = randomField(sample, random);
    const auto dark = static_cast<float>(random.uniform(0.0, 0.15));
    const double penumbra = random.uniform(0.5, 3.0);
    const std::size_t plane = static_cast<std::size_t>(sample.width) * sample.height;
    for (int y = 0; y < sample.height; ++y)
        for (int x = 0; x < sample.width; ++x) {
            const double depth = field.depthAt(x, y);
            if (depth >= penumbra)
                continue;
            const std::size_t at = static_cast<std::size_t>(y) * sample.width + static_cast<std::size_t>(x);
            // Within the penumbra the picture fades; it is dark from the edge on, where the labels end.
            const auto share = static_cast<float>(std::max(0.0, depth / penumbra));
            for (std::size_t start = 0; start < sample.image.size(); start += plane)
                sample.image[start + at] = dark + share * (sample.image[start + at] - dark);
            if (depth < 0.0 && !sample.labels.empty())
                sample.labels[at] = 0;
        }
    sample.curves = cutCurves(sample.curves, field);
}

} // namespace fedefm
