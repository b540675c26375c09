// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/emd_view.h"

#include "ui/federate/heat_colors.h"
#include "ui/train/curve_math.h"
#include "ui/train/run_style.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <limits>

namespace fedefm {

namespace {

constexpr double kMarginPx = 8.0;
constexpr double kLegendPx = 74.0;
constexpr double kHeadPx = 22.0;
constexpr double kMarkerPx = 5.0;
constexpr double kLeastTextPx = 34.0;
constexpr double kLeastNamePx = 11.0;
constexpr double kMostSidePx = 64.0;
constexpr double kWidest = 1.8; ///< cells may be this much wider than high

/// As many as it takes to tell the scores apart: after short visits all are nearly one.
int decimalsFor(const std::map<std::pair<int, int>, double>& scores)
{
    double low = 1e9;
    double high = -1e9;
    for (const auto& [key, value] : scores) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    const double range = high - low;
    return range > 0.1 || range <= 0.0 ? 2 : range > 0.01 ? 3 : 4;
}

} // namespace

EmdView::EmdView(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("EMD scores"));
}

void EmdView::setSession(const SessionSnapshotPtr& session, int round)
{
    if (!session || !m_session || session->summary.id != m_session->summary.id) {
        m_current = {};
        m_scaledRounds = 0;
    }
    m_session = session;
    m_round = round;
    m_scores.clear();
    if (session && !session->rounds.empty()) {
        const SessionRound* shown = session->roundAt(round);
        if (!shown)
            shown = session->rounds.back().get();
        for (const EmdCell& cell : shown->emd)
            m_scores[{cell.silo, cell.host}] = static_cast<double>(cell.score);
        findScale();
    }
    setAccessibleDescription(m_current.silo >= 0 ? cellText(m_current) : QString());
    update();
}

void EmdView::findScale()
{
    if (!m_isOwnScale && m_scaledRounds == m_session->rounds.size())
        return;
    m_scaledRounds = m_isOwnScale ? 0 : m_session->rounds.size();
    m_lowest = std::numeric_limits<double>::max();
    m_highest = std::numeric_limits<double>::lowest();
    const auto take = [this](double score) {
        m_lowest = std::min(m_lowest, score);
        m_highest = std::max(m_highest, score);
    };
    if (m_isOwnScale)
        for (const auto& [key, score] : m_scores)
            take(score);
    else
        for (const SessionRoundPtr& round : m_session->rounds)
            for (const EmdCell& cell : round->emd)
                take(static_cast<double>(cell.score));
    if (m_lowest > m_highest) {
        m_lowest = 0.0;
        m_highest = 1.0;
    }
}

void EmdView::setOwnScale(bool isOwn)
{
    m_isOwnScale = isOwn;
    m_scaledRounds = 0;
    setSession(m_session, m_round);
}

double EmdView::shareOf(double score) const
{
    const double span = m_highest - m_lowest;
    return span > 0.0 ? (score - m_lowest) / span : 0.5;
}

std::optional<double> EmdView::score(int silo, int host) const
{
    const auto it = m_scores.find({silo, host});
    return it == m_scores.end() ? std::nullopt : std::optional<double>(it->second);
}

double EmdView::labelWidth() const
{
    double widest = fontMetrics().horizontalAdvance(tr("silo ↓  host →"));
    for (const SiloFacts& silo : m_session->silos)
        widest = std::max(widest, static_cast<double>(fontMetrics().horizontalAdvance(silo.name)));
    return std::min(widest + 22.0, width() * 0.3);
}

QRectF EmdView::matrixRect() const
{
    const int count = m_session ? m_session->siloCount() : 0;
    if (count == 0)
        return {};
    const double left = kMarginPx + labelWidth();
    const double roomX = width() - left - kLegendPx - kMarginPx;
    const double roomY = height() - kHeadPx - 2.0 * kMarginPx;
    const double sideY = std::min(kMostSidePx, roomY / count);
    const double sideX = std::min({kMostSidePx * kWidest, roomX / count, sideY * kWidest});
    if (sideX <= 0.0 || sideY <= 0.0)
        return {};
    return {left, kMarginPx + kHeadPx, sideX * count, sideY * count};
}

QRectF EmdView::cellRect(int silo, int host) const
{
    const QRectF area = matrixRect();
    const int count = m_session ? m_session->siloCount() : 0;
    if (area.isEmpty() || silo < 0 || host < 0 || silo >= count || host >= count)
        return {};
    const QSizeF side(area.width() / count, area.height() / count);
    return {QPointF(area.left() + host * side.width(), area.top() + silo * side.height()), side};
}

std::optional<EmdView::Cell> EmdView::cellAt(const QPointF& position) const
{
    const QRectF area = matrixRect();
    if (!area.contains(position))
        return std::nullopt;
    const int count = m_session->siloCount();
    const auto index = [count](double share) {
        return std::clamp(static_cast<int>(share * count), 0, count - 1);
    };
    return Cell{index((position.y() - area.top()) / area.height()),
                index((position.x() - area.left()) / area.width())};
}

QString EmdView::cellText(const Cell& cell) const
{
    if (!m_session || cell.silo < 0)
        return {};
    const auto value = score(cell.silo, cell.host);
    const QString what =
        tr("%1, its expert at %2").arg(m_session->siloName(cell.silo), m_session->siloName(cell.host));
    return value ? QStringLiteral("%1: %2").arg(what, formatValue(*value)) : tr("%1: no score").arg(what);
}

void EmdView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_scores.empty() || matrixRect().isEmpty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(QRectF(rect()).adjusted(24, 8, -24, -8), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("No EMD scores in this round. FedEFM with EMD weights measures how far each "
                            "expert's features are from those of its home."));
    } else {
        painter.setRenderHint(QPainter::Antialiasing);
        paintMatrix(painter);
        paintLegend(painter);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void EmdView::paintMatrix(QPainter& painter) const
{
    const QRectF area = matrixRect();
    const int count = m_session->siloCount();
    const QSizeF side(area.width() / count, area.height() / count);
    const double gap = side.height() > 12.0 ? 1.0 : 0.0;
    const bool hasText = side.width() >= kLeastTextPx && side.height() >= fontMetrics().height();
    const int decimals = decimalsFor(m_scores);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::AlternateBase));
    painter.drawRect(area);
    for (const auto& [key, value] : m_scores) {
        if (key.first >= count || key.second >= count)
            continue;
        const QRectF cell =
            QRectF(QPointF(area.left() + key.second * side.width(), area.top() + key.first * side.height()),
                   side)
                .adjusted(gap, gap, -gap, -gap);
        const QColor color = heatColor(shareOf(value));
        if (gap > 0.0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(color);
            painter.drawRoundedRect(cell, gap * 2.0, gap * 2.0);
        } else {
            painter.fillRect(cell, color);
        }
        if (hasText) {
            painter.setPen(textOn(color));
            painter.drawText(cell, Qt::AlignCenter, QString::number(value, 'f', decimals));
        }
    }
    if (m_current.silo >= 0 && m_current.silo < count && m_current.host < count) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Text), 1.6));
        painter.drawRect(cellRect(m_current.silo, m_current.host));
    }
    paintNames(painter, area, side.height());
}

void EmdView::paintNames(QPainter& painter, const QRectF& area, double side) const
{
    const int count = m_session->siloCount();
    const double wide = area.width() / count;
    const QColor casing = casingFor(palette().color(QPalette::Base));
    const auto marker = [&](int silo, QPointF at) {
        painter.setPen(casing.isValid() ? QPen(casing, 1.0) : QPen(Qt::NoPen));
        painter.setBrush(siloStyle(silo).color);
        painter.drawPolygon(
            markerShape(siloStyle(silo).marker, at, std::min({kMarkerPx, side / 2, wide / 2})));
    };
    const int room = static_cast<int>(labelWidth()) - 20;
    for (int silo = 0; silo < count; ++silo) {
        const QRectF cell = cellRect(silo, 0);
        marker(silo, QPointF(area.left() - 9.0, cell.center().y()));
        marker(silo, QPointF(cellRect(0, silo).center().x(), area.top() - 9.0));
        if (side < kLeastNamePx)
            continue;
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QRectF(kMarginPx, cell.top(), room, cell.height()),
                         Qt::AlignRight | Qt::AlignVCenter,
                         fontMetrics().elidedText(m_session->siloName(silo), Qt::ElideRight, room));
    }
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(QRectF(kMarginPx, kMarginPx - 4.0, room, kHeadPx), Qt::AlignRight | Qt::AlignVCenter,
                     fontMetrics().elidedText(tr("silo ↓  host →"), Qt::ElideRight, room));
}

void EmdView::paintLegend(QPainter& painter) const
{
    const QRectF area = matrixRect();
    const double high = std::clamp(area.height(), 60.0, 200.0);
    const QRectF bar(area.right() + 18.0, area.top(), 14.0,
                     std::min(high, height() - area.top() - kMarginPx));
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    const int steps = static_cast<int>(bar.height());
    for (int at = 0; at < steps; ++at) {
        painter.setBrush(heatColor(1.0 - static_cast<double>(at) / std::max(1, steps - 1)));
        painter.drawRect(QRectF(bar.left(), bar.top() + at, bar.width(), 1.0));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const double left = bar.right() + 5.0;
    const double line = fontMetrics().height();
    const auto value = [&](double y, double number) {
        painter.drawText(QRectF(left, y, width() - left, line), Qt::AlignLeft | Qt::AlignVCenter,
                         QString::number(number, 'g', 3));
    };
    value(bar.top() - 2.0, m_highest);
    value(bar.bottom() - line + 2.0, m_lowest);
}

bool EmdView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto cell = cellAt(help->pos());
        QToolTip::showText(help->globalPos(), cell ? cellText(*cell) : QString(), this);
        return true;
    }
    return QWidget::event(event);
}

void EmdView::mousePressEvent(QMouseEvent* event)
{
    m_current = cellAt(event->position()).value_or(Cell{});
    setAccessibleDescription(cellText(m_current));
    update();
}

void EmdView::keyPressEvent(QKeyEvent* event)
{
    const int last = m_session ? m_session->siloCount() - 1 : -1;
    Cell next = m_current;
    switch (event->key()) {
    case Qt::Key_Left:
        --next.host;
        break;
    case Qt::Key_Right:
        ++next.host;
        break;
    case Qt::Key_Up:
        --next.silo;
        break;
    case Qt::Key_Down:
        ++next.silo;
        break;
    default:
        return event->ignore();
    }
    if (last < 0)
        return event->ignore();
    m_current = {std::clamp(next.silo, 0, last), std::clamp(next.host, 0, last)};
    setAccessibleDescription(cellText(m_current));
    QToolTip::showText(mapToGlobal(cellRect(m_current.silo, m_current.host).bottomRight().toPoint()),
                       cellText(m_current), this);
    update();
}

} // namespace fedefm
