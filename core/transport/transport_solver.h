// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_problem.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Which solver, and what it needs to know.
struct TransportOptions
{
    /// "exact": network simplex. "sinkhorn": entropy-regularised, log domain. "quadratic": L2-regularised.
    std::string solver = "exact";
    /// exact: begin at the basis of this object's last problem of the same shape.
    bool warmStart = false;
    /// sinkhorn: weight of the entropy, in units of the cost.
    double epsilon = 0.05;
    /// quadratic: weight of ½‖x‖² for a total mass of 1, in units of the cost.
    double gamma = 0.001;
    /// sinkhorn: sweeps over all rows and columns; quadratic: Newton steps.
    int maxIterations = 2000;
    /// sinkhorn, quadratic: largest error of a marginal, as a part of the total mass, at which to stop.
    double tolerance = 1e-9;
};

/// Solves problems one after the other and keeps its working memory between them. One object per thread.
class TransportSolver
{
public:
    virtual ~TransportSolver() = default;
    /// Fills `solution`, reusing its storage; without allocation once problems of this size were solved.
    /// Errors: those of checkProblem(); Internal where an exact solution was not reached.
    virtual Status solve(const TransportProblem& problem, TransportSolution& solution) = 0;
    /// Drops what a warm start would use.
    virtual void forget() {}
};

const std::vector<std::string>& transportSolverNames();

/// Errors: InvalidArgument for an unknown name (detail lists the known ones) and values that make no sense.
Result<std::unique_ptr<TransportSolver>> makeTransportSolver(const TransportOptions& options);

} // namespace fedefm
