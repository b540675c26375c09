// SPDX-License-Identifier: GPL-3.0-or-later
// How the topology is drawn.
#include "ui/federate/topology_view.h"

#include "ui/common/theme.h"
#include "ui/train/run_style.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <map>

namespace fedefm {

namespace {

constexpr double kBow = 0.12; ///< so that both directions between two silos are seen
constexpr double kThinPx = 1.0;
constexpr double kThickPx = 4.5;
constexpr double kArrowPx = 6.0;
constexpr double kFlightPx = 4.6;
constexpr double kRingPx = 3.0;
constexpr double kLeastNamePx = 6.0;
constexpr std::size_t kMostArrows = 300;
constexpr double kFadedOpacity = 0.18;
constexpr int kGridDegrees = 30;
constexpr double kFlightMsInverse = 1.0 / 1500.0;

/// Experts coming home are orange, so that both kinds of traffic are told apart at a glance.
QColor colorOf(LinkKind kind, const QPalette& palette)
{
    switch (kind) {
    case LinkKind::Weights:
        return colors::accent;
    case LinkKind::Visitor:
        return colors::guidewire;
    case LinkKind::Other:
        break;
    }
    return palette.color(QPalette::PlaceholderText);
}

void drawArrow(QPainter& painter, const QPainterPath& path, double at, const QColor& color)
{
    const QPointF tip = path.pointAtPercent(at);
    const QPointF from = path.pointAtPercent(std::max(0.0, at - 0.03));
    const QPointF along = tip - from;
    const double length = std::hypot(along.x(), along.y());
    if (length < 1e-6)
        return;
    const QPointF unit = along / length;
    const QPointF across(-unit.y(), unit.x());
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(QPolygonF({tip, tip - unit * kArrowPx + across * kArrowPx * 0.5,
                                   tip - unit * kArrowPx - across * kArrowPx * 0.5}));
}

} // namespace

QPainterPath TopologyView::pathOf(int from, int to) const
{
    const QPointF a = m_layout.centres[static_cast<std::size_t>(from)];
    const QPointF b = m_layout.centres[static_cast<std::size_t>(to)];
    const QPointF along = b - a;
    const double length = std::max(1e-6, std::hypot(along.x(), along.y()));
    const QPointF unit = along / length;
    const double margin = std::min(m_layout.radius + kRingPx + 1.0, 0.45 * length);
    const QPointF bow(-along.y() * kBow, along.x() * kBow);
    QPainterPath path(a + unit * margin);
    path.quadTo((a + b) / 2.0 + bow, b - unit * margin);
    return path;
}

void TopologyView::paintGround(QPainter& painter) const
{
    QColor line = palette().color(QPalette::Mid);
    line.setAlpha(110);
    painter.setPen(QPen(line, 1.0));
    if (!m_layout.isMap) {
        painter.setBrush(Qt::NoBrush);
        QRectF box;
        for (const QPointF& centre : m_layout.centres)
            box |= QRectF(centre - QPointF(0.5, 0.5), QSizeF(1, 1));
        painter.drawEllipse(box);
        return;
    }
    // A quiet graticule: the places speak for themselves.
    const double step = std::max(40.0, width() * kGridDegrees / 360.0);
    for (double x = std::fmod(width() / 2.0, step); x < width(); x += step)
        painter.drawLine(QPointF(x, 0), QPointF(x, height()));
    for (double y = std::fmod(height() / 2.0, step); y < height(); y += step)
        painter.drawLine(QPointF(0, y), QPointF(width(), y));
}

void TopologyView::paintEdges(QPainter& painter) const
{
    const int focus = m_hovered >= 0 ? m_hovered : m_current;
    const int count = static_cast<int>(m_layout.centres.size());
    if (m_edges.size() > kMostArrows)
        return paintManyEdges(painter, focus);
    painter.save();
    painter.setOpacity(kFadedOpacity);
    painter.setBrush(Qt::NoBrush);
    for (const TopologyEdge& edge : m_past) {
        if (m_past.size() > kMostArrows || edge.from >= count || edge.to >= count)
            continue;
        painter.setPen(QPen(colorOf(edge.kind, palette()), kThinPx));
        painter.drawPath(pathOf(edge.from, edge.to));
    }
    for (const TopologyEdge& edge : m_edges) {
        if (edge.from >= count || edge.to >= count)
            continue;
        const bool isFaded = focus >= 0 && edge.from != focus && edge.to != focus;
        const bool isLost = edge.lost == edge.objects;
        QColor color = isLost ? colors::error : colorOf(edge.kind, palette());
        painter.setOpacity(isFaded ? kFadedOpacity : isLost ? 1.0 : 0.8);
        const double share = std::sqrt(edge.bytes / m_mostBytes);
        QPen pen(color, kThinPx + (kThickPx - kThinPx) * share);
        pen.setCapStyle(Qt::FlatCap);
        if (edge.lost > 0)
            pen.setStyle(Qt::DashLine);
        if (isLost)
            pen.setWidthF(1.8);
        const QPainterPath path = pathOf(edge.from, edge.to);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(pen);
        painter.drawPath(path);
        drawArrow(painter, path, isLost ? 0.6 : 1.0, color);
    }
    painter.restore();
}

/// Thousands of links: plain lines, kind by kind; those of the silo in focus over all others.
void TopologyView::paintManyEdges(QPainter& painter, int focus) const
{
    const int count = static_cast<int>(m_layout.centres.size());
    std::map<std::pair<bool, int>, QVector<QLineF>> lines;
    constexpr int kLost = 9;
    for (const TopologyEdge& edge : m_edges) {
        if (edge.from >= count || edge.to >= count)
            continue;
        const bool isInFocus = edge.from == focus || edge.to == focus;
        lines[{isInFocus, edge.lost > 0 ? kLost : static_cast<int>(edge.kind)}].append(
            {m_layout.centres[static_cast<std::size_t>(edge.from)],
             m_layout.centres[static_cast<std::size_t>(edge.to)]});
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (const auto& [key, list] : lines) {
        const auto& [isInFocus, kind] = key;
        const double crowd = std::clamp(400.0 / static_cast<double>(list.size()), 0.08, 0.5);
        painter.setOpacity(isInFocus || kind == kLost ? 0.9 : crowd);
        const QColor color = kind == kLost ? colors::error : colorOf(static_cast<LinkKind>(kind), palette());
        painter.setPen(QPen(color, kThinPx, kind == kLost ? Qt::DashLine : Qt::SolidLine));
        painter.drawLines(list);
    }
    painter.restore();
}

const QPixmap& TopologyView::edgeLayer()
{
    const double ratio = devicePixelRatioF();
    if (!m_edgeLayer.isNull() && m_edgeLayer.devicePixelRatio() == ratio)
        return m_edgeLayer;
    m_edgeLayer = QPixmap(QSize(std::max(1, qRound(width() * ratio)), std::max(1, qRound(height() * ratio))));
    m_edgeLayer.setDevicePixelRatio(ratio);
    m_edgeLayer.fill(palette().color(QPalette::Base));
    QPainter painter(&m_edgeLayer);
    painter.setRenderHint(QPainter::Antialiasing);
    paintGround(painter);
    paintEdges(painter);
    return m_edgeLayer;
}

void TopologyView::paintFlights(QPainter& painter) const
{
    const qint64 now = m_clock.elapsed();
    const int count = static_cast<int>(m_layout.centres.size());
    for (const Flight& flight : m_flights) {
        const double share = static_cast<double>(now - flight.startMs) * kFlightMsInverse;
        if (share < 0.0 || flight.from >= count || flight.to >= count)
            continue;
        // What was lost stops on its way.
        const double at = std::min(share * share * (3.0 - 2.0 * share), flight.isLost ? 0.55 : 1.0);
        const QPointF point = pathOf(flight.from, flight.to).pointAtPercent(std::clamp(at, 0.0, 1.0));
        const Marker form = flight.kind == LinkKind::Visitor   ? Marker::Diamond
                            : flight.kind == LinkKind::Weights ? Marker::Disc
                                                               : Marker::Square;
        painter.setPen(QPen(palette().color(QPalette::Base), 1.4));
        painter.setBrush(flight.isLost ? colors::error : colorOf(flight.kind, palette()).lighter(125));
        painter.drawPolygon(markerShape(form, point, kFlightPx + (form == Marker::Diamond ? 1.4 : 0.0)));
    }
}

void TopologyView::paintSilos(QPainter& painter) const
{
    for (int silo = 0; silo < static_cast<int>(m_layout.centres.size()); ++silo)
        paintSilo(painter, silo);
    if (m_layout.radius >= kLeastNamePx)
        for (int silo = 0; silo < static_cast<int>(m_layout.centres.size()); ++silo)
            paintName(painter, silo);
    else if (m_hovered >= 0 || m_current >= 0)
        paintName(painter, m_hovered >= 0 ? m_hovered : m_current);
}

void TopologyView::paintSilo(QPainter& painter, int silo) const
{
    const QPointF centre = m_layout.centres[static_cast<std::size_t>(silo)];
    const RunStyle style = siloStyle(silo);
    const SiloState state = shownState(silo);
    const double radius = m_layout.radius;
    const QPalette& p = palette();
    painter.save();
    painter.setOpacity(state == SiloState::Dropped ? 0.45 : 1.0);
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.color(QPalette::Window));
    painter.drawEllipse(centre, radius + kRingPx, radius + kRingPx);

    const bool isAway = state == SiloState::Late || state == SiloState::Out || state == SiloState::Dropped;
    QPen ring(isAway ? colors::error : p.color(QPalette::Mid), isAway ? 2.0 : kRingPx);
    if (isAway)
        ring.setDashPattern({2.0, 2.0});
    painter.setBrush(Qt::NoBrush);
    painter.setPen(ring);
    painter.drawEllipse(centre, radius, radius);
    const double progress = isLive() ? siloProgress(*m_session, silo) : 0.0;
    if (progress > 0.0 && !isAway && m_session->isAtWork()) {
        painter.setPen(QPen(style.color, kRingPx, Qt::SolidLine, Qt::FlatCap));
        constexpr int kWhole = 360 * 16;
        painter.drawArc(QRectF(centre - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius)), 90 * 16,
                        -static_cast<int>(kWhole * progress));
    }
    if (state == SiloState::Working) {
        QColor halo = style.color;
        halo.setAlpha(60);
        painter.setPen(QPen(halo, 5.0));
        painter.drawEllipse(centre, radius + 5.0, radius + 5.0);
    }
    const QColor casing = casingFor(p.color(QPalette::Base));
    painter.setPen(casing.isValid() ? QPen(casing, 1.2) : QPen(Qt::NoPen));
    painter.setBrush(style.color);
    painter.drawPolygon(markerShape(style.marker, centre, std::max(2.5, radius * 0.55)));
    if (silo == m_current) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(p.color(QPalette::Text), 1.4));
        painter.drawEllipse(centre, radius + 4.0, radius + 4.0);
    }
    painter.restore();
}

void TopologyView::paintName(QPainter& painter, int silo) const
{
    const QPointF centre = m_layout.centres[static_cast<std::size_t>(silo)];
    const int focus = m_hovered >= 0 ? m_hovered : m_current;
    const double top = centre.y() + m_layout.radius + kRingPx + 2.0;
    const double widest = std::max(60.0, m_layout.radius * 6.0);
    const QString text =
        fontMetrics().elidedText(m_session->siloName(silo), Qt::ElideRight, static_cast<int>(widest));
    const double wide = fontMetrics().horizontalAdvance(text) + 6.0;
    QRectF box(centre.x() - wide / 2.0, top, wide, fontMetrics().height());
    box.moveLeft(std::clamp(box.left(), 2.0, std::max(2.0, width() - wide - 2.0)));
    QColor ground = palette().color(QPalette::Base);
    ground.setAlpha(190);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(box, 3.0, 3.0);
    painter.setPen(palette().color(silo == focus ? QPalette::Text : QPalette::PlaceholderText));
    painter.drawText(box, Qt::AlignCenter, text);
}

QString TopologyView::captionText() const
{
    if (!m_session)
        return {};
    const SessionRound* chosen = isLive() ? nullptr : m_session->roundAt(m_round);
    if (!chosen && m_session->isAtWork() && m_session->live.isKnown) {
        const LiveState& live = m_session->live;
        return tr("Round %1 of %2 · %3")
                   .arg(std::min(live.round + 1, m_session->roundsPlanned()))
                   .arg(m_session->roundsPlanned())
                   .arg(live.phase) +
               (live.edges.empty() && !m_edges.empty() ? tr(" · links of the round before") : QString());
    }
    if (!chosen && !m_session->rounds.empty())
        chosen = m_session->rounds.back().get();
    if (!chosen)
        return tr("No round yet");
    QString text = tr("Round %1: %2 took part").arg(chosen->round + 1).arg(chosen->tookPart());
    if (chosen->missed() > 0)
        text += tr(", %1 missed").arg(chosen->missed());
    if (chosen->lostEdges > 0)
        text += tr(", %1 lost on the way").arg(chosen->lostEdges);
    if (chosen->isThinned)
        text += tr(" (too long ago: its links are no longer held)");
    return text;
}

void TopologyView::paintLegend(QPainter& painter) const
{
    const QPalette& p = palette();
    painter.setPen(p.color(QPalette::Text));
    painter.drawText(QRectF(12, 8, width() - 24, fontMetrics().height() + 4),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(captionText(), Qt::ElideRight, width() - 24));
    const double middle = height() - 8.0 - fontMetrics().height() / 2.0;
    double x = 14.0;
    const auto word = [&](const QString& text) {
        painter.setPen(p.color(QPalette::PlaceholderText));
        const double wide = fontMetrics().horizontalAdvance(text);
        painter.drawText(QPointF(x, middle + fontMetrics().ascent() / 2.0 - 1.0), text);
        x += wide + 16.0;
    };
    const auto entry = [&](LinkKind kind, Marker form, const QString& text) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colorOf(kind, p));
        painter.drawPolygon(markerShape(form, QPointF(x + 5.0, middle), 5.0));
        x += 15.0;
        word(text);
    };
    entry(LinkKind::Weights, Marker::Disc, tr("weights"));
    entry(LinkKind::Visitor, Marker::Diamond, tr("experts coming home"));
    painter.setPen(QPen(colors::error, 2.0, Qt::DashLine));
    painter.drawLine(QPointF(x, middle), QPointF(x + 22.0, middle));
    x += 27.0;
    word(tr("lost or late"));
}

} // namespace fedefm
