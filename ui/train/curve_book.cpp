// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_book.h"

namespace fedefm {

void CurveBook::apply(const CurveUpdate& update)
{
    const auto [it, isNew] = m_curves.try_emplace({update.run, update.metric});
    Curve& curve = it->second;
    if (isNew || update.replaces) {
        curve.points.clear();
        curve.generation = ++m_generation;
    }
    curve.points.insert(curve.points.end(), update.points.begin(), update.points.end());
}

void CurveBook::forget(const QString& run)
{
    for (auto it = m_curves.begin(); it != m_curves.end();)
        it = it->first.first == run ? m_curves.erase(it) : std::next(it);
}

const CurveBook::Curve* CurveBook::find(const QString& run, const QString& metric) const
{
    const auto it = m_curves.find({run, metric});
    return it == m_curves.end() ? nullptr : &it->second;
}

std::size_t CurveBook::pointCount() const
{
    std::size_t count = 0;
    for (const auto& [key, curve] : m_curves)
        count += curve.points.size();
    return count;
}

} // namespace fedefm
