// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/round_strip.h"

#include "ui/common/counted.h"
#include "ui/common/theme.h"
#include "ui/train/curve_math.h"
#include "ui/train/run_style.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kMarginPx = 10.0;
constexpr double kTopPx = 16.0;
constexpr double kBottomPx = 18.0;
constexpr double kLeastPitchPx = 6.0;
constexpr double kMostPitchPx = 26.0;
constexpr double kLeastTickPx = 2.0;
constexpr int kPage = 10;
constexpr int kWheelStep = 120;

} // namespace

RoundStrip::RoundStrip(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    setAccessibleName(tr("Rounds"));
}

void RoundStrip::setSession(const SessionSnapshotPtr& session)
{
    if (!session || !m_session || session->summary.id != m_session->summary.id) {
        m_back = 0;
        m_chosen = -1;
    }
    m_session = session;
    m_best = session ? session->bestIndex() : -1;
    m_chosen = std::min(m_chosen, closedCount() - 1);
    setAccessibleDescription(
        m_chosen >= 0
            ? roundText(m_chosen)
            : tr("%1 closed; the newest is shown").arg(counted(closedCount(), tr("round"), tr("rounds"))));
    update();
}

void RoundStrip::setChosen(int round)
{
    m_chosen = std::clamp(round, -1, closedCount() - 1);
    if (m_chosen >= 0 && (m_chosen < firstShown() || m_chosen >= firstShown() + shownCount()))
        m_back =
            std::clamp(cellCount() - m_chosen - shownCount() / 2, 0, std::max(0, cellCount() - shownCount()));
    setAccessibleDescription(roundText(m_chosen));
    update();
}

int RoundStrip::cellCount() const
{
    return m_session ? std::max(m_session->roundsPlanned(), closedCount()) : 0;
}

double RoundStrip::pitch() const
{
    const double room = std::max(1.0, width() - 2.0 * kMarginPx);
    return std::clamp(room / std::max(1, cellCount()), kLeastPitchPx, kMostPitchPx);
}

int RoundStrip::shownCount() const
{
    return std::max(1, static_cast<int>((width() - 2.0 * kMarginPx) / pitch()));
}

int RoundStrip::firstShown() const
{
    // The running round stays in sight; planned ones after it fill the rest.
    const int most = std::max(0, cellCount() - shownCount());
    const int following = std::clamp(closedCount() + 2 - shownCount(), 0, most);
    return std::clamp(m_back > 0 ? most - m_back : following, 0, most);
}

QRectF RoundStrip::cellRect(int round) const
{
    const double left = kMarginPx + (round - firstShown()) * pitch();
    const double gap = pitch() > 10.0 ? 2.0 : 1.0;
    return {left, kTopPx, pitch() - gap, std::max(8.0, height() - kTopPx - kBottomPx)};
}

int RoundStrip::roundAt(double x) const
{
    if (x < kMarginPx || x >= width() - kMarginPx)
        return -1;
    const int round = firstShown() + static_cast<int>((x - kMarginPx) / pitch());
    return round < closedCount() ? round : -1;
}

QString RoundStrip::roundText(int index) const
{
    const SessionRound* round = m_session ? m_session->roundAt(index) : nullptr;
    if (!round)
        return {};
    QStringList lines{
        tr("Round %1%2").arg(round->round + 1).arg(index == m_best ? tr(" · best") : QString())};
    lines << tr("%1 took part").arg(round->tookPart());
    QStringList missed;
    for (std::size_t silo = 0; silo < round->parts.size(); ++silo)
        if (round->parts[silo] == RoundPart::Missed)
            missed << m_session->siloName(static_cast<int>(silo));
    constexpr int kMostNames = 6;
    if (!missed.isEmpty())
        lines << tr("missed: %1")
                     .arg(missed.size() > kMostNames ? missed.mid(0, kMostNames).join(QStringLiteral(", ")) +
                                                           tr(" and %1 more").arg(missed.size() - kMostNames)
                                                     : missed.join(QStringLiteral(", ")));
    if (round->lostEdges > 0)
        lines << tr("%1 lost on the way").arg(round->lostEdges);
    lines << bytesText(round->bytes);
    if (std::isfinite(round->quality))
        lines << tr("merged model: %1").arg(formatValue(round->quality));
    return lines.join(QLatin1Char('\n'));
}

void RoundStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Window));
    painter.setRenderHint(QPainter::Antialiasing);
    if (cellCount() == 0) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect(), Qt::AlignCenter, tr("Rounds: who took part, who was missed"));
    }
    const int first = firstShown();
    const int last = std::min(cellCount(), first + shownCount());
    for (int round = first; round < last; ++round) {
        if (round < closedCount())
            paintRound(painter, round);
        else
            paintComing(painter, round);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void RoundStrip::paintRound(QPainter& painter, int index) const
{
    const QRectF cell = cellRect(index);
    const SessionRound& round = *m_session->rounds[static_cast<std::size_t>(index)];
    const QPalette& p = palette();
    paintParts(painter, round, cell);
    if (index == m_best) {
        const QColor casing = casingFor(p.color(QPalette::Window));
        painter.setPen(casing.isValid() ? QPen(casing, 1.0) : QPen(Qt::NoPen));
        painter.setBrush(colors::tip);
        painter.drawPolygon(markerShape(Marker::Star, QPointF(cell.center().x(), kTopPx / 2.0), 6.0));
    }
    const bool isNewest = index + 1 == closedCount();
    const bool isChosen = index == m_chosen || (m_chosen < 0 && isNewest);
    if (isChosen) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(p.color(QPalette::Text), index == m_chosen ? 1.8 : 1.0));
        painter.drawRoundedRect(cell.adjusted(-1.0, -1.5, 1.0, 1.5), 2.0, 2.0);
    }
    const int every = pitch() >= 22.0 ? 1 : pitch() >= 12.0 ? 5 : 10;
    if ((round.round + 1) % every != 0 && !isChosen)
        return;
    painter.setPen(p.color(isChosen ? QPalette::Text : QPalette::PlaceholderText));
    painter.drawText(QRectF(cell.center().x() - 20.0, cell.bottom() + 2.0, 40.0, kBottomPx - 3.0),
                     Qt::AlignHCenter | Qt::AlignTop, QString::number(round.round + 1));
}

/// Silos from top to bottom while there is room for each, else shares.
void RoundStrip::paintParts(QPainter& painter, const SessionRound& round, const QRectF& cell) const
{
    QColor quiet = palette().color(QPalette::Mid);
    painter.setPen(Qt::NoPen);
    const auto count = static_cast<double>(std::max<std::size_t>(1, round.parts.size()));
    const auto brushOf = [&](RoundPart part) {
        return part == RoundPart::TookPart ? QBrush(colors::accent)
               : part == RoundPart::Missed ? QBrush(colors::error, Qt::BDiagPattern)
                                           : QBrush(quiet);
    };
    if (cell.height() / count < kLeastTickPx) {
        double top = cell.top();
        for (const RoundPart part : {RoundPart::TookPart, RoundPart::Missed, RoundPart::NoMember}) {
            const auto members = std::count(round.parts.begin(), round.parts.end(), part);
            const double high = cell.height() * static_cast<double>(members) / count;
            painter.fillRect(QRectF(cell.left(), top, cell.width(), high), brushOf(part));
            top += high;
        }
        return;
    }
    const double high = cell.height() / count;
    const double gap = high > 3.5 ? 1.0 : 0.0;
    for (std::size_t silo = 0; silo < round.parts.size(); ++silo) {
        const QRectF tick(cell.left(), cell.top() + static_cast<double>(silo) * high, cell.width(),
                          std::max(1.0, high - gap));
        painter.fillRect(tick, brushOf(round.parts[silo]));
        if (round.parts[silo] != RoundPart::Missed)
            continue;
        painter.setPen(QPen(colors::error, 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(tick.adjusted(0.5, 0.5, -0.5, -0.5));
        painter.setPen(Qt::NoPen);
    }
}

void RoundStrip::paintComing(QPainter& painter, int round) const
{
    const QRectF cell = cellRect(round);
    const bool isRunning = round == closedCount() && m_session->summary.state == RunState::Running;
    QColor line = palette().color(isRunning ? QPalette::Highlight : QPalette::Mid);
    line.setAlpha(isRunning ? 255 : 120);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(line, 1.0));
    painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), 2.0, 2.0);
    if (!isRunning || m_session->siloCount() == 0)
        return;
    double sum = 0.0;
    for (int silo = 0; silo < m_session->siloCount(); ++silo)
        sum += siloProgress(*m_session, silo);
    const double share = sum / m_session->siloCount();
    QColor fill = line;
    fill.setAlpha(90);
    painter.fillRect(QRectF(cell.left() + 1.0, cell.bottom() - share * cell.height(), cell.width() - 2.0,
                            share * cell.height()),
                     fill);
}

void RoundStrip::choose(int round)
{
    if (round == m_chosen)
        return;
    setChosen(round);
    Q_EMIT roundChosen(m_chosen);
}

bool RoundStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), roundText(roundAt(help->pos().x())), this);
        return true;
    }
    return QWidget::event(event);
}

void RoundStrip::mousePressEvent(QMouseEvent* event)
{
    // The right button chooses the round that its menu is about.
    if (event->button() != Qt::LeftButton && event->button() != Qt::RightButton)
        return;
    const int round = roundAt(event->position().x());
    // The newest round is the one that is followed, beside it is nothing to choose.
    choose(round + 1 == closedCount() ? -1 : round);
}

void RoundStrip::mouseMoveEvent(QMouseEvent* event)
{
    if (const int round = roundAt(event->position().x()); (event->buttons() & Qt::LeftButton) && round >= 0)
        choose(round + 1 == closedCount() ? -1 : round);
}

void RoundStrip::keyPressEvent(QKeyEvent* event)
{
    const int last = closedCount() - 1;
    const int from = m_chosen < 0 ? last : m_chosen;
    const int step = event->modifiers() & Qt::ShiftModifier ? kPage : 1;
    int next = from;
    switch (event->key()) {
    case Qt::Key_Left:
        next = from - step;
        break;
    case Qt::Key_Right:
        next = from + step;
        break;
    case Qt::Key_Home:
        next = 0;
        break;
    case Qt::Key_End:
        return choose(-1);
    default:
        return event->ignore();
    }
    if (last < 0)
        return event->ignore();
    next = std::clamp(next, 0, last);
    choose(next == last ? -1 : next);
}

void RoundStrip::wheelEvent(QWheelEvent* event)
{
    const int most = std::max(0, cellCount() - shownCount());
    const int steps = event->angleDelta().y() * 3 / kWheelStep;
    m_back = std::clamp(most - firstShown() + steps, 0, most);
    update();
    event->accept();
}

} // namespace fedefm
