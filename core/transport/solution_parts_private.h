// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_problem.h"

#include <vector>

namespace fedefm::transport {

/// Where mass is, and the costs between those places: rows and columns without mass take no part.
struct Support
{
    std::vector<int> rows;
    std::vector<int> columns;
    std::vector<double> storage;
    const double* cost = nullptr; ///< rows × columns; the problem's own array where all have mass
    bool isWhole = true;

    /// Masses may be in any unit; only which of them are positive counts.
    template <typename T>
    void choose(const TransportProblem& problem, const std::vector<T>& rowMass,
                const std::vector<T>& columnMass);
    int rowCount() const { return static_cast<int>(rows.size()); }
    int columnCount() const { return static_cast<int>(columns.size()); }
};

/// Sizes the arrays of a solution and clears the flow.
void prepareSolution(const TransportProblem& problem, TransportSolution& solution);

/// Gives places without mass the largest dual that is feasible, then moves the constant so that both sides
/// have the same share of the dual value.
void completeDuals(const TransportProblem& problem, const Support& support, TransportSolution& solution);

/// What the regularised solvers share: a plan and duals on the support, for a total mass of 1.
struct ApproximatePlan
{
    std::vector<double> rowMass;
    std::vector<double> columnMass;
    std::vector<double> flow; ///< rows × columns of the support
    std::vector<double> rowDual;
    std::vector<double> columnDual;

    /// Masses of the support for a total of 1.
    void setMasses(const TransportProblem& problem, const Support& support);
    /// Makes the marginals exact: scales rows and columns down to their masses and spreads what is missing as
    /// a product (Altschuler, Weed, Rigollet 2017, algorithm 2).
    void roundToMasses();
    /// Makes the duals feasible for the unregularised problem, without lowering the dual value of feasible
    /// ones.
    void makeDualsFeasible(const double* cost);
};

/// Writes a rounded plan and its duals out.
void reportPlan(const TransportProblem& problem, const Support& support, const ApproximatePlan& plan,
                TransportSolution& solution);

double sumOf(const double* values, int count);

template <typename T>
void Support::choose(const TransportProblem& problem, const std::vector<T>& rowMass,
                     const std::vector<T>& columnMass)
{
    rows.clear();
    columns.clear();
    for (int row = 0; row < problem.rows; ++row)
        if (rowMass[static_cast<std::size_t>(row)] > 0)
            rows.push_back(row);
    for (int column = 0; column < problem.columns; ++column)
        if (columnMass[static_cast<std::size_t>(column)] > 0)
            columns.push_back(column);
    isWhole = rowCount() == problem.rows && columnCount() == problem.columns;
    cost = problem.cost;
    if (isWhole)
        return;
    storage.resize(rows.size() * columns.size());
    auto target = storage.begin();
    for (const int row : rows)
        for (const int column : columns)
            *target++ =
                problem.cost[static_cast<std::size_t>(row) * static_cast<std::size_t>(problem.columns) +
                             static_cast<std::size_t>(column)];
    cost = storage.data();
}

} // namespace fedefm::transport
