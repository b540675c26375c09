// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_bars.h"

#include "ui/train/run_style.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kBarPx = 18.0;
constexpr double kGapPx = 6.0;
constexpr double kMarginPx = 8.0;
constexpr double kSwatchPx = 14.0;
constexpr double kLeastBarPx = 120.0;
constexpr int kColors = 4;
constexpr int kPreferredWidthPx = 420;
/// As dark ink over the colour, so that equal colours of further sources differ.
constexpr std::array<Qt::BrushStyle, 4> kPatterns{Qt::NoBrush, Qt::BDiagPattern, Qt::Dense6Pattern,
                                                  Qt::CrossPattern};

void fillPart(QPainter& painter, const QRectF& rect, int source)
{
    painter.fillRect(rect, runStyle(source % kColors).color);
    const auto pattern = kPatterns[static_cast<std::size_t>(source / kColors) % kPatterns.size()];
    if (pattern != Qt::NoBrush)
        painter.fillRect(rect, QBrush(QColor(0, 0, 0, 170), pattern));
}

std::size_t largest(const PartitionReport& report)
{
    std::size_t most = 1;
    for (const PartitionReport::Silo& silo : report.silos)
        most = std::max(most, silo.samples);
    return most;
}

} // namespace

SourceBars::SourceBars(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Sources of each silo"));
    setMouseTracking(true);
}

void SourceBars::setReport(const PartitionReport& report, const QStringList& siloNames)
{
    m_report = report;
    m_names = siloNames;
    m_hint.clear();
    QStringList lines;
    for (std::size_t silo = 0; silo < report.silos.size(); ++silo) {
        QStringList parts;
        for (std::size_t source = 0; source < report.sources.size(); ++source)
            if (report.silos[silo].perSource[source] > 0)
                parts << QStringLiteral("%1 %2")
                             .arg(report.silos[silo].perSource[source])
                             .arg(QString::fromStdString(report.sources[source]));
        lines << QStringLiteral("%1: %2").arg(siloName(silo), parts.join(QStringLiteral(", ")));
    }
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    updateGeometry();
    update();
}

void SourceBars::clear(const QString& hint)
{
    m_report.reset();
    m_hint = hint;
    setAccessibleDescription(hint);
    updateGeometry();
    update();
}

QString SourceBars::siloName(std::size_t silo) const
{
    return static_cast<int>(silo) < m_names.size() ? m_names[static_cast<int>(silo)] : QString::number(silo);
}

QString SourceBars::textOf(std::size_t silo) const
{
    const PartitionReport::Silo& content = m_report->silos[silo];
    if (!content.hasNeighbours)
        return QString::number(content.samples);
    return tr("%1 · unseen %2 %").arg(content.samples).arg(std::lround(content.unseenShare * 100.0));
}

double SourceBars::nameWidth() const
{
    double width = 0.0;
    for (std::size_t silo = 0; m_report && silo < m_report->silos.size(); ++silo)
        width = std::max(width, QFontMetricsF(font()).horizontalAdvance(siloName(silo)));
    return width;
}

double SourceBars::textWidth() const
{
    double width = 0.0;
    for (std::size_t silo = 0; m_report && silo < m_report->silos.size(); ++silo)
        width = std::max(width, QFontMetricsF(font()).horizontalAdvance(textOf(silo)));
    return width;
}

std::vector<QRectF> SourceBars::legendPlaces() const
{
    std::vector<QRectF> places;
    const QFontMetricsF metrics(font());
    const double line = std::max(kSwatchPx, metrics.height()) + kGapPx;
    double x = kMarginPx, y = kMarginPx;
    for (const std::string& source : m_report->sources) {
        const double needed =
            kSwatchPx + kGapPx + metrics.horizontalAdvance(QString::fromStdString(source)) + 2.0 * kMarginPx;
        if (x > kMarginPx && x + needed > width()) {
            x = kMarginPx;
            y += line;
        }
        places.emplace_back(x, y, needed, line - kGapPx);
        x += needed;
    }
    return places;
}

double SourceBars::legendHeight() const
{
    const std::vector<QRectF> places = legendPlaces();
    return places.empty() ? 0.0 : places.back().bottom() + kGapPx;
}

QRectF SourceBars::barRect(std::size_t silo) const
{
    const double left = kMarginPx + nameWidth() + kMarginPx;
    const double right = std::max(left + kLeastBarPx, width() - textWidth() - 2.0 * kMarginPx);
    return {left, legendHeight() + static_cast<double>(silo) * (kBarPx + kGapPx), right - left, kBarPx};
}

QRectF SourceBars::partRect(std::size_t silo, std::size_t source) const
{
    if (!m_report || silo >= m_report->silos.size() || source >= m_report->sources.size())
        return {};
    const auto& counts = m_report->silos[silo].perSource;
    if (counts[source] == 0)
        return {};
    const QRectF whole = barRect(silo);
    const double scale = whole.width() / static_cast<double>(largest(*m_report));
    double before = 0.0;
    for (std::size_t at = 0; at < source; ++at)
        before += static_cast<double>(counts[at]);
    return {whole.left() + before * scale, whole.top(), static_cast<double>(counts[source]) * scale,
            whole.height()};
}

QSize SourceBars::sizeHint() const
{
    if (!m_report)
        return {kPreferredWidthPx, 80};
    const double height =
        legendHeight() + static_cast<double>(m_report->silos.size()) * (kBarPx + kGapPx) + kMarginPx;
    return {kPreferredWidthPx, static_cast<int>(std::ceil(height))};
}

QSize SourceBars::minimumSizeHint() const
{
    const double width = 3.0 * kMarginPx + nameWidth() + textWidth() + kLeastBarPx;
    return {static_cast<int>(width), sizeHint().height()};
}

void SourceBars::paintLegend(QPainter& painter) const
{
    const std::vector<QRectF> places = legendPlaces();
    for (std::size_t source = 0; source < places.size(); ++source) {
        const QRectF& place = places[source];
        fillPart(painter,
                 {place.left(), place.top() + (place.height() - kSwatchPx) / 2.0, kSwatchPx, kSwatchPx},
                 static_cast<int>(source));
        painter.drawText(place.adjusted(kSwatchPx + kGapPx, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         QString::fromStdString(m_report->sources[source]));
    }
}

void SourceBars::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (!m_report) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(QRectF(rect()).adjusted(kMarginPx, 0, -kMarginPx, 0),
                         Qt::AlignCenter | Qt::TextWordWrap, m_hint);
        return;
    }
    painter.setPen(palette().color(QPalette::WindowText));
    paintLegend(painter);
    for (std::size_t silo = 0; silo < m_report->silos.size(); ++silo) {
        const QRectF bar = barRect(silo);
        painter.drawText(QRectF(kMarginPx, bar.top(), nameWidth(), bar.height()),
                         Qt::AlignVCenter | Qt::AlignRight, siloName(silo));
        painter.fillRect(bar, palette().color(QPalette::Base));
        for (std::size_t source = 0; source < m_report->sources.size(); ++source) {
            const QRectF part = partRect(silo, source);
            if (part.isEmpty())
                continue;
            fillPart(painter, part, static_cast<int>(source));
            painter.fillRect(QRectF(part.right() - 1.0, part.top(), 1.0, part.height()),
                             palette().color(QPalette::Window));
        }
        painter.drawText(QRectF(bar.right() + kMarginPx, bar.top(), width() - bar.right(), bar.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, textOf(silo));
    }
}

bool SourceBars::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || !m_report)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (std::size_t silo = 0; silo < m_report->silos.size(); ++silo)
        for (std::size_t source = 0; source < m_report->sources.size(); ++source)
            if (partRect(silo, source).contains(help->pos())) {
                QToolTip::showText(help->globalPos(),
                                   tr("%1: %2 pictures of %3")
                                       .arg(siloName(silo))
                                       .arg(m_report->silos[silo].perSource[source])
                                       .arg(QString::fromStdString(m_report->sources[source])),
                                   this);
                return true;
            }
    QToolTip::hideText();
    return true;
}

} // namespace fedefm
