// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/network_simplex_private.h"
#include "core/transport/row_kernels_private.h"

#include <algorithm>
#include <limits>

// How the first basis is made. Every shipment uses up a row or a column, so that the arcs are a forest; each
// of its trees is balanced and is tied to the root by a row of it.
namespace fedefm::transport {

namespace {

constexpr double kClosed = std::numeric_limits<double>::max() / 4.0;

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

void NetworkSimplex::findCheapest(int row)
{
    const auto at = static_cast<std::size_t>(row);
    m_cheapest[at] = minimumSum(costRow(row), m_open.data(), m_columns);
    m_cheapestColumn[at] = findSum(costRow(row), m_open.data(), m_columns, m_cheapest[at]);
}

/// Ships what is left by the smallest cost[i][j] + m_open[j] of all.
void NetworkSimplex::fillCheapest()
{
    for (int column = 0; column < m_columns; ++column)
        if (m_left[static_cast<std::size_t>(m_rows + column)] == 0)
            m_open[static_cast<std::size_t>(column)] = kClosed;
    m_cheapest.resize(static_cast<std::size_t>(m_rows));
    m_cheapestColumn.resize(static_cast<std::size_t>(m_rows));
    m_openRows.clear();
    for (int row = 0; row < m_rows; ++row)
        if (m_left[static_cast<std::size_t>(row)] > 0) {
            findCheapest(row);
            m_openRows.push_back(row);
        }
    const auto isCheaper = [this](int a, int b) {
        return m_cheapest[static_cast<std::size_t>(a)] < m_cheapest[static_cast<std::size_t>(b)];
    };
    while (!m_openRows.empty()) {
        const auto cheapest = std::min_element(m_openRows.begin(), m_openRows.end(), isCheaper);
        const int row = *cheapest;
        const int column = m_cheapestColumn[static_cast<std::size_t>(row)];
        ship(row, column);
        if (m_left[static_cast<std::size_t>(row)] == 0) {
            *cheapest = m_openRows.back();
            m_openRows.pop_back();
        }
        if (m_left[static_cast<std::size_t>(m_rows + column)] > 0)
            continue;
        m_open[static_cast<std::size_t>(column)] = kClosed;
        for (const int other : m_openRows)
            if (m_cheapestColumn[static_cast<std::size_t>(other)] == column)
                findCheapest(other);
    }
}

void NetworkSimplex::startCold()
{
    // The duals only say how the trees of the forest are tied together at first.
    double* shifts = m_potential.data() + m_rows;
    std::fill(shifts, shifts + m_columns, std::numeric_limits<double>::max());
    for (int row = 0; row < m_rows; ++row)
        lowerTo(shifts, costRow(row), m_columns);
    for (int column = 0; column < m_columns; ++column)
        shifts[column] = -shifts[column];
    for (int row = 0; row < m_rows; ++row)
        m_potential[static_cast<std::size_t>(row)] = minimumSum(costRow(row), shifts, m_columns);
    prepareFill();
    m_open.assign(static_cast<std::size_t>(m_columns), 0.0);
    fillCheapest();
    hangComponents();
}

void NetworkSimplex::startWarm(const std::vector<Arc>& arcs, const double* rowDual, const double* columnDual)
{
    std::copy(rowDual, rowDual + m_rows, m_potential.begin());
    for (int column = 0; column < m_columns; ++column)
        m_potential[static_cast<std::size_t>(m_rows + column)] = -columnDual[column];
    prepareFill();
    // Leaves first: there the tree alone decides what an arc carries.
    for (auto arc = arcs.rbegin(); arc != arcs.rend(); ++arc)
        ship(arc->row, arc->column);
    m_open.assign(m_potential.begin() + m_rows, m_potential.begin() + m_rows + m_columns);
    fillCheapest();
    hangComponents();
}

/// Makes the tree from the arcs in m_filled.
void NetworkSimplex::hangComponents()
{
    m_firstArc.assign(static_cast<std::size_t>(m_rows + m_columns), -1);
    m_nextArc.resize(2 * m_filled.size());
    for (std::size_t k = 0; k < m_filled.size(); ++k) {
        const auto rowNode = static_cast<std::size_t>(m_filled[k].row);
        const auto columnNode = static_cast<std::size_t>(m_rows + m_filled[k].column);
        m_nextArc[2 * k] = m_firstArc[rowNode];
        m_firstArc[rowNode] = static_cast<int>(2 * k);
        m_nextArc[2 * k + 1] = m_firstArc[columnNode];
        m_firstArc[columnNode] = static_cast<int>(2 * k + 1);
    }
    for (int node = 0; node <= root(); ++node)
        m_nodes[static_cast<std::size_t>(node)] = {0, -1, -1, -1, node, 1};
    int tail = root();
    for (int row = 0; row < m_rows; ++row) {
        m_rootCost[static_cast<std::size_t>(row)] = m_potential[static_cast<std::size_t>(row)];
        if (m_nodes[static_cast<std::size_t>(row)].parent < 0)
            appendComponent(row, tail);
    }
    Node* nodes = m_nodes.data();
    nodes[tail].next = root();
    nodes[root()].previous = tail;
    nodes[root()].last = tail;
    // From the end, so that children are complete before their parents.
    for (int node = tail; node != root(); node = nodes[node].previous) {
        Node& above = nodes[nodes[node].parent];
        above.size += nodes[node].size;
        // The last child in preorder is met first.
        if (above.last == nodes[node].parent)
            above.last = nodes[node].last;
    }
    recomputePotentials();
}

/// Appends the tree of `row` to the preorder that ends with `tail`.
void NetworkSimplex::appendComponent(int row, int& tail)
{
    Node* nodes = m_nodes.data();
    nodes[row].parent = root();
    m_order.assign(1, row);
    while (!m_order.empty()) {
        const int node = m_order.back();
        m_order.pop_back();
        nodes[tail].next = node;
        nodes[node].previous = tail;
        tail = node;
        for (int end = m_firstArc[static_cast<std::size_t>(node)]; end >= 0;
             end = m_nextArc[static_cast<std::size_t>(end)]) {
            const Arc& arc = m_filled[static_cast<std::size_t>(end / 2)];
            const int other = node < m_rows ? m_rows + arc.column : arc.row;
            if (other == nodes[node].parent)
                continue;
            nodes[other].parent = node;
            nodes[other].flow = arc.flow;
            m_order.push_back(other);
        }
    }
}

} // namespace fedefm::transport
