// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tools/view_tools.h"

#include "ui/tools/measure_tools.h"
#include "ui/viewer/series_document.h"
#include "ui/viewer/view_transform.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {
constexpr double kDragForFullRange = 512.0;
constexpr double kDragPerE = 200.0;
} // namespace

bool WindowLevelTool::press(const ToolEvent& event, ToolContext& context)
{
    const Window window = context.document.window();
    const auto [low, high] = context.document.valueRange();
    m_start = event.view;
    m_center = window.center;
    m_width = window.width;
    m_range = std::max(1.0, high - low);
    return false;
}

bool WindowLevelTool::drag(const ToolEvent& event, ToolContext& context)
{
    const QPointF delta = (event.view - m_start) * (m_range / kDragForFullRange);
    context.document.setWindow(m_center + delta.y(), std::max(1.0, m_width + delta.x()));
    return false;
}

bool WindowLevelTool::release(const ToolEvent&, ToolContext&)
{
    return false;
}

bool PanTool::press(const ToolEvent& event, ToolContext&)
{
    m_last = event.view;
    return false;
}

bool PanTool::drag(const ToolEvent& event, ToolContext& context)
{
    context.view.panBy(event.view - m_last);
    m_last = event.view;
    return true;
}

bool PanTool::release(const ToolEvent&, ToolContext&)
{
    return false;
}

bool ZoomTool::press(const ToolEvent& event, ToolContext&)
{
    m_anchor = event.view;
    m_lastY = event.view.y();
    return false;
}

bool ZoomTool::drag(const ToolEvent& event, ToolContext& context)
{
    context.view.zoomBy(std::exp((m_lastY - event.view.y()) / kDragPerE), m_anchor);
    m_lastY = event.view.y();
    return true;
}

bool ZoomTool::release(const ToolEvent&, ToolContext&)
{
    return false;
}

std::unique_ptr<Tool> makeTool(ToolId id)
{
    switch (id) {
    case ToolId::WindowLevel:
        return std::make_unique<WindowLevelTool>();
    case ToolId::Pan:
        return std::make_unique<PanTool>();
    case ToolId::Zoom:
        return std::make_unique<ZoomTool>();
    case ToolId::Ruler:
        return std::make_unique<MeasureTool>(MeasurementKind::Ruler);
    case ToolId::Angle:
        return std::make_unique<MeasureTool>(MeasurementKind::Angle);
    case ToolId::Calibrate:
        return std::make_unique<CalibrateTool>();
    }
    return nullptr;
}

} // namespace fedefm
