// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/sample_view.h"

#include <QPainter>

namespace fedefm {

SampleView::SampleView(QWidget* parent) : QWidget(parent)
{
    setMinimumSize(160, 160);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void SampleView::setImage(const QImage& image)
{
    m_image = image;
    update();
}

void SampleView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Qt::black);
    if (m_image.isNull())
        return;
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    QSizeF size = QSizeF(m_image.size()).scaled(QSizeF(rect().size()), Qt::KeepAspectRatio);
    QRectF target(QPointF(0, 0), size);
    target.moveCenter(QRectF(rect()).center());
    painter.drawImage(target, m_image);
}

} // namespace fedefm
