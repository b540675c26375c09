// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/plot.h"

namespace fedefm {

/// A graph with a dark line around its own, so that data colours keep their contrast on a light ground.
class CasedGraph : public QCPGraph
{
public:
    CasedGraph(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPGraph(keyAxis, valueAxis) {}
    void setCasing(const QColor& color) { m_casing = color; }

protected:
    void draw(QCPPainter* painter) override
    {
        if (m_casing.isValid()) {
            const QPen own = mPen;
            mPen = QPen(m_casing, own.widthF() + kCasingPx, own.style());
            QCPGraph::draw(painter);
            mPen = own;
        }
        QCPGraph::draw(painter);
    }

private:
    static constexpr double kCasingPx = 1.6;
    QColor m_casing;
};

} // namespace fedefm
