// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QStringList>

class QPainter;

namespace fedefm {

class CineController;
struct Identity;
class SeriesDocument;
class ViewTransform;

/// The four corners of a tile as lines of text, most important first (small tiles show fewer).
struct CornerText
{
    QStringList topLeft;     ///< who
    QStringList topRight;    ///< where and when
    QStringList bottomLeft;  ///< window, zoom
    QStringList bottomRight; ///< frame, time, rate, angles
};

/// Who, where and when; what is empty is left out.
void addIdentity(const Identity& identity, CornerText& text);

/// `cine` may be null. With `privacy` nothing of the identity appears.
CornerText cornerText(const SeriesDocument& document, const CineController* cine, const ViewTransform& view,
                      bool privacy);

/// One line, white with a dark outline.
void paintOutlinedText(QPainter& painter, QPointF baseline, const QString& line);

/// Paints all corners; `area` in logical pixels decides how many lines fit.
void paintCornerText(QPainter& painter, const QRectF& area, const CornerText& text);

/// Letters at the middle of each edge, from the file's patient orientation and the view's rotation and flips.
void paintOrientation(QPainter& painter, const QRectF& area, const SeriesDocument& document,
                      const ViewTransform& view);

/// The letters at (left, right, top, bottom); empty strings when the file does not say.
QStringList orientationLetters(const QString& row, const QString& column, int quarterTurns, bool mirrored);

} // namespace fedefm
