// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/emd_score.h"

#include "core/transport/batch_transport.h"
#include "core/transport/sample_score_private.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>
#include <thread>

namespace fedefm {

namespace {

template <typename T> Status checkMaps(const FeatureMaps<T>& maps)
{
    if (maps.samples <= 0 || maps.firstNodes <= 0 || maps.secondNodes <= 0 || maps.channels <= 0)
        return fail(ErrorCode::InvalidArgument, "features",
                    "empty maps: " + std::to_string(maps.samples) + " samples, " +
                        std::to_string(maps.firstNodes) + " and " + std::to_string(maps.secondNodes) +
                        " nodes, " + std::to_string(maps.channels) + " channels");
    if (!maps.first || !maps.second)
        return fail(ErrorCode::InvalidArgument, "features", "a map is missing");
    return {};
}

} // namespace

class EmdScorer::Work
{
public:
    explicit Work(const EmdScoreOptions& given) : options(given) {}

    Status grow(std::size_t lanes, std::size_t solverCount)
    {
        samples.resize(std::max(samples.size(), lanes));
        while (solvers.size() < solverCount) {
            auto solver = makeTransportSolver(options.transport);
            if (!solver)
                return tl::unexpected(solver.error());
            solvers.push_back(std::move(*solver));
        }
        return {};
    }

    template <typename T>
    Status score(const FeatureMaps<T>& maps, std::vector<double>& scores,
                 const FeatureGradients<T>& gradients)
    {
        if (auto checked = checkMaps(maps); !checked)
            return checked;
        const auto count = static_cast<std::size_t>(maps.samples);
        const auto lanes = std::min(count, static_cast<std::size_t>(options.threads));
        if (auto grown = grow(lanes, options.transport.warmStart ? count : lanes); !grown)
            return grown;
        scores.assign(count, 0.0);
        std::mutex mutex;
        std::size_t failedIndex = count;
        Error failure;
        const std::size_t firstSize =
            static_cast<std::size_t>(maps.firstNodes) * static_cast<std::size_t>(maps.channels);
        const std::size_t secondSize =
            static_cast<std::size_t>(maps.secondNodes) * static_cast<std::size_t>(maps.channels);
        forEachInLanes(maps.samples, options.threads, [&](int index, int lane) {
            const auto at = static_cast<std::size_t>(index);
            transport::SampleScore& sample = samples[static_cast<std::size_t>(lane)];
            TransportSolver& solver =
                *solvers[options.transport.warmStart ? at : static_cast<std::size_t>(lane)];
            const auto computed =
                sample.compute(options, maps.firstNodes, maps.secondNodes, maps.channels,
                               maps.first + at * firstSize, maps.second + at * secondSize, solver);
            if (!computed) {
                const std::lock_guard<std::mutex> lock(mutex);
                if (at < failedIndex) {
                    failedIndex = at;
                    failure = computed.error();
                }
                return;
            }
            scores[at] = sample.score();
            if (gradients.first)
                sample.gradientOfFirst(gradients.first + at * firstSize);
            if (gradients.second)
                sample.gradientOfSecond(gradients.second + at * secondSize);
        });
        if (failedIndex == count)
            return {};
        failure.subject = "sample " + std::to_string(failedIndex);
        return tl::unexpected(failure);
    }

    EmdScoreOptions options;
    std::vector<transport::SampleScore> samples;           ///< per lane
    std::vector<std::unique_ptr<TransportSolver>> solvers; ///< per sample when warm, else per lane
};

EmdScorer::EmdScorer(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
EmdScorer::EmdScorer(EmdScorer&&) noexcept = default;
EmdScorer& EmdScorer::operator=(EmdScorer&&) noexcept = default;
EmdScorer::~EmdScorer() = default;

Result<EmdScorer> EmdScorer::create(const EmdScoreOptions& options)
{
    if (!std::isfinite(options.massFloor) || options.massFloor <= 0.0)
        return fail(ErrorCode::InvalidArgument, "massFloor", "must be positive");
    if (options.threads < 0)
        return fail(ErrorCode::InvalidArgument, "threads", "must not be negative");
    auto work = std::make_unique<Work>(options);
    if (options.threads == 0)
        work->options.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    if (auto grown = work->grow(1, 1); !grown)
        return tl::unexpected(grown.error());
    return EmdScorer(std::move(work));
}

Status EmdScorer::score(const FeatureMaps<float>& maps, std::vector<double>& scores,
                        const FeatureGradients<float>& gradients)
{
    return m_work->score(maps, scores, gradients);
}

Status EmdScorer::score(const FeatureMaps<double>& maps, std::vector<double>& scores,
                        const FeatureGradients<double>& gradients)
{
    return m_work->score(maps, scores, gradients);
}

const EmdScoreOptions& EmdScorer::options() const
{
    return m_work->options;
}

void EmdScorer::forget()
{
    for (const auto& solver : m_work->solvers)
        solver->forget();
}

} // namespace fedefm
