// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/network_simplex_private.h"

#include "core/transport/row_kernels_private.h"

#include <algorithm>
#include <limits>

namespace fedefm::transport {

namespace {

constexpr int kPivotsPerNode = 20000; ///< far beyond any problem that was met

} // namespace

void NetworkSimplex::setProblem(int rows, int columns, const double* cost, const std::int64_t* supply,
                                const std::int64_t* demand, double tolerance)
{
    m_rows = rows;
    m_columns = columns;
    m_cost = cost;
    m_supply = supply;
    m_demand = demand;
    m_tolerance = tolerance;
    m_cursor = 0;
    m_pivots = 0;
    // The larger the problem, the dearer a pivot beside a row's scan, and the more rows are worth a look.
    m_block = std::max(1, std::min(rows, BLOCKRULE));
    const auto nodes = static_cast<std::size_t>(rows + columns);
    m_nodes.resize(nodes + 1);
    m_potential.resize(nodes + 1);
    m_rootCost.resize(static_cast<std::size_t>(rows));
}

bool NetworkSimplex::run()
{
    const std::int64_t limit = std::int64_t{kPivotsPerNode} * (m_rows + m_columns);
    // Potentials are updated by additions; once they look optimal they are computed afresh.
    for (;;) {
        const int before = m_pivots;
        int row = 0;
        int column = 0;
        double reduced = 0.0;
        while (findEntering(row, column, reduced)) {
            if (m_pivots >= limit)
                return false;
            pivot(row, column, reduced);
            ++m_pivots;
        }
        recomputePotentials();
        if (m_pivots == before)
            return true;
    }
}

bool NetworkSimplex::findEntering(int& row, int& column, double& reduced)
{
    const double* shifts = m_potential.data() + m_rows;
    double best = -m_tolerance;
    double bestMinimum = 0.0;
    int bestRow = -1;
    int seenInBlock = 0;
    for (int scanned = 0; scanned < m_rows; ++scanned) {
        const int candidate = m_cursor;
        m_cursor = m_cursor + 1 == m_rows ? 0 : m_cursor + 1;
        const double minimum = minimumSum(costRow(candidate), shifts, m_columns);
        const double value = minimum - m_potential[static_cast<std::size_t>(candidate)];
        if (value < best) {
            best = value;
            bestMinimum = minimum;
            bestRow = candidate;
        }
        if (++seenInBlock == m_block) {
            if (bestRow >= 0)
                break;
            seenInBlock = 0;
        }
    }
    if (bestRow < 0)
        return false;
    row = bestRow;
    column = findSum(costRow(row), shifts, m_columns, bestMinimum);
    reduced = best;
    return true;
}

NetworkSimplex::Leaving NetworkSimplex::findLeaving(int row, int column) const
{
    constexpr auto kUnlimited = std::numeric_limits<std::int64_t>::max();
    const Node* nodes = m_nodes.data();
    Leaving onRowSide{-1, kUnlimited, true, -1};
    Leaving onColumnSide{-1, kUnlimited, false, -1};
    int up = row;
    int down = m_rows + column;
    // The new flow runs row → column and back through the tree: it takes from arcs row → parent on the row's way
    // to the root and from arcs parent → column on the column's way.
    while (up != down) {
        if (nodes[up].size < nodes[down].size) {
            if (up < m_rows && nodes[up].flow < onRowSide.flow) {
                onRowSide.flow = nodes[up].flow;
                onRowSide.node = up;
            }
            up = nodes[up].parent;
        } else {
            if (down >= m_rows && nodes[down].flow <= onColumnSide.flow) {
                onColumnSide.flow = nodes[down].flow;
                onColumnSide.node = down;
            }
            down = nodes[down].parent;
        }
    }
    // The last blocking arc as seen along the cycle from its top keeps the tree strongly feasible.
    Leaving leaving = onColumnSide.flow <= onRowSide.flow ? onColumnSide : onRowSide;
    leaving.join = up;
    return leaving;
}

void NetworkSimplex::pivot(int row, int column, double reduced)
{
    const Leaving leaving = findLeaving(row, column);
    const int columnNode = m_rows + column;
    if (leaving.flow > 0)
        changeFlows(row, columnNode, leaving.join, leaving.flow);
    if (leaving.isOnRowSide) {
        rehang(row, columnNode, leaving.node, leaving.flow, leaving.join);
        shiftSubtree(row, reduced);
    } else {
        rehang(columnNode, row, leaving.node, leaving.flow, leaving.join);
        shiftSubtree(columnNode, -reduced);
    }
}

void NetworkSimplex::changeFlows(int row, int columnNode, int join, std::int64_t amount)
{
    Node* nodes = m_nodes.data();
    for (int node = row; node != join; node = nodes[node].parent)
        nodes[node].flow += node < m_rows ? -amount : amount;
    for (int node = columnNode; node != join; node = nodes[node].parent)
        nodes[node].flow += node < m_rows ? amount : -amount;
}

/// Cuts the subtree of `last`, which holds `node`, and hangs it with `node` as its top below `newParent` by an arc
/// with `flow`.
void NetworkSimplex::rehang(int node, int newParent, int last, std::int64_t flow, int join)
{
    Node* nodes = m_nodes.data();
    const int moved = nodes[last].size;
    for (int above = nodes[last].parent; above != join; above = nodes[above].parent)
        nodes[above].size -= moved;
    for (int above = newParent; above != join; above = nodes[above].parent)
        nodes[above].size += moved;
    detachSubtree(last);
    const int tail = turnPath(node, newParent, last, flow);
    // As the first of the new parent's children.
    const int after = nodes[newParent].next;
    nodes[newParent].next = node;
    nodes[node].previous = newParent;
    nodes[tail].next = after;
    nodes[after].previous = tail;
    for (int above = newParent; above >= 0 && nodes[above].last == newParent; above = nodes[above].parent)
        nodes[above].last = tail;
}

/// Takes a subtree out of the preorder; its own nodes stay chained.
void NetworkSimplex::detachSubtree(int top)
{
    Node* nodes = m_nodes.data();
    const int tail = nodes[top].last;
    const int before = nodes[top].previous;
    const int after = nodes[tail].next;
    nodes[before].next = after;
    nodes[after].previous = before;
    for (int above = nodes[top].parent; above >= 0 && nodes[above].last == tail; above = nodes[above].parent)
        nodes[above].last = before;
}

/// Turns the path from `node` up to `last`, the top of a detached subtree, over. Returns the last node of the new
/// preorder: the subtree of `node`, then what each node of the path has besides the one before it.
int NetworkSimplex::turnPath(int node, int newParent, int last, std::int64_t flow)
{
    Node* nodes = m_nodes.data();
    const int total = nodes[last].size;
    int tail = nodes[node].last;
    int doneSize = 0;
    // The subtree of the path's node before, as it was.
    int doneTop = -1;
    int doneTail = -1;
    for (int at = node;;) {
        Node& here = nodes[at];
        const int oldParent = here.parent;
        const int oldSize = here.size;
        const std::int64_t oldFlow = here.flow;
        const int oldTail = here.last;
        const int oldBefore = here.previous;
        const int oldAfter = nodes[oldTail].next;
        if (doneTop >= 0) {
            nodes[tail].next = at;
            here.previous = tail;
            tail = oldTail == doneTail ? nodes[doneTop].previous : oldTail;
        }
        (void)oldBefore;
        (void)oldAfter;
        here.parent = newParent;
        here.flow = flow;
        here.size = total - doneSize;
        if (at == last)
            break;
        doneTop = at;
        doneTail = oldTail;
        doneSize = oldSize;
        newParent = at;
        flow = oldFlow;
        at = oldParent;
    }
    return tail;
}

} // namespace fedefm::transport
