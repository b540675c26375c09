// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/tools/measurement.h"
#include "ui/tools/tool.h"

#include <optional>

namespace fedefm {

/// Draws rulers (drag, or click and click) and angles (three clicks); near an existing handle it moves that
/// instead.
class MeasureTool final : public Tool
{
public:
    explicit MeasureTool(MeasurementKind kind) : m_kind(kind) {}

    bool press(const ToolEvent& event, ToolContext& context) override;
    bool drag(const ToolEvent& event, ToolContext& context) override;
    bool release(const ToolEvent& event, ToolContext& context) override;
    bool hover(const ToolEvent& event, ToolContext& context) override;
    bool cancel(ToolContext& context) override;

    /// What is being drawn or moved, with the loose end at the pointer; the view paints it dashed.
    const std::optional<Measurement>& draft() const { return m_draft; }

private:
    bool grabHandle(const ToolEvent& event, const ToolContext& context);
    bool finishIfComplete(ToolContext& context);

    MeasurementKind m_kind;
    std::optional<Measurement> m_draft;
    QPointF m_pressView;
    int m_movingPoint = -1; ///< index of the handle that is moved, -1 while drawing
};

/// A line whose real length the user knows; the view announces it when the button is released.
class CalibrateTool final : public Tool
{
public:
    bool press(const ToolEvent& event, ToolContext& context) override;
    bool drag(const ToolEvent& event, ToolContext& context) override;
    bool release(const ToolEvent& event, ToolContext& context) override;
    bool cancel(ToolContext& context) override;

    struct Line
    {
        QPointF from;
        QPointF to;
        bool finished = false;
    };
    const std::optional<Line>& line() const { return m_line; }
    void clear() { m_line.reset(); }

private:
    std::optional<Line> m_line;
};

} // namespace fedefm
