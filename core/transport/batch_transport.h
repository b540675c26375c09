// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_solver.h"

#include <functional>

namespace fedefm {

/// Calls `work(index, lane)` for every index below `count` on up to `threads` threads; no two calls of the
/// same lane run at once. The lane is below `threads`.
void forEachInLanes(int count, int threads, const std::function<void(int index, int lane)>& work);

/// Many problems at once, as the samples of a batch are. With a warm start the k-th problem begins where the
/// k-th of the last call ended.
class BatchTransport
{
public:
    /// threads 0: as many as the machine has. Errors: those of makeTransportSolver().
    static Result<BatchTransport> create(const TransportOptions& options, int threads = 1);

    /// solutions[k] belongs to problems[k]. Errors: that of the first problem that failed; subject names its
    /// index.
    Status solve(const std::vector<TransportProblem>& problems, std::vector<TransportSolution>& solutions);
    void forget();
    int threads() const { return m_threads; }

private:
    BatchTransport() = default;
    Status grow(std::size_t solvers);

    TransportOptions m_options;
    int m_threads = 1;
    std::vector<std::unique_ptr<TransportSolver>> m_solvers; ///< per problem when warm, else per lane
};

} // namespace fedefm
