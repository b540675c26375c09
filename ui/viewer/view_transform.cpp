// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/view_transform.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {
constexpr double kMinScale = 0.02;
constexpr double kMaxScale = 64.0;
} // namespace

void ViewTransform::setImageSize(QSize imagePx, double pixelAspect)
{
    m_image = imagePx;
    m_aspect = pixelAspect > 0.0 ? pixelAspect : 1.0;
    refit();
}

void ViewTransform::setViewSize(QSizeF view, double devicePixelRatio)
{
    m_view = view;
    m_devicePixelRatio = devicePixelRatio;
    refit();
}

void ViewTransform::fit()
{
    m_fitted = true;
    m_center = {};
    if (m_image.isEmpty() || m_view.isEmpty())
        return;
    const QRectF box = orientation().mapRect(QRectF({0, 0}, m_image));
    m_scale = std::min(m_view.width() / box.width(), m_view.height() / box.height());
}

void ViewTransform::refit()
{
    if (m_fitted)
        fit();
}

void ViewTransform::setOneToOne(QPointF viewAnchor)
{
    zoomBy(1.0 / zoomFactor(), viewAnchor);
}

void ViewTransform::zoomBy(double factor, QPointF viewAnchor)
{
    const double scale = std::clamp(m_scale * factor, kMinScale, kMaxScale);
    const QPointF anchor = viewAnchor - QPointF(m_view.width() / 2, m_view.height() / 2);
    m_center = anchor + (m_center - anchor) * (scale / m_scale);
    m_scale = scale;
    m_fitted = false;
}

void ViewTransform::panBy(QPointF viewDelta)
{
    m_center += viewDelta;
    m_fitted = false;
}

void ViewTransform::rotateRight()
{
    m_quarterTurns = (m_quarterTurns + 1) % 4;
    refit();
}

void ViewTransform::rotateLeft()
{
    m_quarterTurns = (m_quarterTurns + 3) % 4;
    refit();
}

void ViewTransform::flipHorizontal()
{
    // Mirroring happens before turning; seen from the screen a turned mirror axis turns the other way.
    m_mirrored = !m_mirrored;
    m_quarterTurns = (4 - m_quarterTurns) % 4;
    refit();
}

void ViewTransform::flipVertical()
{
    m_mirrored = !m_mirrored;
    m_quarterTurns = (6 - m_quarterTurns) % 4;
    refit();
}

void ViewTransform::resetOrientation()
{
    m_quarterTurns = 0;
    m_mirrored = false;
    refit();
}

QTransform ViewTransform::orientation() const
{
    QTransform transform;
    transform.rotate(90.0 * m_quarterTurns);
    transform.scale(m_mirrored ? -1.0 : 1.0, m_aspect);
    return transform;
}

QTransform ViewTransform::toView() const
{
    QTransform transform;
    transform.translate(m_view.width() / 2 + m_center.x(), m_view.height() / 2 + m_center.y());
    transform.scale(m_scale, m_scale);
    transform = orientation() * transform;
    transform.translate(-m_image.width() / 2, -m_image.height() / 2);
    return transform;
}

} // namespace fedefm
