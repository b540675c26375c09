// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <Qt>

namespace fedefm {

class SeriesDocument;
class ViewTransform;

/// A pointer event in both coordinate systems; `image` counts pixel corners (centre of the first pixel is
/// 0.5, 0.5).
struct ToolEvent
{
    QPointF image;
    QPointF view;
    Qt::KeyboardModifiers modifiers = Qt::NoModifier;
};

/// What a tool may change.
struct ToolContext
{
    SeriesDocument& document;
    ViewTransform& view;
};

enum class ToolId { WindowLevel, Pan, Zoom, Ruler, Angle, Calibrate };

/// Logic of one pointer tool without any widget: press, drag, release on plain numbers, so that every tool is
/// tested without a window. A return value of true means that the view must repaint.
class Tool
{
public:
    virtual ~Tool() = default;
    virtual bool press(const ToolEvent& event, ToolContext& context) = 0;
    virtual bool drag(const ToolEvent& event, ToolContext& context) = 0;
    virtual bool release(const ToolEvent& event, ToolContext& context) = 0;
    virtual bool hover(const ToolEvent&, ToolContext&) { return false; }
    /// Esc: drops what is half done.
    virtual bool cancel(ToolContext&) { return false; }
    virtual Qt::CursorShape cursor() const { return Qt::CrossCursor; }
};

} // namespace fedefm
