// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/themed_icon_engine.h"

#include <QGuiApplication>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <algorithm>

namespace fedefm {

namespace {

QColor inkFor(QIcon::Mode mode)
{
    const QPalette palette = QGuiApplication::palette();
    switch (mode) {
    case QIcon::Disabled:
        return palette.color(QPalette::Disabled, QPalette::WindowText);
    case QIcon::Normal:
    case QIcon::Active:
    case QIcon::Selected:
        break;
    }
    return palette.color(QPalette::Active, QPalette::WindowText);
}

} // namespace

ThemedIconEngine::ThemedIconEngine(const QString& name, QByteArray svg) : m_name(name), m_svg(std::move(svg))
{
}

void ThemedIconEngine::paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State)
{
    const qreal ratio = painter->device() ? painter->device()->devicePixelRatioF() : 1.0;
    painter->drawPixmap(rect, rendered((QSizeF(rect.size()) * ratio).toSize(), mode, ratio));
}

QPixmap ThemedIconEngine::pixmap(const QSize& size, QIcon::Mode mode, QIcon::State)
{
    return rendered(size, mode, 1.0);
}

QPixmap ThemedIconEngine::scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal scale)
{
    // Qt 6.8 began to hand over the size in device-independent pixels.
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    return rendered((QSizeF(size) * scale).toSize(), mode, scale);
#else
    return rendered(size, mode, scale);
#endif
}

QPixmap ThemedIconEngine::rendered(const QSize& size, QIcon::Mode mode, qreal scale) const
{
    const QColor ink = inkFor(mode);
    const QString cacheKey = QStringLiteral("fedefm-icon/%1/%2x%3/%4")
                                 .arg(m_name)
                                 .arg(size.width())
                                 .arg(size.height())
                                 .arg(ink.name());
    QPixmap pixmap;
    if (!QPixmapCache::find(cacheKey, &pixmap)) {
        QByteArray colored = m_svg;
        colored.replace("currentColor", ink.name().toLatin1());
        QSvgRenderer renderer(colored);
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        const int side = std::min(size.width(), size.height());
        renderer.render(&painter,
                        QRectF((size.width() - side) / 2.0, (size.height() - side) / 2.0, side, side));
        painter.end();
        QPixmapCache::insert(cacheKey, pixmap);
    }
    pixmap.setDevicePixelRatio(scale);
    return pixmap;
}

QIconEngine* ThemedIconEngine::clone() const
{
    return new ThemedIconEngine(*this);
}

} // namespace fedefm
