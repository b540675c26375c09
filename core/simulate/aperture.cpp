// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/aperture.h"

#include "core/simulate/anatomy_shapes.h"

namespace fedefm {

namespace {

double wedgeLight(const WedgeFilter& wedge, double u, double v)
{
    const double inside =
        (u - 0.5) * std::cos(wedge.angle) + (v - 0.5) * std::sin(wedge.angle) - wedge.distance;
    return 1.0 - (1.0 - wedge.transmission) * smoothStep(-wedge.softness, wedge.softness, inside);
}

} // namespace

FloatPlane apertureLight(const ApertureSettings& aperture, int sizePx)
{
    FloatPlane light(sizePx, sizePx, 1.0F);
    const double soft = std::max(aperture.softness, 0.5 / sizePx);
    const auto blade = [soft](double distance) { return smoothStep(-soft, soft, distance); };
    std::vector<float> columns(static_cast<std::size_t>(sizePx));
    for (int i = 0; i < sizePx; ++i) {
        const double at = (i + 0.5) / sizePx;
        columns[static_cast<std::size_t>(i)] =
            static_cast<float>((aperture.left > 0.0 ? blade(at - aperture.left) : 1.0) *
                               (aperture.right > 0.0 ? blade(1.0 - aperture.right - at) : 1.0));
    }
    for (int y = 0; y < sizePx; ++y) {
        const double v = (y + 0.5) / sizePx;
        const double row = (aperture.top > 0.0 ? blade(v - aperture.top) : 1.0) *
                           (aperture.bottom > 0.0 ? blade(1.0 - aperture.bottom - v) : 1.0);
        for (int x = 0; x < sizePx; ++x) {
            const double u = (x + 0.5) / sizePx;
            double open = row * columns[static_cast<std::size_t>(x)];
            if (aperture.kind == ApertureKind::Round)
                open *= blade(0.492 - std::hypot(u - 0.5, v - 0.5));
            else if (aperture.kind == ApertureKind::Octagon)
                open *= blade(aperture.octagon - std::abs(u - 0.5) - std::abs(v - 0.5));
            double filtered = 1.0;
            for (const WedgeFilter& wedge : aperture.wedges)
                filtered = std::min(filtered, wedgeLight(wedge, u, v));
            light.values[light.index(x, y)] =
                static_cast<float>((aperture.leak + (1.0 - aperture.leak) * open) * filtered);
        }
    }
    return light;
}

FloatPlane vignetted(const FloatPlane& light, double amount)
{
    FloatPlane result = light;
    const double middle = 0.5 * (light.width - 1);
    const double scale = amount / (2.0 * middle * middle + 1e-9);
    for (int y = 0; y < light.height; ++y)
        for (int x = 0; x < light.width; ++x) {
            const double squared = (x - middle) * (x - middle) + (y - middle) * (y - middle);
            result.values[result.index(x, y)] *= static_cast<float>(1.0 - scale * squared);
        }
    return result;
}

} // namespace fedefm
