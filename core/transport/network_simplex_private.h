// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm::transport {

/// The primal network simplex for a dense bipartite problem whose masses are positive integers with equal
/// totals, so that flows are exact and ties are ties.
///
/// The basis is a spanning tree of rows 0…n−1, columns n…n+m−1 and a root: a column without mass to which
/// rows may be tied by arcs that carry nothing and never enter. Arcs without flow point towards the root
/// ("strongly feasible", Cunningham 1976), which excludes cycling. Entering arcs come from a short list of
/// the most negative arcs of rows, which are taken cyclically.
class NetworkSimplex
{
public:
    struct Arc
    {
        int row;
        int column;
        std::int64_t flow;
    };

    /// The arrays stay the caller's until the last call that uses them. No reduced cost below −tolerance
    /// remains.
    void setProblem(int rows, int columns, const double* cost, const std::int64_t* supply,
                    const std::int64_t* demand, double tolerance);

    /// A basis from the cheapest arcs.
    void startCold();
    /// A basis from the arcs and duals of another problem: as much of it as the masses allow, the rest
    /// greedily.
    void startWarm(const std::vector<Arc>& arcs, const double* rowDual, const double* columnDual);

    /// Pivots to the optimum. False when the limit of pivots was reached first.
    bool run();

    int pivots() const { return m_pivots; }
    double rowDual(int row) const { return m_potential[static_cast<std::size_t>(row)]; }
    double columnDual(int column) const { return -m_potential[static_cast<std::size_t>(m_rows + column)]; }
    /// The arcs of the basis, those without flow included; children come after their parents in the tree.
    void collectArcs(std::vector<Arc>& arcs) const;

private:
    struct Node
    {
        std::int64_t flow; ///< of the arc to the parent
        int parent;
        int next; ///< in preorder, a ring from the root
        int previous;
        int last; ///< of the subtree, in preorder
        int size; ///< of the subtree
    };
    struct Candidate
    {
        int row;
        int column;
    };
    struct Leaving
    {
        int node;
        std::int64_t flow;
        bool isOnRowSide;
        int join; ///< where the ways from both ends of the entering arc to the root meet
    };

    int root() const { return m_rows + m_columns; }
    const double* costRow(int row) const { return m_cost + static_cast<std::size_t>(row) * m_columns; }
    double arcCost(int row, int column) const { return costRow(row)[column]; }

    void prepareFill();
    void fillCheapest();
    void findCheapest(int row);
    bool ship(int row, int column);
    void hangComponents();
    void appendComponent(int row, int& tail);

    bool findEntering(int& row, int& column, double& reduced);
    bool chooseCandidate(int& row, int& column, double& reduced);
    Leaving findLeaving(int row, int column) const;
    void pivot(int row, int column, double reduced);
    void changeFlows(int row, int columnNode, int join, std::int64_t amount);
    void rehang(int node, int newParent, int last, std::int64_t flow, int join);
    void detachSubtree(int top);
    int turnPath(int node, int newParent, int last, std::int64_t flow);
    void shiftSubtree(int top, double shift);
    void recomputePotentials();

    int m_rows = 0;
    int m_columns = 0;
    int m_pivotsLeft = 0;
    int m_cursor = 0;
    int m_pivots = 0;
    double m_tolerance = 0.0;
    const double* m_cost = nullptr;
    const std::int64_t* m_supply = nullptr;
    const std::int64_t* m_demand = nullptr;

    std::vector<Node> m_nodes;
    std::vector<Candidate> m_candidates;
    /// u of the rows, then −v of the columns: so that moving a subtree shifts all of it by the same amount.
    std::vector<double> m_potential;
    std::vector<double> m_rootCost; ///< of the arc row → root
    // Used while a basis is made.
    std::vector<std::int64_t> m_left; ///< mass that is not shipped yet: rows, then columns
    std::vector<double> m_open;       ///< −v of columns; huge where nothing is left
    std::vector<Arc> m_filled;
    std::vector<int> m_openRows;
    std::vector<double> m_cheapest; ///< per row, among open columns
    std::vector<int> m_cheapestColumn;
    std::vector<int> m_firstArc; ///< per node, into m_nextArc
    std::vector<int> m_nextArc;  ///< two per arc
    std::vector<int> m_order;
};

} // namespace fedefm::transport
