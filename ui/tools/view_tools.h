// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/tools/tool.h"

#include <memory>

namespace fedefm {

/// Left drag: horizontal = width, vertical = centre, scaled to the value range; a drag over 512 view units
/// covers it.
class WindowLevelTool final : public Tool
{
public:
    bool press(const ToolEvent& event, ToolContext& context) override;
    bool drag(const ToolEvent& event, ToolContext& context) override;
    bool release(const ToolEvent& event, ToolContext& context) override;
    Qt::CursorShape cursor() const override { return Qt::ArrowCursor; }

private:
    QPointF m_start;
    double m_center = 0.0;
    double m_width = 0.0;
    double m_range = 0.0;
};

class PanTool final : public Tool
{
public:
    bool press(const ToolEvent& event, ToolContext& context) override;
    bool drag(const ToolEvent& event, ToolContext& context) override;
    bool release(const ToolEvent& event, ToolContext& context) override;
    Qt::CursorShape cursor() const override { return Qt::OpenHandCursor; }

private:
    QPointF m_last;
};

/// Dragging up enlarges around the point of the press; 200 view units are a factor of e.
class ZoomTool final : public Tool
{
public:
    bool press(const ToolEvent& event, ToolContext& context) override;
    bool drag(const ToolEvent& event, ToolContext& context) override;
    bool release(const ToolEvent& event, ToolContext& context) override;
    Qt::CursorShape cursor() const override { return Qt::SizeVerCursor; }

private:
    QPointF m_anchor;
    double m_lastY = 0.0;
};

std::unique_ptr<Tool> makeTool(ToolId id);

} // namespace fedefm
