// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/found_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>

namespace fedefm {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("SegmentationPanel", text);
}

QString className(WireClass wireClass)
{
    return wireClass == WireClass::Guidewire ? tr("Guidewire") : tr("Catheter");
}

QString percent(double share)
{
    return QLocale::c().toString(100.0 * std::clamp(share, 0.0, 1.0), 'f', 0) + QStringLiteral(" %");
}

/// Length along the centre-lines with the spacing of rows and columns, in the unit of the spacing.
double lengthOfClass(const Segmentation& segmentation, WireClass wireClass, const PixelSpacing& spacing)
{
    double length = 0.0;
    for (const WireCurve& curve : segmentation.curves)
        for (std::size_t i = 1; curve.wireClass == wireClass && i < curve.points.size(); ++i)
            length += lengthOf(spacing, curve.points[i].x - curve.points[i - 1].x,
                               curve.points[i].y - curve.points[i - 1].y);
    return length;
}

double confidenceOf(const Segmentation& segmentation, WireClass wireClass)
{
    double weighted = 0.0;
    double length = 0.0;
    for (const WireCurve& curve : segmentation.curves) {
        if (curve.wireClass != wireClass)
            continue;
        weighted += curve.confidence * lengthPx(curve.points);
        length += lengthPx(curve.points);
    }
    return length > 0.0 ? weighted / length : 0.0;
}

} // namespace

QString foundText(const Segmentation& segmentation, const PixelSpacing& spacing)
{
    QStringList lines;
    for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire}) {
        const double px = segmentation.foundLengthPx(wireClass);
        if (px <= 0.0)
            continue;
        QString line =
            QStringLiteral("%1: %2 px").arg(className(wireClass), QLocale::c().toString(px, 'f', 0));
        if (spacing.isKnown())
            line += QStringLiteral(" · %1 %2")
                        .arg(QLocale::c().toString(lengthOfClass(segmentation, wireClass, spacing), 'f', 1),
                             QString::fromLatin1(unitText(spacing.kind)));
        lines << line + QStringLiteral(" · ") + percent(confidenceOf(segmentation, wireClass));
    }
    for (const WireTip& tip : segmentation.tips)
        lines << tr("Tip of the %1: %2, %3 · %4")
                     .arg(className(tip.wireClass).toLower(), QLocale::c().toString(tip.position.x, 'f', 1),
                          QLocale::c().toString(tip.position.y, 'f', 1), percent(tip.confidence));
    if (lines.isEmpty()) {
        const bool anyMask = std::any_of(segmentation.masks.begin(), segmentation.masks.end(),
                                         [](const ClassMask& item) { return !item.mask.isEmpty(); });
        lines << (anyMask ? tr("A mask without centre-lines") : tr("Nothing found"));
    }
    return lines.join(QLatin1Char('\n'));
}

QString originText(const Segmentation& segmentation)
{
    const Provenance& origin = segmentation.provenance;
    QStringList parts;
    parts << QString::fromStdString(origin.modelId +
                                    (origin.modelVersion.empty() ? "" : " " + origin.modelVersion));
    parts << tr("frame %1").arg(origin.frame.index + 1);
    if (origin.elapsedMs > 0.0)
        parts << tr("%1 ms").arg(
            QLocale::c().toString(origin.elapsedMs, 'f', origin.elapsedMs < 10.0 ? 1 : 0));
    return parts.join(QStringLiteral(" · "));
}

QString maskWarning(const Segmentation& segmentation, const SequenceInfo& info, int shownFrame)
{
    const Provenance& origin = segmentation.provenance;
    QStringList lines;
    if (!(origin.frame == frameId(info, shownFrame)))
        lines << tr("This mask belongs to frame %1, not to the frame on screen.").arg(origin.frame.index + 1);
    if (segmentation.width != info.width || segmentation.height != info.height)
        lines << tr("This mask has %1 × %2 pixels, the picture %3 × %4.")
                     .arg(segmentation.width)
                     .arg(segmentation.height)
                     .arg(info.width)
                     .arg(info.height);
    else if (origin.inputScale < 1.0)
        lines << tr("The model saw the picture at %1 of its resolution.").arg(percent(origin.inputScale));
    return lines.join(QLatin1Char('\n'));
}

QString cardText(const ModelCard& card)
{
    QStringList lines;
    const auto add = [&lines](const QString& name, const std::string& value) {
        if (!value.empty())
            lines << QStringLiteral("%1: %2").arg(name, QString::fromStdString(value));
    };
    add(tr("Version"), card.version);
    add(tr("Architecture"), card.architecture);
    if (card.parameters > 0)
        lines << tr("Parameters: %1").arg(QLocale::c().toString(card.parameters));
    add(tr("Input"), card.input);
    add(tr("Licence"), card.licence);
    add(tr("Training"), card.training);
    add(tr("Limits"), card.limits);
    return lines.join(QLatin1Char('\n'));
}

} // namespace fedefm
