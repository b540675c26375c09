// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/corner_text.h"

#include "ui/viewer/cine_controller.h"
#include "ui/viewer/series_document.h"
#include "ui/viewer/view_transform.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>

#include <cmath>

namespace fedefm {

namespace {

constexpr double kMargin = 8.0;

QString number(double value, int decimals)
{
    return QLocale::c().toString(value, 'f', decimals);
}

QString trimmed(double value)
{
    return number(value, std::abs(value - std::round(value)) < 0.05 ? 0 : 1);
}

void addIfAny(QStringList& list, const std::string& text)
{
    if (!text.empty())
        list << QString::fromStdString(text);
}

QString windowLine(const SeriesDocument& document)
{
    const Window window = document.window();
    QString line = QStringLiteral("W %1  L %2").arg(trimmed(window.width), trimmed(window.center));
    const int lut = document.transform().voiLut;
    if (lut >= 0 && !document.subtraction().enabled)
        line = QObject::tr("VOI LUT %1").arg(lut + 1);
    if (document.transform().invert)
        line += QObject::tr("  inverted");
    return line;
}

QString subtractionLine(const SeriesDocument& document)
{
    if (document.isVesselMap())
        return QObject::tr("vessel map (minimum over frames)");
    const SubtractionState& state = document.subtraction();
    if (!state.enabled)
        return {};
    const QString mask = state.useFileMask ? QObject::tr("file")
                         : state.maskFrames.size() == 1
                             ? QString::number(state.maskFrames.front() + 1)
                             : QObject::tr("mean of %1").arg(state.maskFrames.size());
    return QObject::tr("DSA  mask %1  shift %2, %3")
        .arg(mask, number(state.shift.dx, 1), number(state.shift.dy, 1));
}

QString timeLine(const SeriesDocument& document, const CineController* cine)
{
    const int frame = document.shownFrame();
    const auto& times = document.info().timing.frameTimesMs;
    QStringList parts;
    if (frame >= 0 && frame < static_cast<int>(times.size()) && times.size() > 1)
        parts << QStringLiteral("%1 s").arg(number(times[static_cast<std::size_t>(frame)] / 1000.0, 2));
    if (cine && document.frameCount() > 1) {
        const double real = cine->realFps();
        parts << (real > 0.0
                      ? QStringLiteral("%1 / %2 fps").arg(number(real, 1), number(cine->nominalFps(), 1))
                      : QStringLiteral("%1 fps").arg(number(cine->nominalFps(), 1)));
    }
    return parts.join(QStringLiteral("  "));
}

/// L<->R, A<->P, H<->F; anything else stays.
QString opposite(const QString& letters)
{
    static const QString from = QStringLiteral("LRAPHF");
    static const QString to = QStringLiteral("RLPAFH");
    QString result;
    for (const QChar c : letters) {
        const auto at = from.indexOf(c);
        result += at < 0 ? c : to[at];
    }
    return result;
}

} // namespace

void addIdentity(const Identity& identity, CornerText& text)
{
    addIfAny(text.topLeft, identity.patientName);
    addIfAny(text.topLeft, identity.patientId);
    QStringList born;
    addIfAny(born, identity.birthDate);
    addIfAny(born, identity.sex);
    if (!born.isEmpty())
        text.topLeft << born.join(QStringLiteral("  "));
    addIfAny(text.topRight, identity.institution);
    addIfAny(text.topRight, identity.studyDescription);
    addIfAny(text.topRight, identity.studyDate);
}

// Glyphs come from Qt's cache; stroking their paths would take longer than painting the picture.
void paintOutlinedText(QPainter& painter, QPointF baseline, const QString& line)
{
    painter.setPen(QColor(0, 0, 0, 170));
    for (const QPointF offset : {QPointF(-1, -1), QPointF(1, -1), QPointF(-1, 1), QPointF(1, 1)})
        painter.drawText(baseline + offset, line);
    painter.setPen(Qt::white);
    painter.drawText(baseline, line);
}

CornerText cornerText(const SeriesDocument& document, const CineController* cine, const ViewTransform& view,
                      bool privacy)
{
    const SequenceInfo& info = document.info();
    CornerText text;
    if (!privacy)
        addIdentity(info.identity, text);
    QStringList series;
    addIfAny(series, info.modality.empty() ? info.kind : info.modality);
    if (info.ids.seriesNumber > 0)
        series << QObject::tr("series %1").arg(info.ids.seriesNumber);
    if (!privacy)
        addIfAny(series, info.identity.seriesDescription);
    text.topRight.prepend(series.join(QStringLiteral("  ")));

    if (info.colorModel == ColorModel::Grey) // a window does not act on colour
        text.bottomLeft << windowLine(document);
    text.bottomLeft << QObject::tr("zoom %1 %").arg(number(view.zoomFactor() * 100.0, 0));
    const QString subtraction = subtractionLine(document);
    if (!subtraction.isEmpty())
        text.bottomLeft << subtraction;

    if (document.frameCount() > 1)
        text.bottomRight << QStringLiteral("%1/%2").arg(document.shownFrame() + 1).arg(document.frameCount());
    const QString time = timeLine(document, cine);
    if (!time.isEmpty())
        text.bottomRight << time;
    if (!info.angles.empty()) {
        const std::size_t frame = static_cast<std::size_t>(std::max(0, document.shownFrame()));
        text.bottomRight << QString::fromStdString(
            info.angles[std::min(frame, info.angles.size() - 1)].text());
    }
    return text;
}

void paintCornerText(QPainter& painter, const QRectF& area, const CornerText& text)
{
    const QFontMetricsF metrics(painter.font());
    const double line = metrics.height();
    const int fitting = std::max(1, static_cast<int>(area.height() / (line * 5.0)));
    const double widest = area.width() * 0.48;
    auto corner = [&](const QStringList& lines, bool right, bool bottom) {
        const int count = std::min(fitting, static_cast<int>(lines.size()));
        for (int i = 0; i < count; ++i) {
            const QString shown = metrics.elidedText(lines[i], Qt::ElideRight, widest);
            const double x =
                right ? area.right() - kMargin - metrics.horizontalAdvance(shown) : area.left() + kMargin;
            const double y = bottom ? area.bottom() - kMargin - metrics.descent() - i * line
                                    : area.top() + kMargin + metrics.ascent() + i * line;
            paintOutlinedText(painter, {x, y}, shown);
        }
    };
    painter.setRenderHint(QPainter::Antialiasing);
    corner(text.topLeft, false, false);
    corner(text.topRight, true, false);
    corner(text.bottomLeft, false, true);
    corner(text.bottomRight, true, true);
}

QStringList orientationLetters(const QString& row, const QString& column, int quarterTurns, bool mirrored)
{
    if (row.isEmpty() || column.isEmpty())
        return {};
    // Clockwise from the right edge; a clockwise quarter turn of the picture moves each letter on by one
    // edge.
    QStringList clockwise{row, column, opposite(row), opposite(column)};
    if (mirrored)
        std::swap(clockwise[0], clockwise[2]);
    auto edge = [&](int index) { return clockwise[((index - quarterTurns) % 4 + 4) % 4]; };
    return {edge(2), edge(0), edge(3), edge(1)};
}

void paintOrientation(QPainter& painter, const QRectF& area, const SeriesDocument& document,
                      const ViewTransform& view)
{
    const SequenceInfo& info = document.info();
    const QStringList letters = orientationLetters(QString::fromStdString(info.rowOrientation),
                                                   QString::fromStdString(info.columnOrientation),
                                                   view.quarterTurns(), view.isMirrored());
    if (letters.isEmpty())
        return;
    const QFontMetricsF metrics(painter.font());
    const double middle = area.center().y() + metrics.ascent() / 2;
    auto centred = [&](const QString& s) { return area.center().x() - metrics.horizontalAdvance(s) / 2; };
    painter.setRenderHint(QPainter::Antialiasing);
    paintOutlinedText(painter, {area.left() + kMargin, middle}, letters[0]);
    paintOutlinedText(painter, {area.right() - kMargin - metrics.horizontalAdvance(letters[1]), middle},
                      letters[1]);
    paintOutlinedText(painter, {centred(letters[2]), area.top() + kMargin + metrics.ascent()}, letters[2]);
    paintOutlinedText(painter, {centred(letters[3]), area.bottom() - kMargin - metrics.descent()},
                      letters[3]);
}

} // namespace fedefm
