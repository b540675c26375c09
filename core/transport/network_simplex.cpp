// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/network_simplex_private.h"

#include "core/transport/row_kernels_private.h"

#include <algorithm>
#include <limits>

namespace fedefm::transport {

namespace {

// Measured at 64 and 256 nodes: longer lists save no more pivots, shorter ones scan more rows.
constexpr std::size_t kListLength = 8;
constexpr int kPivotsPerList = 5;
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
    m_pivotsLeft = 0;
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

/// The most negative of the candidates that are still negative; new ones are looked for after some pivots.
bool NetworkSimplex::findEntering(int& row, int& column, double& reduced)
{
    if (m_pivotsLeft > 0 && chooseCandidate(row, column, reduced)) {
        --m_pivotsLeft;
        return true;
    }
    const double* shifts = m_potential.data() + m_rows;
    m_candidates.clear();
    for (int scanned = 0; scanned < m_rows && m_candidates.size() < kListLength; ++scanned) {
        const int at = m_cursor;
        m_cursor = m_cursor + 1 == m_rows ? 0 : m_cursor + 1;
        const double minimum = minimumSum(costRow(at), shifts, m_columns);
        if (minimum - m_potential[static_cast<std::size_t>(at)] < -m_tolerance)
            m_candidates.push_back({at, findSum(costRow(at), shifts, m_columns, minimum)});
    }
    m_pivotsLeft = kPivotsPerList - 1;
    return chooseCandidate(row, column, reduced);
}

bool NetworkSimplex::chooseCandidate(int& row, int& column, double& reduced)
{
    reduced = -m_tolerance;
    std::size_t kept = 0;
    std::size_t best = 0;
    for (const Candidate candidate : m_candidates) {
        const double value = arcCost(candidate.row, candidate.column) +
                             m_potential[static_cast<std::size_t>(m_rows + candidate.column)] -
                             m_potential[static_cast<std::size_t>(candidate.row)];
        if (value >= -m_tolerance)
            continue;
        if (value < reduced) {
            reduced = value;
            best = kept;
        }
        m_candidates[kept++] = candidate;
    }
    m_candidates.resize(kept);
    if (kept == 0)
        return false;
    row = m_candidates[best].row;
    column = m_candidates[best].column;
    m_candidates[best] = m_candidates.back();
    m_candidates.pop_back();
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
    // The new flow runs row → column and back through the tree: it takes from arcs row → parent on the row's
    // way to the root and from arcs parent → column on the column's way.
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

/// Cuts the subtree of `last`, which holds `node`, and hangs it with `node` as its top below `newParent` by
/// an arc with `flow`.
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

/// Turns the path from `node` up to `last`, the top of a detached subtree, over. Returns the last node of the
/// new preorder: the subtree of `node`, then, for each further node of the path, what it has besides the one
/// before.
int NetworkSimplex::turnPath(int node, int newParent, int last, std::int64_t flow)
{
    Node* nodes = m_nodes.data();
    const int total = nodes[last].size;
    int tail = nodes[node].last;
    int segmentTop = node; // the part of the old preorder that has been moved
    int segmentTail = tail;
    int segmentBefore = nodes[node].previous;
    int segmentAfter = nodes[tail].next;
    int segmentSize = 0;
    for (int at = node;;) {
        Node& here = nodes[at];
        const Node old = here;
        if (at != node) {
            const int oldAfter = old.last == segmentTail ? segmentAfter : nodes[old.last].next;
            nodes[tail].next = at;
            here.previous = tail;
            if (old.last == segmentTail) {
                tail = segmentBefore;
            } else {
                nodes[segmentBefore].next = segmentAfter;
                nodes[segmentAfter].previous = segmentBefore;
                tail = old.last;
            }
            segmentTop = at;
            segmentTail = old.last;
            segmentBefore = old.previous;
            segmentAfter = oldAfter;
        }
        here.parent = newParent;
        here.flow = flow;
        here.size = total - segmentSize;
        segmentSize = old.size;
        if (at == last)
            break;
        newParent = at;
        flow = old.flow;
        at = old.parent;
    }
    for (int at = segmentTop; at != nodes[node].parent; at = nodes[at].parent)
        nodes[at].last = tail;
    return tail;
}

/// Only differences of potentials matter: the smaller part of the tree is shifted.
void NetworkSimplex::shiftSubtree(int top, double shift)
{
    const Node* nodes = m_nodes.data();
    double* potential = m_potential.data();
    const int all = static_cast<int>(m_nodes.size());
    int count = nodes[top].size;
    int node = top;
    if (2 * count > all) {
        node = nodes[nodes[top].last].next;
        count = all - count;
        shift = -shift;
    }
    for (; count > 0; --count) {
        potential[node] += shift;
        node = nodes[node].next;
    }
}

void NetworkSimplex::recomputePotentials()
{
    const Node* nodes = m_nodes.data();
    double* potential = m_potential.data();
    potential[root()] = 0.0;
    for (int node = nodes[root()].next; node != root(); node = nodes[node].next) {
        const int parent = nodes[node].parent;
        if (parent == root())
            potential[node] = m_rootCost[static_cast<std::size_t>(node)];
        else if (node < m_rows)
            potential[node] = potential[parent] + arcCost(node, parent - m_rows);
        else
            potential[node] = potential[parent] - arcCost(parent, node - m_rows);
    }
}

void NetworkSimplex::collectArcs(std::vector<Arc>& arcs) const
{
    arcs.clear();
    const Node* nodes = m_nodes.data();
    for (int node = nodes[root()].next; node != root(); node = nodes[node].next) {
        const int parent = nodes[node].parent;
        if (parent == root())
            continue;
        if (node < m_rows)
            arcs.push_back({node, parent - m_rows, nodes[node].flow});
        else
            arcs.push_back({parent, node - m_rows, nodes[node].flow});
    }
}

} // namespace fedefm::transport
