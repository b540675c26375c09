// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/network_simplex_private.h"
#include "core/transport/row_kernels_private.h"

#include <algorithm>
#include <limits>

// How the first basis is made. Every shipment uses up a row or a column, so that the arcs are a forest; each of its
// trees is balanced and is tied to the root by a row of it.
namespace fedefm::transport {

namespace {

constexpr double kClosed = -std::numeric_limits<double>::max() / 4.0;

} // namespace

void NetworkSimplex::prepareFill()
{
    m_left.assign(m_supply, m_supply + m_rows);
    m_left.insert(m_left.end(), m_demand, m_demand + m_columns);
    m_filled.clear();
}

/// Ships as much as both ends allow. False when that is nothing.
bool NetworkSimplex::ship(int row, int column)
{
    std::int64_t& here = m_left[static_cast<std::size_t>(row)];
    std::int64_t& there = m_left[static_cast<std::size_t>(m_rows + column)];
    const std::int64_t amount = std::min(here, there);
    if (amount == 0)
        return false;
    here -= amount;
    there -= amount;
    m_filled.push_back({row, column, amount});
    return true;
}

/// Ships what is left, row by row, by the smallest reduced cost.
void NetworkSimplex::fillRows()
{
    m_openDual.resize(static_cast<std::size_t>(m_columns));
    for (int column = 0; column < m_columns; ++column)
        m_openDual[static_cast<std::size_t>(column)] = m_left[static_cast<std::size_t>(m_rows + column)] > 0
                                                            ? m_dual[static_cast<std::size_t>(m_rows + column)]
                                                            : kClosed;
    for (int row = 0; row < m_rows; ++row)
        while (m_left[static_cast<std::size_t>(row)] > 0) {
            const double minimum = minimumReduced(costRow(row), m_openDual.data(), m_columns);
            const int column = findReduced(costRow(row), m_openDual.data(), m_columns, minimum);
            ship(row, column);
            if (m_left[static_cast<std::size_t>(m_rows + column)] == 0)
                m_openDual[static_cast<std::size_t>(column)] = kClosed;
        }
}

void NetworkSimplex::startCold()
{
    double* columnDuals = m_dual.data() + m_rows;
    std::fill(columnDuals, columnDuals + m_columns, std::numeric_limits<double>::infinity());
    for (int row = 0; row < m_rows; ++row)
        lowerTo(columnDuals, costRow(row), 0.0, m_columns);
    for (int row = 0; row < m_rows; ++row)
        m_dual[static_cast<std::size_t>(row)] = minimumReduced(costRow(row), columnDuals, m_columns);
    prepareFill();
    fillRows();
    hangComponents();
}

void NetworkSimplex::startWarm(const std::vector<Arc>& arcs, const double* rowDual, const double* columnDual)
{
    std::copy(rowDual, rowDual + m_rows, m_dual.begin());
    std::copy(columnDual, columnDual + m_columns, m_dual.begin() + m_rows);
    prepareFill();
    // Leaves first: there the tree alone decides what an arc carries.
    for (auto arc = arcs.rbegin(); arc != arcs.rend(); ++arc)
        ship(arc->row, arc->column);
    fillRows();
    hangComponents();
}

/// Makes the tree from the arcs in m_filled.
void NetworkSimplex::hangComponents()
{
    const auto nodeCount = static_cast<std::size_t>(m_rows + m_columns);
    for (Node& node : m_nodes)
        node = {0, -1, -1, -1, -1, 0};
    m_firstArc.assign(nodeCount, -1);
    m_nextArc.resize(2 * m_filled.size());
    for (std::size_t k = 0; k < m_filled.size(); ++k) {
        const auto rowNode = static_cast<std::size_t>(m_filled[k].row);
        const auto columnNode = static_cast<std::size_t>(m_rows + m_filled[k].column);
        m_nextArc[2 * k] = m_firstArc[rowNode];
        m_firstArc[rowNode] = static_cast<int>(2 * k);
        m_nextArc[2 * k + 1] = m_firstArc[columnNode];
        m_firstArc[columnNode] = static_cast<int>(2 * k + 1);
    }
    for (int row = 0; row < m_rows; ++row) {
        m_rootCost[static_cast<std::size_t>(row)] = m_dual[static_cast<std::size_t>(row)];
        if (m_nodes[static_cast<std::size_t>(row)].parent >= 0)
            continue;
        attach(row, root(), 0);
        m_order.assign(1, row);
        while (!m_order.empty()) {
            const int node = m_order.back();
            m_order.pop_back();
            Node& here = m_nodes[static_cast<std::size_t>(node)];
            here.depth = m_nodes[static_cast<std::size_t>(here.parent)].depth + 1;
            for (int end = m_firstArc[static_cast<std::size_t>(node)]; end >= 0;
                 end = m_nextArc[static_cast<std::size_t>(end)]) {
                const Arc& arc = m_filled[static_cast<std::size_t>(end / 2)];
                const int other = node < m_rows ? m_rows + arc.column : arc.row;
                if (other == here.parent)
                    continue;
                attach(other, node, arc.flow);
                m_order.push_back(other);
            }
        }
    }
    recomputeDuals();
}

} // namespace fedefm::transport
