// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/topology_layout.h"

#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kLeastRadiusPx = 3.5;
constexpr double kMostRadiusPx = 19.0;
constexpr double kRadiusOfSpacing = 0.27;
constexpr double kMostStretch = 1.7; ///< of a map, beyond its own proportions
constexpr double kLeastGap = 3.2;    ///< between centres on the map, in radii
constexpr int kMostPushes = 60;

TopologyLayout onCircle(std::size_t count, const QRectF& area)
{
    TopologyLayout layout;
    const double a = area.width() / 2.0;
    const double b = area.height() / 2.0;
    const double reach = std::min(a, b);
    const double spacing = 2.0 * kPi * reach / static_cast<double>(std::max<std::size_t>(count, 1));
    layout.radius = std::clamp(kRadiusOfSpacing * spacing, kLeastRadiusPx, kMostRadiusPx);
    // An ellipse uses a wide area better; names have more room beside the discs.
    const double wide = std::min(a, 1.35 * reach);
    for (std::size_t at = 0; at < count; ++at) {
        const double angle = 2.0 * kPi * static_cast<double>(at) / static_cast<double>(count) - kPi / 2.0;
        layout.centres.push_back(
            area.center() +
            (count == 1 ? QPointF() : QPointF(std::cos(angle) * wide, std::sin(angle) * reach)));
    }
    return layout;
}

/// The map begins in the middle of the widest empty span of longitude.
double westernEdge(const std::vector<SiloFacts>& silos)
{
    std::vector<double> longitudes;
    for (const SiloFacts& silo : silos)
        longitudes.push_back(silo.place->x());
    std::sort(longitudes.begin(), longitudes.end());
    double widest = longitudes.front() + 360.0 - longitudes.back();
    double edge = longitudes.back() + widest / 2.0;
    for (std::size_t at = 1; at < longitudes.size(); ++at)
        if (const double gap = longitudes[at] - longitudes[at - 1]; gap > widest) {
            widest = gap;
            edge = longitudes[at - 1] + gap / 2.0;
        }
    return edge;
}

void pushApart(std::vector<QPointF>& points, double least, const QRectF& area)
{
    for (int round = 0; round < kMostPushes; ++round) {
        bool moved = false;
        for (std::size_t a = 0; a < points.size(); ++a)
            for (std::size_t b = a + 1; b < points.size(); ++b) {
                QPointF away = points[b] - points[a];
                double distance = std::hypot(away.x(), away.y());
                if (distance >= least)
                    continue;
                if (distance < 1e-6) {
                    away = QPointF(1.0, 0.0);
                    distance = 1.0;
                }
                const QPointF push = away / distance * (least - distance) * 0.5;
                points[a] -= push;
                points[b] += push;
                moved = true;
            }
        for (QPointF& point : points)
            point = {std::clamp(point.x(), area.left(), area.right()),
                     std::clamp(point.y(), area.top(), area.bottom())};
        if (!moved)
            return;
    }
}

TopologyLayout onMap(const std::vector<SiloFacts>& silos, const QRectF& area)
{
    TopologyLayout layout;
    layout.isMap = true;
    const double west = westernEdge(silos);
    QPolygonF points;
    for (const SiloFacts& silo : silos) {
        double x = std::fmod(silo.place->x() - west, 360.0);
        x += x < 0.0 ? 360.0 : 0.0;
        points << QPointF(x, -silo.place->y());
    }
    const QRectF box = points.boundingRect();
    const double fitX = area.width() / std::max(box.width(), 1e-6);
    const double fitY = area.height() / std::max(box.height(), 1e-6);
    const double least = std::min(fitX, fitY);
    const double scaleX = std::min(fitX, kMostStretch * least);
    const double scaleY = std::min(fitY, kMostStretch * least);
    for (const QPointF& point : points) {
        const QPointF from = point - box.center();
        layout.centres.push_back(area.center() + QPointF(from.x() * scaleX, from.y() * scaleY));
    }
    const double room = std::sqrt(area.width() * area.height() / static_cast<double>(silos.size()));
    layout.radius = std::clamp(0.12 * room, kLeastRadiusPx, kMostRadiusPx - 3.0);
    pushApart(layout.centres, kLeastGap * layout.radius, area);
    return layout;
}

} // namespace

bool haveAllPlaces(const std::vector<SiloFacts>& silos)
{
    return silos.size() > 1 && std::all_of(silos.begin(), silos.end(),
                                           [](const SiloFacts& silo) { return silo.place.has_value(); });
}

TopologyLayout layOutSilos(const std::vector<SiloFacts>& silos, const QRectF& area, bool wantsMap)
{
    if (silos.empty() || area.width() < 1.0 || area.height() < 1.0)
        return {};
    return wantsMap && haveAllPlaces(silos) ? onMap(silos, area) : onCircle(silos.size(), area);
}

} // namespace fedefm
