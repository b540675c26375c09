// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/solution_parts_private.h"

#include "core/transport/row_kernels_private.h"

#include <algorithm>
#include <limits>

namespace fedefm::transport {

namespace {

constexpr double kNoDual = std::numeric_limits<double>::max();

} // namespace

double sumOf(const double* values, int count)
{
    double total = 0.0;
    for (int k = 0; k < count; ++k)
        total += values[k];
    return total;
}

void prepareSolution(const TransportProblem& problem, TransportSolution& solution)
{
    solution.cost = 0.0;
    solution.flow.assign(problem.cells(), 0.0);
    solution.rowDual.assign(static_cast<std::size_t>(problem.rows), kNoDual);
    solution.columnDual.assign(static_cast<std::size_t>(problem.columns), kNoDual);
    solution.iterations = 0;
    solution.isConverged = true;
}

void completeDuals(const TransportProblem& problem, const Support& support, TransportSolution& solution)
{
    std::vector<double>& u = solution.rowDual;
    std::vector<double>& v = solution.columnDual;
    const auto columns = static_cast<std::size_t>(problem.columns);
    if (!support.isWhole) {
        for (std::size_t column = 0; column < columns; ++column) {
            if (v[column] != kNoDual)
                continue;
            for (const int row : support.rows) {
                const auto i = static_cast<std::size_t>(row);
                v[column] = std::min(v[column], problem.cost[i * columns + column] - u[i]);
            }
        }
        for (std::size_t row = 0; row < u.size(); ++row) {
            if (u[row] != kNoDual)
                continue;
            for (std::size_t column = 0; column < columns; ++column)
                u[row] = std::min(u[row], problem.cost[row * columns + column] - v[column]);
        }
    }
    const double rowValue = dotProduct(problem.rowMass, u.data(), problem.rows);
    const double columnValue = dotProduct(problem.columnMass, v.data(), problem.columns);
    const double shift = (columnValue - rowValue) / (2.0 * sumOf(problem.rowMass, problem.rows));
    for (double& dual : u)
        dual += shift;
    for (double& dual : v)
        dual -= shift;
}

} // namespace fedefm::transport
