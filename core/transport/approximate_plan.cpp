// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/row_kernels_private.h"
#include "core/transport/solution_parts_private.h"

#include <algorithm>
#include <limits>

namespace fedefm::transport {

namespace {

/// Factors that bring sums down to masses; never up.
void factorsDown(const std::vector<double>& sums, const std::vector<double>& masses,
                 std::vector<double>& factors)
{
    factors.resize(sums.size());
    for (std::size_t k = 0; k < sums.size(); ++k)
        factors[k] = sums[k] > masses[k] ? masses[k] / sums[k] : 1.0;
}

void chooseMasses(const double* masses, int count, const std::vector<int>& chosen,
                  std::vector<double>& target)
{
    const double total = sumOf(masses, count);
    target.resize(chosen.size());
    for (std::size_t k = 0; k < chosen.size(); ++k)
        target[k] = masses[chosen[k]] / total;
}

} // namespace

void ApproximatePlan::setMasses(const TransportProblem& problem, const Support& support)
{
    chooseMasses(problem.rowMass, problem.rows, support.rows, rowMass);
    chooseMasses(problem.columnMass, problem.columns, support.columns, columnMass);
}

void ApproximatePlan::roundToMasses()
{
    const std::size_t columns = columnMass.size();
    std::vector<double> factors;
    std::vector<double> rowSums(rowMass.size());
    for (std::size_t row = 0; row < rowMass.size(); ++row)
        rowSums[row] = sumOf(flow.data() + row * columns, static_cast<int>(columns));
    factorsDown(rowSums, rowMass, factors);
    std::vector<double> columnSums(columns, 0.0);
    for (std::size_t row = 0; row < rowMass.size(); ++row)
        for (std::size_t column = 0; column < columns; ++column)
            columnSums[column] += flow[row * columns + column] *= factors[row];
    factorsDown(columnSums, columnMass, factors);
    std::vector<double> missing(columns);
    double missingTotal = 0.0;
    for (std::size_t column = 0; column < columns; ++column) {
        missing[column] = std::max(0.0, columnMass[column] - columnSums[column] * factors[column]);
        missingTotal += missing[column];
    }
    for (std::size_t row = 0; row < rowMass.size(); ++row) {
        double* cells = flow.data() + row * columns;
        double sum = 0.0;
        for (std::size_t column = 0; column < columns; ++column)
            sum += cells[column] *= factors[column];
        const double share = missingTotal > 0.0 ? std::max(0.0, rowMass[row] - sum) / missingTotal : 0.0;
        for (std::size_t column = 0; column < columns; ++column)
            cells[column] += share * missing[column];
    }
}

void ApproximatePlan::makeDualsFeasible(const double* cost)
{
    const int columns = static_cast<int>(columnMass.size());
    std::fill(columnDual.begin(), columnDual.end(), std::numeric_limits<double>::max());
    for (std::size_t row = 0; row < rowMass.size(); ++row)
        for (int column = 0; column < columns; ++column) {
            const auto k = static_cast<std::size_t>(column);
            columnDual[k] = std::min(columnDual[k], cost[row * columnMass.size() + k] - rowDual[row]);
        }
    std::vector<double> shifts(columnDual.size());
    std::transform(columnDual.begin(), columnDual.end(), shifts.begin(), [](double dual) { return -dual; });
    for (std::size_t row = 0; row < rowMass.size(); ++row)
        rowDual[row] = minimumSum(cost + row * columnMass.size(), shifts.data(), columns);
}

void reportPlan(const TransportProblem& problem, const Support& support, const ApproximatePlan& plan,
                TransportSolution& solution)
{
    prepareSolution(problem, solution);
    const double total = sumOf(problem.rowMass, problem.rows);
    const double* flow = plan.flow.data();
    const double* cost = support.cost;
    for (std::size_t i = 0; i < support.rows.size(); ++i) {
        const auto row = static_cast<std::size_t>(support.rows[i]);
        solution.rowDual[row] = plan.rowDual[i];
        for (const int column : support.columns) {
            const double amount = *flow++ * total;
            solution
                .flow[row * static_cast<std::size_t>(problem.columns) + static_cast<std::size_t>(column)] =
                amount;
            solution.cost += amount * *cost++;
        }
    }
    for (std::size_t j = 0; j < support.columns.size(); ++j)
        solution.columnDual[static_cast<std::size_t>(support.columns[j])] = plan.columnDual[j];
    completeDuals(problem, support, solution);
}

} // namespace fedefm::transport
