// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <vector>

namespace fedefm {

/// A dense transport problem: minimise Σ cost_ij x_ij over x ≥ 0 with row sums `rowMass` and column sums
/// `columnMass`. Costs are row-major, rows × columns, in any unit and of any sign. The arrays stay the
/// caller's.
struct TransportProblem
{
    int rows = 0;
    int columns = 0;
    const double* cost = nullptr;
    const double* rowMass = nullptr;
    const double* columnMass = nullptr;

    std::size_t cells() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
};

/// What a solver found. Duals are defined up to a constant that moves between the two sides; solvers choose
/// it so that both sides have the same share of the dual value.
struct TransportSolution
{
    double cost = 0.0;              ///< ⟨cost, flow⟩
    std::vector<double> flow;       ///< rows × columns; sums are the masses
    std::vector<double> rowDual;    ///< ∂cost/∂rowMass
    std::vector<double> columnDual; ///< ∂cost/∂columnMass
    int iterations = 0;             ///< pivots, sweeps or Newton steps
    bool isConverged = true;        ///< false: the iteration limit was reached, the flow is still feasible
};

/// How far a solution is from an optimal one by its own evidence, without knowing the optimum.
struct TransportResiduals
{
    double marginal = 0.0;          ///< largest difference of a row or column sum from its mass
    double negativity = 0.0;        ///< largest negative flow
    double dualInfeasibility = 0.0; ///< largest u_i + v_j − cost_ij, 0 where none is positive
    double dualValue = 0.0; ///< Σ rowMass u + Σ columnMass v; a lower bound where the duals are feasible
};

/// Totals of both sides may differ by this part of the larger one; columns are then scaled to the rows'
/// total.
constexpr double kMassTolerance = 1e-6;

/// Errors: InvalidArgument, whose detail says which entry: no rows or columns, a missing array, NaN or
/// infinite costs (or beyond 1e150), NaN, infinite or negative masses, no mass at all, unequal totals. Single
/// masses may be zero.
Status checkProblem(const TransportProblem& problem);

TransportResiduals residualsOf(const TransportProblem& problem, const TransportSolution& solution);

} // namespace fedefm
