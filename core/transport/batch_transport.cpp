// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/batch_transport.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

namespace fedefm {

void forEachInLanes(int count, int threads, const std::function<void(int index, int lane)>& work)
{
    const int lanes = std::max(1, std::min(threads, count));
    std::atomic<int> next{0};
    const auto run = [&](int lane) {
        for (int index = next++; index < count; index = next++)
            work(index, lane);
    };
    std::vector<std::thread> helpers;
    helpers.reserve(static_cast<std::size_t>(lanes));
    try {
        for (int lane = 1; lane < lanes; ++lane)
            helpers.emplace_back(run, lane);
    } catch (const std::system_error&) {
        // No more threads to be had: those there are do the work.
    }
    run(0);
    for (std::thread& helper : helpers)
        helper.join();
}

Result<BatchTransport> BatchTransport::create(const TransportOptions& options, int threads)
{
    if (threads < 0)
        return fail(ErrorCode::InvalidArgument, "threads", "must not be negative");
    BatchTransport batch;
    batch.m_options = options;
    batch.m_threads =
        threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    if (auto grown = batch.grow(1); !grown)
        return tl::unexpected(grown.error());
    return batch;
}

Status BatchTransport::grow(std::size_t solvers)
{
    while (m_solvers.size() < solvers) {
        auto solver = makeTransportSolver(m_options);
        if (!solver)
            return tl::unexpected(solver.error());
        m_solvers.push_back(std::move(*solver));
    }
    return {};
}

Status BatchTransport::solve(const std::vector<TransportProblem>& problems,
                             std::vector<TransportSolution>& solutions)
{
    const auto lanes = std::min(problems.size(), static_cast<std::size_t>(m_threads));
    if (auto grown = grow(m_options.warmStart ? problems.size() : lanes); !grown)
        return grown;
    solutions.resize(problems.size());
    std::mutex mutex;
    int failedIndex = -1;
    Error failure;
    forEachInLanes(static_cast<int>(problems.size()), m_threads, [&](int index, int lane) {
        const auto at = static_cast<std::size_t>(index);
        TransportSolver& solver = *m_solvers[m_options.warmStart ? at : static_cast<std::size_t>(lane)];
        const auto solved = solver.solve(problems[at], solutions[at]);
        if (solved)
            return;
        const std::lock_guard<std::mutex> lock(mutex);
        if (failedIndex < 0 || index < failedIndex) {
            failedIndex = index;
            failure = solved.error();
        }
    });
    if (failedIndex < 0)
        return {};
    failure.subject = "problem " + std::to_string(failedIndex);
    return tl::unexpected(failure);
}

void BatchTransport::forget()
{
    for (const auto& solver : m_solvers)
        solver->forget();
}

} // namespace fedefm
