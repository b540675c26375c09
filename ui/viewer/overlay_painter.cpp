// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/overlay_painter.h"

#include "core/geometry/contour.h"
#include "ui/common/theme.h"
#include "ui/viewer/corner_text.h"

#include <QPainter>

#include <cmath>

namespace fedefm {

namespace {

constexpr double kFillOpacity = 0.4;
constexpr double kLineWidth = 2.0;
constexpr double kPathTolerance = 0.15; // image pixels; strokes cost by the vertex
constexpr double kTipRadius = 9.0;
constexpr double kTipGap = 3.5; // the cross stays open so that the tip itself remains visible

QPen pen(const QColor& color, double width, Qt::PenStyle style = Qt::SolidLine)
{
    QPen result(color, width, style, Qt::FlatCap, Qt::BevelJoin);
    result.setCosmetic(true);
    return result;
}

/// A coloured line on a dark casing, readable on bright and dark ground.
void strokeCased(QPainter& painter, const QPainterPath& path, const QColor& color, double width,
                 Qt::PenStyle style)
{
    painter.setBrush(Qt::NoBrush);
    painter.strokePath(path, pen(colors::casing, width + 2.0));
    painter.strokePath(path, pen(color, width, style));
}

QPainterPath pathOf(const Polyline& line, double offset)
{
    QPainterPath path;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const QPointF point(line[i].x + offset, line[i].y + offset);
        if (i == 0)
            path.moveTo(point);
        else
            path.lineTo(point);
    }
    return path;
}

void paintTip(QPainter& painter, QPointF center)
{
    QPainterPath path;
    path.addEllipse(center, kTipRadius, kTipRadius);
    for (const QPointF direction : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)}) {
        path.moveTo(center + direction * kTipGap);
        path.lineTo(center + direction * (kTipRadius + 4.0));
    }
    strokeCased(painter, path, colors::tip, 1.5, Qt::SolidLine);
}

} // namespace

QColor wireColor(WireClass wireClass)
{
    return wireClass == WireClass::Guidewire ? colors::guidewire : colors::catheter;
}

void OverlayPainter::paint(QPainter& painter, const SeriesDocument& document, const QTransform& toView)
{
    const OverlayStyle& style = document.overlayStyle();
    painter.setRenderHint(QPainter::Antialiasing);
    if (style.shutter && !document.info().shutter.isEmpty())
        paintShutter(painter, document, toView);
    if (style.dicomOverlays && !document.info().overlays.empty())
        paintPlanes(painter, document, toView);
    const SegmentationPtr result = document.result(document.shownFrame());
    if (style.visible && result) {
        buildSegmentation(result);
        paintSegmentation(painter, *result, style, toView);
    }
    for (const Measurement& measurement : document.measurements())
        if (measurement.frame == document.shownFrame())
            paintMeasurement(painter, measurement, document.spacing(), toView, false);
}

void OverlayPainter::paintShutter(QPainter& painter, const SeriesDocument& document, const QTransform& toView)
{
    const SequenceInfo& info = document.info();
    if (m_shutterOf != &document) {
        m_shutterOf = &document;
        const auto visible = info.shutter.visibleMask(info.width, info.height);
        const int grey = info.shutter.presentationValue >> 8;
        m_shutter = QImage(info.width, info.height, QImage::Format_ARGB32_Premultiplied);
        for (int y = 0; y < info.height; ++y) {
            auto* line = reinterpret_cast<QRgb*>(m_shutter.scanLine(y));
            for (int x = 0; x < info.width; ++x)
                line[x] =
                    visible[static_cast<std::size_t>(y) * info.width + x] ? 0U : qRgba(grey, grey, grey, 255);
        }
    }
    painter.save();
    painter.setTransform(toView, true);
    painter.drawImage(0, 0, m_shutter);
    painter.restore();
}

void OverlayPainter::paintPlanes(QPainter& painter, const SeriesDocument& document, const QTransform& toView)
{
    const SequenceInfo& info = document.info();
    if (m_planesOf != &document || m_planesFrame != document.shownFrame()) {
        m_planesOf = &document;
        m_planesFrame = document.shownFrame();
        const auto set = composeOverlays(info.overlays, m_planesFrame, info.width, info.height);
        m_planes = QImage(info.width, info.height, QImage::Format_ARGB32_Premultiplied);
        for (int y = 0; y < info.height; ++y) {
            auto* line = reinterpret_cast<QRgb*>(m_planes.scanLine(y));
            for (int x = 0; x < info.width; ++x)
                line[x] = set[static_cast<std::size_t>(y) * info.width + x] ? qRgba(255, 255, 255, 255) : 0U;
        }
    }
    painter.save();
    painter.setTransform(toView, true);
    painter.drawImage(0, 0, m_planes);
    painter.restore();
}

void OverlayPainter::buildSegmentation(const SegmentationPtr& segmentation)
{
    if (segmentation == m_built)
        return;
    m_built = segmentation;
    m_outlines.clear();
    m_curves.clear();
    m_fill = QImage(segmentation->width, segmentation->height, QImage::Format_ARGB32_Premultiplied);
    m_fill.fill(Qt::transparent);
    for (const ClassMask& entry : segmentation->masks) {
        const QColor color = wireColor(entry.wireClass);
        for (const RleMask::Run& run : entry.mask.runs()) {
            auto* line = reinterpret_cast<QRgb*>(m_fill.scanLine(run.y)) + run.x;
            std::fill(line, line + run.length, qPremultiply(color.rgba()));
        }
        QPainterPath outline;
        for (const Polyline& ring : outlines(entry.mask)) {
            outline.addPath(pathOf(simplify(ring, kPathTolerance), 0.5));
            outline.closeSubpath();
        }
        m_outlines.push_back({color, outline});
    }
    for (const WireCurve& curve : segmentation->curves)
        m_curves.push_back({wireColor(curve.wireClass), pathOf(simplify(curve.points, kPathTolerance), 0.5)});
}

void OverlayPainter::paintSegmentation(QPainter& painter, const Segmentation& segmentation,
                                       const OverlayStyle& style, const QTransform& toView)
{
    painter.save();
    const bool drawsCurves = !segmentation.curves.empty();
    if (!style.outlineOnly) {
        painter.setOpacity(kFillOpacity * style.opacity);
        painter.save();
        painter.setTransform(toView, true);
        painter.drawImage(0, 0, m_fill);
        painter.restore();
    }
    painter.setOpacity(style.opacity);
    if (style.outlineOnly || !drawsCurves) {
        for (const Outline& outline : m_outlines)
            strokeCased(painter, toView.map(outline.path), outline.color, 1.0, Qt::SolidLine);
    }
    if (!style.outlineOnly)
        for (const Outline& curve : m_curves)
            strokeCased(painter, toView.map(curve.path), curve.color, kLineWidth, Qt::SolidLine);
    for (const WireTip& tip : segmentation.tips)
        paintTip(painter, toView.map(QPointF(tip.position.x + 0.5, tip.position.y + 0.5)));
    painter.restore();
}

void OverlayPainter::paintMeasurement(QPainter& painter, const Measurement& measurement,
                                      const PixelSpacing& spacing, const QTransform& toView, bool draft)
{
    if (measurement.points.size() < 2)
        return;
    QPainterPath path(toView.map(measurement.points.front()));
    for (std::size_t i = 1; i < measurement.points.size(); ++i)
        path.lineTo(toView.map(measurement.points[i]));
    strokeCased(painter, path, Qt::white, 1.5, draft ? Qt::DashLine : Qt::SolidLine);
    for (const QPointF& point : measurement.points) {
        QPainterPath handle;
        handle.addEllipse(toView.map(point), 3.5, 3.5);
        strokeCased(painter, handle, Qt::white, 1.0, Qt::SolidLine);
    }
    const QString text = measurementText(measurement, spacing);
    if (text.isEmpty())
        return;
    paintOutlinedText(painter, toView.map(measurement.points.back()) + QPointF(10, -8), text);
}

void OverlayPainter::paintCalibrationLine(QPainter& painter, QPointF from, QPointF to,
                                          const QTransform& toView)
{
    QPainterPath path(toView.map(from));
    path.lineTo(toView.map(to));
    strokeCased(painter, path, colors::accent, 1.5, Qt::DashLine);
}

} // namespace fedefm
