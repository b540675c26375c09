// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/transport_solver.h"

#include "core/transport/solvers_private.h"

#include <cmath>

namespace fedefm {

namespace {

bool isPositive(double value)
{
    return std::isfinite(value) && value > 0.0;
}

} // namespace

const std::vector<std::string>& transportSolverNames()
{
    static const std::vector<std::string> names{"exact", "sinkhorn", "quadratic"};
    return names;
}

Result<std::unique_ptr<TransportSolver>> makeTransportSolver(const TransportOptions& options)
{
    if (!isPositive(options.epsilon))
        return fail(ErrorCode::InvalidArgument, "epsilon", "must be positive");
    if (!isPositive(options.gamma))
        return fail(ErrorCode::InvalidArgument, "gamma", "must be positive");
    if (!isPositive(options.tolerance))
        return fail(ErrorCode::InvalidArgument, "tolerance", "must be positive");
    if (options.maxIterations < 1)
        return fail(ErrorCode::InvalidArgument, "maxIterations", "must be at least 1");
    if (options.solver == "exact")
        return transport::makeExactSolver(options);
    if (options.solver == "sinkhorn")
        return transport::makeSinkhornSolver(options);
    if (options.solver == "quadratic")
        return transport::makeQuadraticSolver(options);
    return fail(ErrorCode::InvalidArgument, options.solver, "known solvers: exact, sinkhorn, quadratic");
}

} // namespace fedefm
