// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/legend.h"

#include "ui/common/theme.h"

#include <QFontMetrics>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kSampleWidth = 40;
constexpr int kSampleHeight = 20;
constexpr int kRowGap = 4;

QStringList names()
{
    return {Legend::tr("Catheter: filled band"), Legend::tr("Guidewire: line"),
            Legend::tr("Tip: ringed cross")};
}

void stroke(QPainter& painter, const QPainterPath& path, const QColor& color, double width)
{
    painter.setBrush(Qt::NoBrush);
    painter.strokePath(path, QPen(colors::casing, width + 2.0, Qt::SolidLine, Qt::RoundCap));
    painter.strokePath(path, QPen(color, width, Qt::SolidLine, Qt::RoundCap));
}

QPainterPath wave(const QRectF& box, double dy)
{
    QPainterPath path(QPointF(box.left() + 4, box.center().y() + dy + 3));
    path.cubicTo(QPointF(box.left() + 14, box.center().y() + dy - 5),
                 QPointF(box.right() - 14, box.center().y() + dy + 5),
                 QPointF(box.right() - 4, box.center().y() + dy - 3));
    return path;
}

void drawCatheter(QPainter& painter, const QRectF& box)
{
    QColor fill = colors::catheter;
    fill.setAlphaF(0.4F);
    painter.strokePath(wave(box, 0), QPen(fill, 8, Qt::SolidLine, Qt::FlatCap));
    stroke(painter, wave(box, 0), colors::catheter, 2);
}

void drawTip(QPainter& painter, const QRectF& box)
{
    const QPointF center = box.center();
    QPainterPath path;
    path.addEllipse(center, 5, 5);
    for (const QPointF direction : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)}) {
        path.moveTo(center + direction * 2.5);
        path.lineTo(center + direction * 8);
    }
    stroke(painter, path, colors::tip, 1.5);
}

} // namespace

Legend::Legend(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Legend"));
    setAccessibleDescription(names().join(QStringLiteral(", ")));
    setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Fixed);
}

QSize Legend::sizeHint() const
{
    int widest = 0;
    for (const QString& name : names())
        widest = std::max(widest, fontMetrics().horizontalAdvance(name));
    const int row = std::max(kSampleHeight, fontMetrics().height()) + kRowGap;
    return {kSampleWidth + 8 + widest, 3 * row};
}

void Legend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QStringList texts = names();
    const int row = height() / 3;
    for (int i = 0; i < 3; ++i) {
        // The overlay lies on grey pictures: the samples do too, in both themes.
        const QRectF box(0, i * row + (row - kSampleHeight) / 2.0, kSampleWidth, kSampleHeight);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0x70, 0x70, 0x70));
        painter.drawRoundedRect(box, 3, 3);
        if (i == 0)
            drawCatheter(painter, box);
        else if (i == 1)
            stroke(painter, wave(box, 0), colors::guidewire, 2);
        else
            drawTip(painter, box);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRectF(kSampleWidth + 8, i * row, width() - kSampleWidth - 8, row),
                         Qt::AlignLeft | Qt::AlignVCenter, texts[i]);
    }
}

} // namespace fedefm
