// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_overlay_picture.h"

#include "ui/train/run_style.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kMarginPx = 40.0;
constexpr double kMostRadiusPx = 7.0;
constexpr double kHubRingPx = 4.0;
constexpr double kArrowPx = 8.0;
constexpr double kHalfArrow = 0.42; ///< radians
constexpr double kArrowAt = 0.6;    ///< of a link's length
constexpr double kNearPx = 12.0;
constexpr double kChoiceRingPx = 5.0;
constexpr std::size_t kMostNames = 24;

void drawArrow(QPainter& painter, const QPointF& from, const QPointF& to)
{
    const double length = std::hypot(to.x() - from.x(), to.y() - from.y());
    if (length < 3.0 * kArrowPx)
        return;
    const double angle = std::atan2(to.y() - from.y(), to.x() - from.x());
    const QPointF tip = from + (to - from) * kArrowAt;
    const auto side = [&](double turn) {
        return tip - QPointF(std::cos(angle + turn), std::sin(angle + turn)) * kArrowPx;
    };
    painter.drawPolygon(QPolygonF({tip, side(kHalfArrow), side(-kHalfArrow)}));
}

} // namespace

OverlayPicture::OverlayPicture(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Who sends to whom"));
}

void OverlayPicture::setOverlay(const Overlay& overlay, const QStringList& names,
                                const std::vector<std::pair<double, double>>& places, int hub)
{
    m_overlay = overlay;
    m_silos.assign(static_cast<std::size_t>(overlay.siloCount()), {});
    for (std::size_t silo = 0; silo < m_silos.size(); ++silo) {
        m_silos[silo].name = names.value(static_cast<int>(silo));
        if (places.size() == m_silos.size())
            m_silos[silo].place = QPointF(places[silo].first, places[silo].second);
    }
    m_hub = hub;
    m_hint.clear();
    m_begin = m_begin < overlay.siloCount() ? m_begin : -1;
    m_current = std::min(m_current, std::max(0, overlay.siloCount() - 1));
    QStringList lines;
    for (int silo = 0; silo < overlay.siloCount(); ++silo) {
        QStringList targets;
        for (const int other : overlay.outgoing(silo))
            targets << names.value(other);
        lines << tr("%1 sends to %2").arg(names.value(silo), targets.join(QStringLiteral(", ")));
    }
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    update();
}

void OverlayPicture::clear(const QString& hint)
{
    m_overlay = {};
    m_silos.clear();
    m_begin = -1;
    m_hint = hint;
    setAccessibleDescription(hint);
    update();
}

void OverlayPicture::setEditable(bool editable)
{
    m_isEditable = editable;
    m_begin = editable ? m_begin : -1;
    setFocusPolicy(editable ? Qt::StrongFocus : Qt::NoFocus);
    setMouseTracking(editable);
    update();
}

QPointF OverlayPicture::centreOf(int silo) const
{
    return place().centres[static_cast<std::size_t>(silo)];
}

int OverlayPicture::siloAt(const QPointF& position) const
{
    const TopologyLayout layout = place();
    for (std::size_t silo = 0; silo < layout.centres.size(); ++silo) {
        const QPointF away = layout.centres[silo] - position;
        if (std::hypot(away.x(), away.y()) <= kNearPx)
            return static_cast<int>(silo);
    }
    return -1;
}

void OverlayPicture::choose(int silo)
{
    const int begin = m_begin;
    m_begin = begin < 0 ? silo : -1;
    m_current = silo >= 0 ? silo : m_current;
    m_pointer = silo >= 0 ? centreOf(silo) : m_pointer;
    update();
    if (begin >= 0 && silo >= 0 && silo != begin)
        Q_EMIT linkToggled(begin, silo);
}

void OverlayPicture::mousePressEvent(QMouseEvent* event)
{
    if (!m_isEditable || event->button() != Qt::LeftButton)
        return QWidget::mousePressEvent(event);
    m_pointer = event->position();
    choose(siloAt(event->position()));
}

void OverlayPicture::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->position();
    if (m_begin >= 0)
        update();
}

void OverlayPicture::keyPressEvent(QKeyEvent* event)
{
    const int count = static_cast<int>(m_silos.size());
    const int key = event->key();
    if (!m_isEditable || count == 0)
        return QWidget::keyPressEvent(event);
    if (key == Qt::Key_Left || key == Qt::Key_Up || key == Qt::Key_Right || key == Qt::Key_Down) {
        const int step = key == Qt::Key_Left || key == Qt::Key_Up ? count - 1 : 1;
        m_current = (m_current + step) % count;
        m_pointer = centreOf(m_current);
        update();
    } else if (key == Qt::Key_Space) {
        choose(m_current);
    } else if (key == Qt::Key_Escape && m_begin >= 0) {
        choose(-1);
    } else {
        QWidget::keyPressEvent(event);
    }
}

TopologyLayout OverlayPicture::place() const
{
    auto layout =
        layOutSilos(m_silos, QRectF(rect()).adjusted(kMarginPx, kMarginPx, -kMarginPx, -kMarginPx), true);
    layout.radius = std::min(layout.radius, kMostRadiusPx);
    return layout;
}

void OverlayPicture::paintLinks(QPainter& painter, const TopologyLayout& layout) const
{
    painter.setPen(QPen(palette().color(QPalette::PlaceholderText), 1.2));
    painter.setBrush(palette().color(QPalette::PlaceholderText));
    for (const OverlayLink& link : m_overlay.links()) {
        const bool isMutual = m_overlay.has(link.to, link.from);
        if (isMutual && link.from > link.to)
            continue;
        const QPointF from = layout.centres[static_cast<std::size_t>(link.from)];
        const QPointF to = layout.centres[static_cast<std::size_t>(link.to)];
        painter.drawLine(from, to);
        if (!isMutual)
            drawArrow(painter, from, to);
    }
}

void OverlayPicture::paintSilos(QPainter& painter, const TopologyLayout& layout) const
{
    const double middle = height() / 2.0;
    for (std::size_t silo = 0; silo < m_silos.size(); ++silo) {
        const QPointF& at = layout.centres[silo];
        painter.setPen(QPen(palette().color(QPalette::Window), 1.5));
        painter.setBrush(siloStyle(static_cast<int>(silo)).color);
        painter.drawEllipse(at, layout.radius, layout.radius);
        double reach = layout.radius;
        if (static_cast<int>(silo) == m_hub) {
            reach += kHubRingPx;
            painter.setPen(QPen(palette().color(QPalette::WindowText), 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(at, reach, reach);
        }
        if (m_silos.size() > kMostNames)
            continue;
        painter.setPen(palette().color(QPalette::WindowText));
        const double wide = painter.fontMetrics().horizontalAdvance(m_silos[silo].name);
        const double y =
            at.y() <= middle ? at.y() - reach - 5.0 : at.y() + reach + painter.fontMetrics().ascent() + 3.0;
        const double x = std::clamp(at.x() - wide / 2.0, 2.0, std::max(2.0, width() - wide - 2.0));
        painter.drawText(QPointF(x, y), m_silos[silo].name);
    }
}

/// The silo that a link begins at, where it would lead, and where the keys are.
void OverlayPicture::paintChoice(QPainter& painter, const TopologyLayout& layout) const
{
    const double ring = layout.radius + kChoiceRingPx;
    painter.setBrush(Qt::NoBrush);
    if (m_begin >= 0) {
        const QPointF& begin = layout.centres[static_cast<std::size_t>(m_begin)];
        painter.setPen(QPen(palette().color(QPalette::Link), 2.0));
        painter.drawEllipse(begin, ring, ring);
        painter.setPen(QPen(palette().color(QPalette::Link), 1.2, Qt::DashLine));
        painter.drawLine(begin, m_pointer);
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Link), 1.2, Qt::DotLine));
        painter.drawEllipse(layout.centres[static_cast<std::size_t>(m_current)], ring + 2.0, ring + 2.0);
    }
}

void OverlayPicture::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const TopologyLayout layout = place();
    if (layout.centres.empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect().adjusted(8, 0, -8, 0), Qt::AlignCenter | Qt::TextWordWrap, m_hint);
        return;
    }
    paintLinks(painter, layout);
    paintSilos(painter, layout);
    if (m_isEditable)
        paintChoice(painter, layout);
}

bool OverlayPicture::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int silo = siloAt(help->pos());
    if (silo < 0) {
        QToolTip::hideText();
        return true;
    }
    QToolTip::showText(help->globalPos(),
                       tr("%1: sends to %2, hears %3")
                           .arg(m_silos[static_cast<std::size_t>(silo)].name)
                           .arg(m_overlay.outDegree(silo))
                           .arg(m_overlay.inDegree(silo)),
                       this);
    return true;
}

} // namespace fedefm
