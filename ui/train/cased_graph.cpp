// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/cased_graph.h"

#include <cmath>
#include <limits>

namespace fedefm {

namespace {
constexpr double kCasingPx = 1.6;
constexpr int kDensePerPixel = 3;
} // namespace

bool CasedGraph::isDense(std::ptrdiff_t points) const
{
    return points > static_cast<std::ptrdiff_t>(kDensePerPixel) * keyAxis()->axisRect()->width();
}

void CasedGraph::draw(QCPPainter* painter)
{
    const QPen own = mPen;
    const QCPRange range = keyAxis()->range();
    const auto points = mDataContainer->findEnd(range.upper) - mDataContainer->findBegin(range.lower);
    if (isDense(points) && !m_isAveraging) {
        mPen = QPen(own.color(), 1.0);
        QCPGraph::draw(painter);
    } else {
        if (m_casing.isValid()) {
            mPen = QPen(m_casing, own.widthF() + kCasingPx, own.style());
            QCPGraph::draw(painter);
            mPen = own;
        }
        QCPGraph::draw(painter);
    }
    mPen = own;
}

void CasedGraph::getOptimizedLineData(QVector<QCPGraphData>* lines,
                                      const QCPGraphDataContainer::const_iterator& begin,
                                      const QCPGraphDataContainer::const_iterator& end) const
{
    if (!m_isAveraging || !isDense(end - begin)) {
        QCPGraph::getOptimizedLineData(lines, begin, end);
        return;
    }
    int column = std::numeric_limits<int>::min();
    double keys = 0.0;
    double values = 0.0;
    int count = 0;
    const auto flush = [&] {
        if (count > 0)
            lines->append({keys / count, values / count});
        keys = values = 0.0;
        count = 0;
    };
    for (auto it = begin; it != end; ++it) {
        const int at = static_cast<int>(std::lround(keyAxis()->coordToPixel(it->key)));
        if (at != column)
            flush();
        column = at;
        if (std::isnan(it->value)) {
            flush();
            lines->append(*it);
            continue;
        }
        keys += it->key;
        values += it->value;
        ++count;
    }
    flush();
}

} // namespace fedefm
