// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"
#include "ui/viewer/series_document.h"

#include <QColor>
#include <QImage>
#include <QPainterPath>
#include <QTransform>

#include <vector>

class QPainter;

namespace fedefm {

/// Paints what lies on the picture: shutter, 60xx overlays, masks, centre-lines, tips and measurements. Keeps
/// the pictures that it made of the last result, so that playing and panning only blit. `toView` maps image
/// corners.
class OverlayPainter
{
public:
    void paint(QPainter& painter, const SeriesDocument& document, const QTransform& toView);
    /// Measurements of the shown frame, and a draft drawn dashed.
    static void paintMeasurement(QPainter& painter, const Measurement& measurement,
                                 const PixelSpacing& spacing, const QTransform& toView, bool draft);
    static void paintCalibrationLine(QPainter& painter, QPointF from, QPointF to, const QTransform& toView);

private:
    void paintShutter(QPainter& painter, const SeriesDocument& document, const QTransform& toView);
    void paintPlanes(QPainter& painter, const SeriesDocument& document, const QTransform& toView);
    void paintSegmentation(QPainter& painter, const Segmentation& segmentation, const OverlayStyle& style,
                           const QTransform& toView);
    void buildSegmentation(const SegmentationPtr& segmentation);

    const SeriesDocument* m_shutterOf = nullptr;
    QImage m_shutter;
    const SeriesDocument* m_planesOf = nullptr;
    int m_planesFrame = -1;
    QImage m_planes;

    struct Outline
    {
        QColor color;
        QPainterPath path;
    };
    SegmentationPtr m_built;
    QImage m_fill;
    std::vector<Outline> m_outlines;
    std::vector<Outline> m_curves;
};

QColor wireColor(WireClass wireClass);

} // namespace fedefm
