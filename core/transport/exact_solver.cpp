// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/network_simplex_private.h"
#include "core/transport/solution_parts_private.h"
#include "core/transport/solvers_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm::transport {

namespace {

/// The total mass as an integer: finer than the spacing of numbers near 1, and sums stay below 2⁶³.
constexpr std::int64_t kTotal = std::int64_t{1} << 60;
/// Of the largest cost: above the rounding of sums along the tree.
constexpr double kRelativeTolerance = 1e-13;

long double preciseSum(const double* values, int count)
{
    long double sum = 0.0L;
    for (int k = 0; k < count; ++k)
        sum += static_cast<long double>(values[k]);
    return sum;
}

/// Masses as integers that add up to kTotal but for rounding, and their sum. Equal masses stay equal.
std::int64_t quantise(const double* masses, int count, std::vector<std::int64_t>& units)
{
    const long double scale = static_cast<long double>(kTotal) / preciseSum(masses, count);
    units.resize(static_cast<std::size_t>(count));
    std::int64_t sum = 0;
    for (int k = 0; k < count; ++k) {
        const auto unit = static_cast<std::int64_t>(static_cast<long double>(masses[k]) * scale + 0.5L);
        units[static_cast<std::size_t>(k)] = unit;
        sum += unit;
    }
    return sum;
}

class ExactSolver : public TransportSolver
{
public:
    explicit ExactSolver(const TransportOptions& options) : m_isWarm(options.warmStart) {}

    Status solve(const TransportProblem& problem, TransportSolution& solution) override
    {
        if (auto checked = checkProblem(problem); !checked)
            return checked;
        const std::int64_t supply = quantise(problem.rowMass, problem.rows, m_supply);
        const std::int64_t demand = quantise(problem.columnMass, problem.columns, m_demand);
        // Tens of units beside 2⁶⁰. Nothing where both sides are the same masses, so that no flow is split by
        // it.
        *std::max_element(m_demand.begin(), m_demand.end()) += supply - demand;
        m_support.choose(problem, m_supply, m_demand);
        compact(m_supply);
        compact(m_demand);
        m_simplex.setProblem(m_support.rowCount(), m_support.columnCount(), m_support.cost, m_supply.data(),
                             m_demand.data(), kRelativeTolerance * largestCost());
        if (canStartWarm(problem))
            startWarm(problem);
        else
            m_simplex.startCold();
        const bool isSolved = m_simplex.run();
        if (!isSolved) {
            forget();
            return fail(ErrorCode::Internal, "transport", "the simplex method did not end");
        }
        m_simplex.collectArcs(m_arcs);
        report(problem, solution);
        keepBasis(problem, solution);
        return {};
    }

    void forget() override { m_basisRows = 0; }

private:
    static void compact(std::vector<std::int64_t>& masses)
    {
        masses.erase(std::remove(masses.begin(), masses.end(), 0), masses.end());
    }

    double largestCost() const
    {
        double largest = 0.0;
        const std::size_t cells = m_support.rows.size() * m_support.columns.size();
        for (std::size_t at = 0; at < cells; ++at)
            largest = std::max(largest, std::abs(m_support.cost[at]));
        return largest;
    }

    bool canStartWarm(const TransportProblem& problem) const
    {
        return m_isWarm && m_basisRows == problem.rows && m_basisColumns == problem.columns;
    }

    void startWarm(const TransportProblem& problem)
    {
        if (!m_support.isWhole)
            restrictBasis(problem);
        m_simplex.startWarm(m_basis, m_basisRowDual.data(), m_basisColumnDual.data());
    }

    /// The basis that was kept speaks of all rows and columns; only those with mass take part now.
    void restrictBasis(const TransportProblem& problem)
    {
        std::vector<int> rowAt(static_cast<std::size_t>(problem.rows), -1);
        std::vector<int> columnAt(static_cast<std::size_t>(problem.columns), -1);
        for (std::size_t k = 0; k < m_support.rows.size(); ++k) {
            rowAt[static_cast<std::size_t>(m_support.rows[k])] = static_cast<int>(k);
            m_basisRowDual[k] = m_basisRowDual[static_cast<std::size_t>(m_support.rows[k])];
        }
        for (std::size_t k = 0; k < m_support.columns.size(); ++k) {
            columnAt[static_cast<std::size_t>(m_support.columns[k])] = static_cast<int>(k);
            m_basisColumnDual[k] = m_basisColumnDual[static_cast<std::size_t>(m_support.columns[k])];
        }
        std::size_t kept = 0;
        for (const NetworkSimplex::Arc& arc : m_basis) {
            const int row = rowAt[static_cast<std::size_t>(arc.row)];
            const int column = columnAt[static_cast<std::size_t>(arc.column)];
            if (row >= 0 && column >= 0)
                m_basis[kept++] = {row, column, 0};
        }
        m_basis.resize(kept);
    }

    void report(const TransportProblem& problem, TransportSolution& solution)
    {
        prepareSolution(problem, solution);
        const double unit =
            static_cast<double>(preciseSum(problem.rowMass, problem.rows) / static_cast<long double>(kTotal));
        for (NetworkSimplex::Arc& arc : m_arcs) {
            arc.row = m_support.rows[static_cast<std::size_t>(arc.row)];
            arc.column = m_support.columns[static_cast<std::size_t>(arc.column)];
            const std::size_t at =
                static_cast<std::size_t>(arc.row) * static_cast<std::size_t>(problem.columns) +
                static_cast<std::size_t>(arc.column);
            const double flow = static_cast<double>(arc.flow) * unit;
            solution.flow[at] = flow;
            solution.cost += problem.cost[at] * flow;
        }
        for (int row = 0; row < m_support.rowCount(); ++row)
            solution.rowDual[static_cast<std::size_t>(m_support.rows[static_cast<std::size_t>(row)])] =
                m_simplex.rowDual(row);
        for (int column = 0; column < m_support.columnCount(); ++column)
            solution
                .columnDual[static_cast<std::size_t>(m_support.columns[static_cast<std::size_t>(column)])] =
                m_simplex.columnDual(column);
        completeDuals(problem, m_support, solution);
        solution.iterations = m_simplex.pivots();
    }

    void keepBasis(const TransportProblem& problem, const TransportSolution& solution)
    {
        if (!m_isWarm)
            return;
        m_basisRows = problem.rows;
        m_basisColumns = problem.columns;
        m_basis.swap(m_arcs);
        m_basisRowDual = solution.rowDual;
        m_basisColumnDual = solution.columnDual;
    }

    bool m_isWarm;
    NetworkSimplex m_simplex;
    Support m_support;
    std::vector<std::int64_t> m_supply;
    std::vector<std::int64_t> m_demand;
    std::vector<NetworkSimplex::Arc> m_arcs;
    int m_basisRows = 0; ///< 0: none
    int m_basisColumns = 0;
    std::vector<NetworkSimplex::Arc> m_basis;
    std::vector<double> m_basisRowDual;
    std::vector<double> m_basisColumnDual;
};

} // namespace

std::unique_ptr<TransportSolver> makeExactSolver(const TransportOptions& options)
{
    return std::make_unique<ExactSolver>(options);
}

} // namespace fedefm::transport
