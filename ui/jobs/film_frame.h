// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/render_frame.h"
#include "core/image/subtraction.h"
#include "ui/tools/measurement.h"
#include "ui/viewer/series_document.h"

#include <QImage>

#include <map>
#include <memory>
#include <vector>

namespace fedefm {

/// How every picture of a film looks: values only, safe on any thread.
struct FilmLook
{
    SequencePtr sequence;
    DisplayTransform transform;
    Window subtractedWindow; ///< meaningful while subtraction is enabled
    SubtractionState subtraction;
    OverlayStyle style;
    std::map<int, SegmentationPtr> results;
    std::vector<Measurement> measurements;
    PixelSpacing spacing;
    bool withOverlay = true; ///< segmentation, 60xx planes, measurements
    bool withText = true;    ///< frame, time, window, angles
    bool withIdentity = false;

    /// A copy of what the document shows now.
    static FilmLook of(const SeriesDocument& document);
};

/// Paints the pictures of a film one by one, on the job's thread. The research-use line is always burned in.
class FilmPainter
{
public:
    explicit FilmPainter(FilmLook look);

    /// RGB888 at square pixels; every picture has the same size.
    Result<QImage> paint(int frame);
    QSize size() const;

private:
    Result<RgbPicture> subtracted(int frame, const Frame& contrast);
    Status useMask(const std::vector<int>& maskFrames);
    void coverShutter(RgbPicture& picture) const;
    void drawPlanes(RgbPicture& picture, int frame) const;
    void drawOutlines(QPainter& painter, int frame) const;
    void drawMeasurements(QPainter& painter, int frame) const;
    void drawText(QPainter& painter, int frame) const;

    FilmLook m_look;
    QSize m_size;
    double m_aspect = 1.0;               ///< row distance / column distance
    std::vector<std::uint8_t> m_visible; ///< shutter mask, empty without shutter
    std::vector<int> m_maskFrames;
    std::shared_ptr<const Subtractor> m_subtractor;
};

} // namespace fedefm
