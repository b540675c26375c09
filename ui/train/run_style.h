// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QPolygonF>
#include <QString>

#include <map>

namespace fedefm {

enum class Marker { None, Disc, Square, Triangle, Diamond, InvertedTriangle, Star };

/// Colour, dash and marker of a run or a silo, the same in tables, curves and export.
struct RunStyle
{
    QColor color;
    Qt::PenStyle line = Qt::SolidLine;
    Marker marker = Marker::None;
    bool operator==(const RunStyle& other) const
    {
        return color == other.color && line == other.line && marker == other.marker;
    }
};

/// Okabe and Ito's colours without green and purple, which sink into grey under colour-blindness; after the
/// last colour they begin again with another dash.
RunStyle runStyle(int index);
constexpr int kRunStyleCount = 16;
/// The same colours, with another marker after the last one: 24 silos can be told apart.
RunStyle siloStyle(int index);

/// Outline of a marker that fits into a circle of `radius`; Disc and None give a circle.
QPolygonF markerShape(Marker marker, QPointF centre, double radius);
/// The marker alone, for tables beside topology and curves.
QIcon markerIcon(const RunStyle& style, const QColor& ground);

/// A short piece of the line, for tables and legends; `ground` decides about the casing.
QIcon lineIcon(const RunStyle& style, const QColor& ground);
/// The line around data colours on a light ground, where they alone have too little contrast; invalid on a
/// dark one.
QColor casingFor(const QColor& ground);

/// Gives every run the first style that no other shown run has, and keeps it while the run is shown.
class RunStyles
{
public:
    RunStyle take(const QString& run);
    void release(const QString& run) { m_taken.erase(run); }
    bool has(const QString& run) const { return m_taken.count(run) > 0; }
    RunStyle style(const QString& run) const; ///< of a run that has none: grey

private:
    std::map<QString, int> m_taken;
};

} // namespace fedefm
