// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/transport_problem.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace fedefm {

namespace {

constexpr double kLargestCost = 1e150; ///< sums along a tree of hundreds of arcs stay finite

std::string entry(const char* name, int index, double value)
{
    return std::string(name) + "[" + std::to_string(index) + "] is " + std::to_string(value);
}

Result<double> totalOf(const char* name, const double* masses, int count)
{
    double total = 0.0;
    for (int k = 0; k < count; ++k) {
        if (!std::isfinite(masses[k]))
            return fail(ErrorCode::InvalidArgument, "transport", entry(name, k, masses[k]));
        if (masses[k] < 0.0)
            return fail(ErrorCode::InvalidArgument, "transport", entry(name, k, masses[k]) + ", negative");
        total += masses[k];
    }
    if (!(total > 0.0))
        return fail(ErrorCode::InvalidArgument, "transport", std::string(name) + " has no mass at all");
    if (!std::isfinite(total) || !std::isfinite(1.0 / total))
        return fail(ErrorCode::InvalidArgument, "transport",
                    std::string(name) + " has a total outside the range of numbers");
    return total;
}

/// The larger one; what is not a number is the worst, and std::max would lose it.
double worse(double one, double other)
{
    return std::isnan(one) || one >= other ? one : other;
}

} // namespace

Status checkProblem(const TransportProblem& problem)
{
    if (problem.rows <= 0 || problem.columns <= 0)
        return fail(ErrorCode::InvalidArgument, "transport",
                    "empty problem: " + std::to_string(problem.rows) + " rows, " +
                        std::to_string(problem.columns) + " columns");
    if (!problem.cost || !problem.rowMass || !problem.columnMass)
        return fail(ErrorCode::InvalidArgument, "transport", "costs or masses are missing");
    for (std::size_t at = 0; at < problem.cells(); ++at)
        if (!(std::abs(problem.cost[at]) <= kLargestCost)) {
            const auto columns = static_cast<std::size_t>(problem.columns);
            return fail(ErrorCode::InvalidArgument, "transport",
                        "cost[" + std::to_string(at / columns) + "][" + std::to_string(at % columns) +
                            "] is " + std::to_string(problem.cost[at]));
        }
    const auto rowTotal = totalOf("row mass", problem.rowMass, problem.rows);
    if (!rowTotal)
        return tl::unexpected(rowTotal.error());
    const auto columnTotal = totalOf("column mass", problem.columnMass, problem.columns);
    if (!columnTotal)
        return tl::unexpected(columnTotal.error());
    if (std::abs(*rowTotal - *columnTotal) > kMassTolerance * std::max(*rowTotal, *columnTotal))
        return fail(ErrorCode::InvalidArgument, "transport",
                    "totals differ: rows " + std::to_string(*rowTotal) + ", columns " +
                        std::to_string(*columnTotal));
    return {};
}

TransportResiduals residualsOf(const TransportProblem& problem, const TransportSolution& solution)
{
    TransportResiduals residuals;
    std::vector<double> columnSums(static_cast<std::size_t>(problem.columns), 0.0);
    std::size_t at = 0;
    for (int row = 0; row < problem.rows; ++row) {
        double rowSum = 0.0;
        const double rowDual = solution.rowDual[static_cast<std::size_t>(row)];
        for (int column = 0; column < problem.columns; ++column, ++at) {
            const double flow = solution.flow[at];
            rowSum += flow;
            columnSums[static_cast<std::size_t>(column)] += flow;
            residuals.negativity = worse(residuals.negativity, -flow);
            const double slack =
                rowDual + solution.columnDual[static_cast<std::size_t>(column)] - problem.cost[at];
            residuals.dualInfeasibility = worse(residuals.dualInfeasibility, slack);
        }
        residuals.marginal = worse(residuals.marginal, std::abs(rowSum - problem.rowMass[row]));
        residuals.dualValue += problem.rowMass[row] * rowDual;
    }
    for (int column = 0; column < problem.columns; ++column) {
        const auto k = static_cast<std::size_t>(column);
        residuals.marginal = worse(residuals.marginal, std::abs(columnSums[k] - problem.columnMass[column]));
        residuals.dualValue += problem.columnMass[column] * solution.columnDual[k];
    }
    return residuals;
}

} // namespace fedefm
