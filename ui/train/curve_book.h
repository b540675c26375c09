// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <QString>

#include <map>
#include <vector>

namespace fedefm {

/// New points of one curve, on their way from the reading thread.
struct CurveUpdate
{
    QString run;
    QString metric;
    bool replaces = false; ///< what is known of the curve is no longer valid
    std::vector<MetricPoint> points;
};

/// All points that the window knows, by run and metric; views remember how many of them they drew.
class CurveBook
{
public:
    struct Curve
    {
        std::vector<MetricPoint> points;
        int generation = 0; ///< grows when points are no longer what they were
    };
    void apply(const CurveUpdate& update);
    void forget(const QString& run);
    const Curve* find(const QString& run, const QString& metric) const;
    std::size_t pointCount() const;

private:
    std::map<std::pair<QString, QString>, Curve> m_curves;
    int m_generation = 0; ///< never given twice, so that a forgotten and re-read curve counts as new
};

} // namespace fedefm
