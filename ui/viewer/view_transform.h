// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSize>
#include <QTransform>

namespace fedefm {

/// How an image lies in a view: zoom, pan, quarter turns and flips. Image point (0, 0) is the upper left
/// corner of the first pixel here (Qt's convention), so pixel centres lie at .5. Plain values, no widget.
class ViewTransform
{
public:
    void setImageSize(QSize imagePx, double pixelAspect = 1.0); ///< aspect: row distance / column distance
    void setViewSize(QSizeF view, double devicePixelRatio);

    void fit(); ///< whole image visible, centred; kept on resize until zoomed or panned
    bool isFitted() const { return m_fitted; }
    void setOneToOne(QPointF viewAnchor);           ///< one image pixel = one device pixel
    void zoomBy(double factor, QPointF viewAnchor); ///< the image point under the anchor stays
    void panBy(QPointF viewDelta);
    void rotateRight();
    void rotateLeft();
    void flipHorizontal(); ///< mirrors what is seen left-right, whatever the rotation
    void flipVertical();
    void resetOrientation();

    /// View units (logical pixels) per image pixel.
    double scale() const { return m_scale; }
    /// 1.0 = one image pixel per device pixel.
    double zoomFactor() const { return m_scale * m_devicePixelRatio; }
    int quarterTurns() const { return m_quarterTurns; } ///< clockwise, 0…3
    bool isMirrored() const { return m_mirrored; }      ///< mirrored left-right before turning

    QTransform toView() const;
    QPointF imageToView(QPointF p) const { return toView().map(p); }
    QPointF viewToImage(QPointF p) const { return toView().inverted().map(p); }

private:
    QTransform orientation() const;
    void refit();

    QSizeF m_image;
    QSizeF m_view;
    double m_aspect = 1.0;
    double m_devicePixelRatio = 1.0;
    double m_scale = 1.0;
    QPointF m_center; ///< view position of the image centre relative to the view centre
    int m_quarterTurns = 0;
    bool m_mirrored = false;
    bool m_fitted = true;
};

} // namespace fedefm
