// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QIconEngine>

namespace fedefm {

/// Draws one SVG whose strokes are "currentColor" in the palette's text colour of the moment, so icons follow
/// a change of theme by themselves and stay crisp at every pixel ratio.
class ThemedIconEngine final : public QIconEngine
{
public:
    ThemedIconEngine(const QString& name, QByteArray svg);

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override;
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal scale) override;
    QIconEngine* clone() const override;
    bool isNull() override { return m_svg.isEmpty(); }
    QString key() const override { return QStringLiteral("fedefm-themed"); }

private:
    /// Drawn or from the cache; `size` in device pixels.
    QPixmap rendered(const QSize& size, QIcon::Mode mode, qreal scale) const;

    QString m_name;
    QByteArray m_svg;
};

} // namespace fedefm
