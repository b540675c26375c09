// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/plot.h"

namespace fedefm {

/// A graph with a dark line around its own, so that data colours keep their contrast on a light ground. Where
/// points are much denser than pixels it draws the mean of each pixel column (smoothed values), or the full
/// band as a plain thin line (raw values): a dashed line through every point would take seconds.
class CasedGraph : public QCPGraph
{
public:
    CasedGraph(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPGraph(keyAxis, valueAxis) {}
    void setCasing(const QColor& color) { m_casing = color; }
    void setAveraging(bool averaging) { m_isAveraging = averaging; }

protected:
    void draw(QCPPainter* painter) override;
    void getOptimizedLineData(QVector<QCPGraphData>* lines,
                              const QCPGraphDataContainer::const_iterator& begin,
                              const QCPGraphDataContainer::const_iterator& end) const override;

private:
    bool isDense(std::ptrdiff_t points) const;

    QColor m_casing;
    bool m_isAveraging = false;
};

} // namespace fedefm
