// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tools/measure_tools.h"

#include "ui/viewer/series_document.h"
#include "ui/viewer/view_transform.h"

#include <cmath>

namespace fedefm {

namespace {

constexpr double kGrabRadius = 9.0; // view units
constexpr double kClickSlop = 4.0;

double distance(QPointF a, QPointF b)
{
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}

std::size_t pointsNeeded(MeasurementKind kind)
{
    return kind == MeasurementKind::Ruler ? 2 : 3;
}

} // namespace

bool MeasureTool::grabHandle(const ToolEvent& event, const ToolContext& context)
{
    for (const Measurement& measurement : context.document.measurements()) {
        if (measurement.frame != context.document.currentFrame())
            continue;
        for (std::size_t i = 0; i < measurement.points.size(); ++i) {
            if (distance(context.view.imageToView(measurement.points[i]), event.view) > kGrabRadius)
                continue;
            m_draft = measurement;
            m_movingPoint = static_cast<int>(i);
            return true;
        }
    }
    return false;
}

bool MeasureTool::press(const ToolEvent& event, ToolContext& context)
{
    m_pressView = event.view;
    if (m_draft && m_movingPoint < 0) {
        m_draft->points.back() = event.image;
        return true;
    }
    if (grabHandle(event, context))
        return true;
    // The second point is the loose end that follows the pointer.
    m_draft = Measurement{0, m_kind, context.document.currentFrame(), {event.image, event.image}};
    return true;
}

bool MeasureTool::drag(const ToolEvent& event, ToolContext&)
{
    if (!m_draft)
        return false;
    if (m_movingPoint >= 0)
        m_draft->points[static_cast<std::size_t>(m_movingPoint)] = event.image;
    else
        m_draft->points.back() = event.image;
    return true;
}

bool MeasureTool::hover(const ToolEvent& event, ToolContext&)
{
    if (!m_draft || m_movingPoint >= 0)
        return false;
    m_draft->points.back() = event.image;
    return true;
}

bool MeasureTool::finishIfComplete(ToolContext& context)
{
    if (m_draft->points.size() < pointsNeeded(m_kind)) {
        m_draft->points.push_back(m_draft->points.back());
        return true;
    }
    m_draft->id = context.document.newMeasurementId();
    context.document.addMeasurement(*m_draft);
    m_draft.reset();
    return true;
}

bool MeasureTool::release(const ToolEvent& event, ToolContext& context)
{
    if (!m_draft)
        return false;
    if (m_movingPoint >= 0) {
        context.document.replaceMeasurement(*m_draft);
        m_draft.reset();
        m_movingPoint = -1;
        return true;
    }
    m_draft->points.back() = event.image;
    // A click in place starts click-click drawing: the first point stays, the loose end follows the pointer.
    const bool clicked = distance(m_pressView, event.view) < kClickSlop;
    const bool firstPointOnly =
        m_draft->points.size() == 2 &&
        distance(context.view.imageToView(m_draft->points[0]), event.view) < kClickSlop;
    if (clicked && firstPointOnly)
        return true;
    return finishIfComplete(context);
}

bool MeasureTool::cancel(ToolContext&)
{
    const bool had = m_draft.has_value();
    m_draft.reset();
    m_movingPoint = -1;
    return had;
}

bool CalibrateTool::press(const ToolEvent& event, ToolContext&)
{
    m_line = Line{event.image, event.image, false};
    return true;
}

bool CalibrateTool::drag(const ToolEvent& event, ToolContext&)
{
    if (m_line)
        m_line->to = event.image;
    return true;
}

bool CalibrateTool::release(const ToolEvent& event, ToolContext&)
{
    if (!m_line)
        return false;
    m_line->to = event.image;
    if (distance(m_line->from, m_line->to) < 2.0)
        m_line.reset();
    else
        m_line->finished = true;
    return true;
}

bool CalibrateTool::cancel(ToolContext&)
{
    const bool had = m_line.has_value();
    m_line.reset();
    return had;
}

} // namespace fedefm
