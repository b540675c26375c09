// SPDX-License-Identifier: GPL-3.0-or-later
// Cross-hair, keys and drawing on paper.
#include "ui/train/curve_plot.h"

#include "ui/common/plot.h"
#include "ui/train/metric_groups.h"

#include <QKeyEvent>
#include <QLabel>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <optional>

namespace fedefm {

namespace {

constexpr double kKeyZoom = 0.8;
constexpr int kReadOutGapPx = 6;
constexpr int kTitlePx = 20;
const PlotColors kPaper{Qt::white, Qt::black, QColor(0x33, 0x33, 0x33), QColor(0xBB, 0xBB, 0xBB)};

} // namespace

bool CurvePlot::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Wheel) {
        const bool isVertical = static_cast<QWheelEvent*>(event)->modifiers() & Qt::ControlModifier;
        m_plot->axisRect()->setRangeZoom(isVertical ? Qt::Vertical : Qt::Horizontal);
    } else if (event->type() == QEvent::Leave) {
        Q_EMIT hovered(std::nan(""));
    } else if (event->type() == QEvent::Resize) {
        fitTicks();
    } else if (event->type() == QEvent::KeyPress) {
        return onKey(static_cast<QKeyEvent*>(event)->key());
    }
    return QWidget::eventFilter(watched, event);
}

/// Labels of a low plot must not run into each other; a ticker takes up to twice as many as it is asked for.
void CurvePlot::fitTicks()
{
    constexpr int kMost = 5;
    const int lines = m_plot->height() / std::max(1, fontMetrics().lineSpacing());
    m_plot->xAxis->ticker()->setTickCount(kMost);
    m_plot->yAxis->ticker()->setTickCount(std::clamp(lines / 4, 2, kMost));
}

bool CurvePlot::onKey(int key)
{
    switch (key) {
    case Qt::Key_Left:
    case Qt::Key_Right:
        stepCrossHair(key == Qt::Key_Left ? -1 : 1);
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Minus: {
        const double factor = key == Qt::Key_Plus ? kKeyZoom : 1.0 / kKeyZoom;
        const double centre = std::isnan(m_crossHairX) ? m_plot->xAxis->range().center() : m_crossHairX;
        m_plot->xAxis->scaleRange(factor, centre);
        m_plot->replot(QCustomPlot::rpQueuedReplot);
        return true;
    }
    case Qt::Key_Home:
        resetZoom();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        Q_EMIT maximiseWanted();
        return true;
    default:
        return false;
    }
}

void CurvePlot::stepCrossHair(int direction)
{
    for (const QString& metric : shownMetrics()) {
        for (const ShownRun& run : m_runs) {
            const CurveBook::Curve* curve = m_book ? m_book->find(run.id, metric) : nullptr;
            if (!curve || curve->points.empty())
                continue;
            const double from = std::isnan(m_crossHairX) ? m_plot->xAxis->range().center() : m_crossHairX;
            const auto at = static_cast<std::ptrdiff_t>(*nearestPoint(curve->points, m_view.axis, from));
            const auto last = static_cast<std::ptrdiff_t>(curve->points.size()) - 1;
            // A step is a point of the curve, or a hundredth of what is shown where points are denser.
            const auto density =
                std::count_if(curve->points.begin(), curve->points.end(), [this](const MetricPoint& point) {
                    return m_plot->xAxis->range().contains(xOf(point, m_view.axis));
                });
            const std::ptrdiff_t stride = std::max<std::ptrdiff_t>(1, density / 100);
            const auto next = std::clamp<std::ptrdiff_t>(at + direction * stride, 0, last);
            Q_EMIT hovered(xOf(curve->points[static_cast<std::size_t>(next)], m_view.axis));
            return;
        }
    }
}

void CurvePlot::setCrossHair(double x)
{
    m_crossHairX = x;
    m_crossHair->setVisible(!std::isnan(x));
    if (!std::isnan(x)) {
        m_crossHair->point1->setCoords(x, m_plot->yAxis->range().lower);
        m_crossHair->point2->setCoords(x, m_plot->yAxis->range().upper);
    }
    showReadOut();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

QString CurvePlot::readOut() const
{
    return m_readOut->isHidden() ? QString() : m_readOut->text();
}

/// Values at the points nearest to the cross-hair. A curve that has none there, as a validation between two
/// epochs, says where its point is.
void CurvePlot::showReadOut()
{
    std::vector<std::pair<const ShownRun*, QStringList>> rows;
    std::optional<double> place;
    for (const ShownRun& run : m_runs) {
        QStringList values;
        for (const QString& metric : shownMetrics()) {
            const CurveBook::Curve* curve = m_book ? m_book->find(run.id, metric) : nullptr;
            const auto at = curve && !std::isnan(m_crossHairX)
                                ? nearestPoint(curve->points, m_view.axis, m_crossHairX)
                                : std::nullopt;
            if (!at)
                continue;
            const double x = xOf(curve->points[*at], m_view.axis);
            place = place.value_or(x);
            const QString value = formatValue(curve->points[*at].value);
            values << metric.section(QLatin1Char('/'), 0, 0).toHtmlEscaped() + QLatin1Char(' ') +
                          (x == *place ? value : tr("%1 at %2").arg(value, formatValue(x)));
        }
        if (!values.isEmpty())
            rows.emplace_back(&run, values);
    }
    m_readOut->setVisible(!rows.empty());
    if (rows.empty())
        return;
    const QRect area = m_plot->axisRect()->rect();
    const QFontMetrics metrics = m_readOut->fontMetrics();
    const auto fitting = static_cast<std::size_t>(std::max(1, area.height() / metrics.lineSpacing() - 3));
    QStringList lines{QStringLiteral("%1 %2").arg(m_plot->xAxis->label(), formatValue(*place))};
    for (std::size_t at = 0; at < std::min(rows.size(), fitting); ++at) {
        const auto& [run, values] = rows[at];
        const QString name = metrics.elidedText(run->name, Qt::ElideMiddle, area.width() / 3);
        lines << QStringLiteral("<span style='color:%1'>■</span> %2: %3")
                     .arg(run->style.color.name(), name.toHtmlEscaped(), values.join(QStringLiteral(", ")));
    }
    if (rows.size() > fitting)
        lines << tr("and %1 more").arg(rows.size() - fitting);
    m_readOut->setWordWrap(false);
    m_readOut->setText(lines.join(QStringLiteral("<br>")));
    const int width = std::min(m_readOut->sizeHint().width(), area.width() - 2 * kReadOutGapPx);
    m_readOut->setWordWrap(true); // values of many silos
    m_readOut->resize(width, m_readOut->heightForWidth(width));
    // On the side that the cross-hair is not on.
    const bool isLeft = m_plot->xAxis->coordToPixel(m_crossHairX) > area.center().x();
    const int left = isLeft ? area.left() + kReadOutGapPx : area.right() - m_readOut->width() - kReadOutGapPx;
    m_readOut->move(std::max(left, area.left() + kReadOutGapPx), area.top() + kReadOutGapPx);
}

void CurvePlot::render(QCPPainter& painter, const QRect& area)
{
    m_crossHair->setVisible(false);
    applyColors(kPaper);
    painter.save();
    painter.translate(area.topLeft());
    painter.setPen(kPaper.text);
    painter.setFont(font());
    const QStringList shown = shownMetrics();
    const QString hint = shown.size() > 1 ? tr("%1  (points: validation)").arg(m_group) : m_group;
    painter.drawText(QRect(0, 0, area.width(), kTitlePx), Qt::AlignCenter, hint);
    painter.translate(0, kTitlePx);
    m_plot->toPainter(&painter, area.width(), area.height() - kTitlePx);
    painter.restore();
    QEvent palette(QEvent::PaletteChange);
    changeEvent(&palette);
    m_crossHair->setVisible(!std::isnan(m_crossHairX));
}

} // namespace fedefm
