// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_style.h"

#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <array>
#include <cmath>

namespace fedefm {

namespace {

const std::array<QColor, 4> kColors{QColor(0x56, 0xB4, 0xE9), QColor(0xE6, 0x9F, 0x00),
                                    QColor(0xD5, 0x5E, 0x00), QColor(0xF0, 0xE4, 0x42)};
constexpr std::array<Qt::PenStyle, 4> kLines{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
constexpr int kIconWidthPx = 22;
constexpr int kIconHeightPx = 14;
constexpr double kLightGround = 0.5;
constexpr double kSupersampling = 2.0;
constexpr double kPi = 3.14159265358979323846;
constexpr int kCirclePoints = 32;
constexpr double kStarInner = 0.45;
constexpr std::array<Marker, 6> kMarkers{Marker::Disc,    Marker::Square,           Marker::Triangle,
                                         Marker::Diamond, Marker::InvertedTriangle, Marker::Star};

QPolygonF regular(QPointF centre, double radius, int corners, double turn, double inner = 1.0)
{
    QPolygonF shape;
    for (int at = 0; at < corners; ++at) {
        const double angle = turn + 2.0 * kPi * at / corners;
        const double reach = at % 2 == 0 ? radius : radius * inner;
        shape << centre + QPointF(std::cos(angle), std::sin(angle)) * reach;
    }
    return shape;
}

} // namespace

RunStyle runStyle(int index)
{
    const auto at = static_cast<std::size_t>(std::max(0, index));
    return {kColors[at % kColors.size()], kLines[at / kColors.size() % kLines.size()], Marker::None};
}

RunStyle siloStyle(int index)
{
    const auto at = static_cast<std::size_t>(std::max(0, index));
    return {kColors[at % kColors.size()], kLines[at / kColors.size() % kLines.size()],
            kMarkers[at / kColors.size() % kMarkers.size()]};
}

QPolygonF markerShape(Marker marker, QPointF centre, double radius)
{
    switch (marker) {
    case Marker::Square:
        return regular(centre, radius, 4, kPi / 4.0);
    case Marker::Triangle:
        return regular(centre, radius, 3, -kPi / 2.0);
    case Marker::Diamond:
        return regular(centre, radius, 4, 0.0);
    case Marker::InvertedTriangle:
        return regular(centre, radius, 3, kPi / 2.0);
    case Marker::Star:
        return regular(centre, radius, 10, -kPi / 2.0, kStarInner);
    case Marker::None:
    case Marker::Disc:
        break;
    }
    return regular(centre, radius * 0.9, kCirclePoints, 0.0);
}

QIcon markerIcon(const RunStyle& style, const QColor& ground)
{
    QPixmap pixmap(QSize(kIconHeightPx, kIconHeightPx) * kSupersampling);
    pixmap.setDevicePixelRatio(kSupersampling);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor casing = casingFor(ground);
    painter.setPen(casing.isValid() ? QPen(casing, 1.2) : QPen(Qt::NoPen));
    painter.setBrush(style.color);
    painter.drawPolygon(markerShape(style.marker, QPointF(kIconHeightPx, kIconHeightPx) / 2.0, 6.0));
    painter.end();
    return QIcon(pixmap);
}

QColor casingFor(const QColor& ground)
{
    return ground.lightnessF() > kLightGround ? QColor(0, 0, 0, 170) : QColor();
}

QIcon lineIcon(const RunStyle& style, const QColor& ground)
{
    QPixmap pixmap(QSize(kIconWidthPx, kIconHeightPx) * kSupersampling);
    pixmap.setDevicePixelRatio(kSupersampling);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF from(2, kIconHeightPx / 2.0);
    const QPointF to(kIconWidthPx - 2, kIconHeightPx / 2.0);
    if (const QColor casing = casingFor(ground); casing.isValid()) {
        painter.setPen(QPen(casing, 5, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(from, to);
    }
    painter.setPen(QPen(style.color, 3, style.line, Qt::FlatCap));
    painter.drawLine(from, to);
    painter.end();
    return QIcon(pixmap);
}

RunStyle RunStyles::take(const QString& run)
{
    if (!has(run)) {
        int index = 0;
        while (std::any_of(m_taken.begin(), m_taken.end(),
                           [index](const auto& entry) { return entry.second == index; }))
            ++index;
        m_taken[run] = index;
    }
    return style(run);
}

RunStyle RunStyles::style(const QString& run) const
{
    const auto it = m_taken.find(run);
    return it == m_taken.end() ? RunStyle{QColor(0x99, 0x99, 0x99), Qt::SolidLine, Marker::None}
                               : runStyle(it->second);
}

} // namespace fedefm
