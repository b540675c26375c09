// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/topology_view.h"

#include "ui/common/counted.h"
#include "ui/train/curve_math.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace fedefm {

namespace {

constexpr int kFrameMs = 40; ///< 25 per second
constexpr qint64 kFlightMs = 1500;
constexpr qint64 kStaggerMs = 900; ///< objects of one look leave one after the other
constexpr std::size_t kMostFlights = 160;
constexpr double kMarginPx = 46.0;
constexpr double kTopMarginPx = 52.0;
constexpr double kBottomMarginPx = 66.0;
constexpr double kGrabPx = 6.0;

} // namespace

std::vector<TopologyEdge> joinEdges(const std::vector<RoundEdge>& edges)
{
    std::map<std::tuple<int, int, int>, TopologyEdge> joined;
    for (const RoundEdge& edge : edges) {
        TopologyEdge& sum = joined[{edge.from, edge.to, static_cast<int>(edge.kind)}];
        sum.from = edge.from;
        sum.to = edge.to;
        sum.kind = edge.kind;
        sum.bytes += edge.bytes;
        ++sum.objects;
        sum.lost += edge.isLost ? 1 : 0;
    }
    std::vector<TopologyEdge> list;
    list.reserve(joined.size());
    for (const auto& [key, edge] : joined)
        list.push_back(edge);
    return list;
}

TopologyView::TopologyView(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Topology"));
    m_timer.setInterval(kFrameMs);
    connect(&m_timer, &QTimer::timeout, this, &TopologyView::tick);
    m_clock.start();
}

void TopologyView::setSession(const SessionSnapshotPtr& session, int round)
{
    const SessionSnapshotPtr before = m_session;
    const bool isSame = before && session && before->summary.id == session->summary.id;
    m_session = session;
    m_round = round;
    if (!isSame) {
        m_flights.clear();
        m_current = m_hovered = -1;
    }
    const std::vector<RoundEdge>* shown = shownEdges();
    m_edges = shown ? joinEdges(*shown) : std::vector<TopologyEdge>();
    const bool isRunning = session && shown == &session->live.edges && !session->rounds.empty();
    m_past = isRunning ? joinEdges(session->rounds.back()->edges) : std::vector<TopologyEdge>();
    m_edgeLayer = {};
    m_mostBytes = 1.0;
    for (const TopologyEdge& edge : m_edges)
        m_mostBytes = std::max(m_mostBytes, edge.bytes);
    if (isSame && isLive())
        takeNewEdges(before);
    if (!isLive())
        m_flights.clear();
    if (!isSame || before->siloCount() != session->siloCount())
        placeAll();
    setAccessibleDescription(m_current >= 0 ? siloText(m_current) : captionText());
    updateAnimation();
    update();
}

const std::vector<RoundEdge>* TopologyView::shownEdges() const
{
    if (!m_session)
        return nullptr;
    if (isLive() && m_session->isAtWork() && !m_session->live.edges.empty())
        return &m_session->live.edges;
    const SessionRound* chosen = m_session->roundAt(m_round);
    if (!chosen && !m_session->rounds.empty())
        chosen = m_session->rounds.back().get();
    return chosen ? &chosen->edges : nullptr;
}

SiloState TopologyView::shownState(int silo) const
{
    const SessionRound* chosen = isLive() ? nullptr : m_session->roundAt(m_round);
    if (!chosen || silo >= static_cast<int>(chosen->parts.size()))
        return siloStateOf(*m_session, silo);
    switch (chosen->parts[static_cast<std::size_t>(silo)]) {
    case RoundPart::Missed:
        return SiloState::Out;
    case RoundPart::NoMember:
        return SiloState::Dropped;
    case RoundPart::TookPart:
        break;
    }
    return SiloState::Done;
}

/// What came since the last look flies; what was there before was seen.
void TopologyView::takeNewEdges(const SessionSnapshotPtr& before)
{
    if (!m_session->isAtWork() || !isVisible())
        return;
    const LiveState& now = m_session->live;
    const bool isSameRound = before->live.round == now.round;
    if (!isSameRound)
        for (const SessionRoundPtr& closed : m_session->rounds) {
            // Rounds that came and went between two looks, and the end of the last one.
            if (closed->round < before->live.round || closed->round >= now.round)
                continue;
            const bool wasSeen = closed->round == before->live.round;
            launch(closed->edges, wasSeen ? before->live.edges.size() : 0);
        }
    launch(now.edges, isSameRound ? before->live.edges.size() : 0);
}

void TopologyView::launch(const std::vector<RoundEdge>& edges, std::size_t first)
{
    if (first >= edges.size())
        return;
    const auto count = static_cast<qint64>(edges.size() - first);
    const qint64 now = m_clock.elapsed();
    for (std::size_t at = first; at < edges.size() && m_flights.size() < kMostFlights; ++at)
        m_flights.push_back({edges[at].from, edges[at].to, edges[at].kind, edges[at].isLost,
                             now + kStaggerMs * static_cast<qint64>(at - first) / count});
}

void TopologyView::tick()
{
    const qint64 now = m_clock.elapsed();
    m_flights.erase(std::remove_if(m_flights.begin(), m_flights.end(),
                                   [now](const Flight& flight) { return now > flight.startMs + kFlightMs; }),
                    m_flights.end());
    updateAnimation();
    update();
}

void TopologyView::updateAnimation()
{
    const bool isWanted = isVisible() && m_session && !m_flights.empty();
    if (isWanted == m_timer.isActive())
        return;
    if (isWanted)
        m_timer.start();
    else
        m_timer.stop();
}

void TopologyView::setMap(bool isMap)
{
    m_isMap = isMap;
    placeAll();
    update();
}

void TopologyView::placeAll()
{
    const QRectF area = QRectF(rect()).adjusted(kMarginPx, kTopMarginPx, -kMarginPx, -kBottomMarginPx);
    m_layout = m_session ? layOutSilos(m_session->silos, area, m_isMap) : TopologyLayout();
    m_edgeLayer = {};
}

int TopologyView::siloAt(const QPointF& position) const
{
    int best = -1;
    double least = m_layout.radius + kGrabPx;
    for (std::size_t at = 0; at < m_layout.centres.size(); ++at) {
        const QPointF away = m_layout.centres[at] - position;
        if (const double distance = std::hypot(away.x(), away.y()); distance < least) {
            least = distance;
            best = static_cast<int>(at);
        }
    }
    return best;
}

void TopologyView::setCurrentSilo(int silo)
{
    if (silo == m_current || !m_session || silo >= m_session->siloCount())
        return;
    m_current = silo;
    m_edgeLayer = {};
    setAccessibleDescription(siloText(silo));
    update();
    Q_EMIT currentSiloChanged(silo);
}

QString TopologyView::siloText(int silo) const
{
    if (!m_session || silo < 0 || silo >= m_session->siloCount())
        return {};
    double in = 0.0, out = 0.0;
    int lost = 0;
    for (const TopologyEdge& edge : m_edges) {
        if (edge.to == silo)
            in += edge.bytes;
        if (edge.from == silo)
            out += edge.bytes;
        if (edge.to == silo || edge.from == silo)
            lost += edge.lost;
    }
    const SiloFacts& facts = m_session->silos[static_cast<std::size_t>(silo)];
    QStringList lines{facts.name + QStringLiteral(" · ") + siloStateText(shownState(silo))};
    if (facts.samples >= 0)
        lines << counted(facts.samples, tr("picture"), tr("pictures"));
    lines << tr("in %1, out %2").arg(bytesText(in), bytesText(out));
    if (lost > 0)
        lines << tr("%1 lost on the way").arg(lost);
    return lines.join(QLatin1Char('\n'));
}

bool TopologyView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), siloText(siloAt(help->pos())), this);
        return true;
    }
    if (event->type() == QEvent::PaletteChange)
        m_edgeLayer = {};
    return QWidget::event(event);
}

void TopologyView::resizeEvent(QResizeEvent*)
{
    placeAll();
}

void TopologyView::showEvent(QShowEvent*)
{
    updateAnimation();
}

void TopologyView::hideEvent(QHideEvent*)
{
    m_flights.clear();
    m_timer.stop();
}

void TopologyView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        setCurrentSilo(siloAt(event->position()));
}

void TopologyView::mouseMoveEvent(QMouseEvent* event)
{
    const int silo = siloAt(event->position());
    if (silo == m_hovered)
        return;
    m_hovered = silo;
    m_edgeLayer = {};
    update();
}

void TopologyView::leaveEvent(QEvent*)
{
    m_hovered = -1;
    m_edgeLayer = {};
    update();
}

void TopologyView::keyPressEvent(QKeyEvent* event)
{
    const int count = m_session ? m_session->siloCount() : 0;
    const bool isNext = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const bool isPrevious = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    if (event->key() == Qt::Key_Escape && m_current >= 0)
        return setCurrentSilo(-1);
    if (count == 0 || (!isNext && !isPrevious))
        return event->ignore();
    setCurrentSilo(m_current < 0 ? 0 : (m_current + (isNext ? 1 : count - 1)) % count);
    const QPointF at =
        m_layout.centres.empty() ? QPointF() : m_layout.centres[static_cast<std::size_t>(m_current)];
    QToolTip::showText(mapToGlobal(at.toPoint()), siloText(m_current), this);
}

void TopologyView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (!m_session || m_session->silos.empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        const QString text = m_session && !m_session->problem.isEmpty()
                                 ? m_session->problem
                                 : tr("Silos appear here as soon as a session has opened its data.");
        painter.drawText(QRectF(rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, text);
    } else {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawPixmap(0, 0, edgeLayer());
        paintFlights(painter);
        paintSilos(painter);
        paintLegend(painter);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

} // namespace fedefm
