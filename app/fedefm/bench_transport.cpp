// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_measure.h"
#include "app/fedefm/transport_peers.h"
#include "core/transport/emd_score.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace fedefm::cli {

namespace {

constexpr int kChannels = 64;
constexpr int kProblems = 6;
constexpr int kRepeats = 7;
constexpr double kDrift = 0.02; ///< how far features move from one step to the next, in their own units
constexpr double kAgreement = 1e-6;
constexpr double kSinglePrecision = 1e-3;

/// Token maps of two networks that look at the same picture: smooth over the picture, with a common part.
struct FeaturePair
{
    int nodes = 0;
    std::vector<double> first;
    std::vector<double> second;
};

std::vector<double> smoothMap(int nodes, const std::vector<double>& common, std::mt19937& random)
{
    std::normal_distribution<double> normal;
    constexpr int kGrid = 4;
    std::vector<double> grid(kGrid * kGrid * kChannels);
    for (double& value : grid)
        value = normal(random);
    const int side = static_cast<int>(std::lround(std::sqrt(nodes)));
    std::vector<double> map;
    for (int node = 0; node < nodes; ++node) {
        const double y = (node / side) * (kGrid - 1.0) / side;
        const double x = (node % side) * (kGrid - 1.0) / side;
        const int row = static_cast<int>(y);
        const int column = static_cast<int>(x);
        for (int channel = 0; channel < kChannels; ++channel) {
            const auto at = [&](int i, int j) {
                return grid[static_cast<std::size_t>((i * kGrid + j) * kChannels + channel)];
            };
            const double top = (1.0 - (x - column)) * at(row, column) + (x - column) * at(row, column + 1);
            const double bottom =
                (1.0 - (x - column)) * at(row + 1, column) + (x - column) * at(row + 1, column + 1);
            map.push_back(common[static_cast<std::size_t>(channel)] + (1.0 - (y - row)) * top +
                          (y - row) * bottom + 0.5 * normal(random));
        }
    }
    return map;
}

FeaturePair makePair(int nodes, std::mt19937& random)
{
    std::normal_distribution<double> normal;
    std::vector<double> common(kChannels);
    for (double& value : common)
        value = 0.7 * normal(random);
    FeaturePair pair{nodes, smoothMap(nodes, common, random), smoothMap(nodes, common, random)};
    for (std::size_t k = 0; k < pair.first.size(); ++k)
        pair.second[k] = 0.6 * (pair.first[k] + pair.second[k]);
    return pair;
}

FeaturePair drifted(FeaturePair pair, std::mt19937& random)
{
    std::normal_distribution<double> normal(0.0, kDrift);
    for (double& value : pair.first)
        value += normal(random);
    for (double& value : pair.second)
        value += normal(random);
    return pair;
}

/// Cosine costs and cross-reference masses, as the EMD score has them.
struct CostsAndMasses
{
    int nodes = 0;
    std::vector<double> cost;
    std::vector<double> rowMass;
    std::vector<double> columnMass;

    TransportProblem view() const { return {nodes, nodes, cost.data(), rowMass.data(), columnMass.data()}; }
};

double dot(const double* a, const double* b)
{
    double sum = 0.0;
    for (int channel = 0; channel < kChannels; ++channel)
        sum += a[channel] * b[channel];
    return sum;
}

std::vector<double> crossReference(const std::vector<double>& map, const std::vector<double>& other,
                                   int nodes)
{
    std::vector<double> mean(kChannels, 0.0);
    for (std::size_t k = 0; k < other.size(); ++k)
        mean[k % kChannels] += other[k] / nodes;
    std::vector<double> masses;
    double total = 0.0;
    for (int node = 0; node < nodes; ++node) {
        masses.push_back(std::max(0.0, dot(map.data() + node * kChannels, mean.data())) + 1e-3);
        total += masses.back();
    }
    for (double& mass : masses)
        mass /= total;
    return masses;
}

CostsAndMasses problemOf(const FeaturePair& pair)
{
    CostsAndMasses problem{pair.nodes,
                           {},
                           crossReference(pair.first, pair.second, pair.nodes),
                           crossReference(pair.second, pair.first, pair.nodes)};
    for (int row = 0; row < pair.nodes; ++row)
        for (int column = 0; column < pair.nodes; ++column) {
            const double* u = pair.first.data() + row * kChannels;
            const double* v = pair.second.data() + column * kChannels;
            problem.cost.push_back(1.0 - dot(u, v) / std::sqrt(dot(u, u) * dot(v, v)));
        }
    return problem;
}

BenchFigure ratioFigure(const std::string& name, const Paired& times, const char* peer, double target)
{
    BenchFigure figure;
    figure.name = name;
    figure.value = times.firstMs / kProblems;
    figure.unit = "ms";
    figure.target = target;
    figure.targetIsMinimum = true;
    figure.targetIsRatio = true;
    figure.peer = BenchFigure::Reference{peer, times.secondMs / kProblems};
    figure.peerRatio = times.ratio;
    return figure;
}

class TransportBench
{
public:
    TransportBench(int nodes, std::mt19937& random) : m_nodes(nodes), m_lemon(nodes, nodes)
    {
        for (int k = 0; k < kProblems; ++k) {
            m_pairs.push_back(makePair(nodes, random));
            m_problems.push_back(problemOf(m_pairs.back()));
            m_next.push_back(problemOf(drifted(m_pairs.back(), random)));
            m_lemon.load(m_problems.back().view());
        }
    }

    Status measure(Figures& figures)
    {
        m_cold = *makeTransportSolver({});
        if (auto agreed = comparePeers(); !agreed)
            return agreed;
        const auto ours = [this] {
            for (const CostsAndMasses& problem : m_problems)
                (void)m_cold->solve(problem.view(), m_solution);
        };
        const auto lemon = [this] {
            for (std::size_t k = 0; k < m_problems.size(); ++k)
                m_lemon.solve(k);
        };
        const auto openCv = [this] {
            for (const CostsAndMasses& problem : m_problems)
                transport_peers::openCv(problem.view());
        };
        figures.push_back(
            ratioFigure(nameOf("exact_beside_lemon"), pairedMs(kRepeats, ours, lemon), "LEMON", 2.0));
        figures.push_back(
            ratioFigure(nameOf("exact_beside_opencv"), pairedMs(3, ours, openCv), "cv::EMD", 10.0));
        figures.push_back(warmFigure());
        return addSinkhorn(figures);
    }

private:
    std::string nameOf(const char* what) const
    {
        return "transport_" + std::string(what) + "_" + std::to_string(m_nodes);
    }

    Status comparePeers()
    {
        for (std::size_t k = 0; k < m_problems.size(); ++k) {
            if (auto solved = m_cold->solve(m_problems[k].view(), m_solution); !solved)
                return solved;
            m_lemon.solve(k);
            if (!(std::abs(m_lemon.cost() - m_solution.cost) < kAgreement) ||
                !(std::abs(transport_peers::openCv(m_problems[k].view()) - m_solution.cost) <
                  kSinglePrecision))
                return fail(ErrorCode::Internal, "transport", "the peers found another optimum");
        }
        return {};
    }

    /// From the solution of the problem before to the one after, against solving that one from nothing.
    BenchFigure warmFigure()
    {
        TransportOptions options;
        options.warmStart = true;
        std::vector<std::unique_ptr<TransportSolver>> solvers;
        for (int k = 0; k < kProblems; ++k)
            solvers.push_back(*makeTransportSolver(options));
        bool isForward = true;
        const auto solveAll = [&](const std::vector<CostsAndMasses>& problems) {
            for (std::size_t k = 0; k < problems.size(); ++k)
                (void)solvers[k]->solve(problems[k].view(), m_solution);
        };
        const auto stepProblems = [&]() -> const std::vector<CostsAndMasses>& {
            return isForward ? m_next : m_problems;
        };
        solveAll(m_problems);
        const auto warm = [&] {
            solveAll(stepProblems());
            isForward = !isForward;
        };
        const auto cold = [&] {
            for (const CostsAndMasses& problem : stepProblems())
                (void)m_cold->solve(problem.view(), m_solution);
        };
        return ratioFigure(nameOf("warm"), pairedMs(kRepeats, warm, cold), "cold start", 1.5);
    }

    Status addSinkhorn(Figures& figures)
    {
        for (const double epsilon : {0.05, 0.02}) {
            TransportOptions options;
            options.solver = "sinkhorn";
            options.epsilon = epsilon;
            options.tolerance = 1e-6;
            const auto sinkhorn = *makeTransportSolver(options);
            const auto gap = largestGap(*sinkhorn);
            if (!gap)
                return tl::unexpected(gap.error());
            BenchFigure figure;
            figure.name = nameOf(epsilon == 0.05 ? "sinkhorn_gap_e05" : "sinkhorn_gap_e02");
            figure.value = *gap;
            figure.unit = "of the score";
            figure.target = epsilon * std::log(m_nodes); // what the entropy of the masses allows
            figures.push_back(figure);
            figures.push_back(sinkhornTime(*sinkhorn, epsilon == 0.05 ? "sinkhorn_e05" : "sinkhorn_e02"));
        }
        return {};
    }

    Result<double> largestGap(TransportSolver& sinkhorn)
    {
        double gap = 0.0;
        for (const CostsAndMasses& problem : m_problems) {
            if (auto solved = m_cold->solve(problem.view(), m_solution); !solved)
                return tl::unexpected(solved.error());
            const double exact = m_solution.cost;
            if (auto solved = sinkhorn.solve(problem.view(), m_solution); !solved)
                return tl::unexpected(solved.error());
            gap = std::max(gap, std::abs(m_solution.cost - exact));
        }
        return gap;
    }

    BenchFigure sinkhornTime(TransportSolver& sinkhorn, const char* name)
    {
        BenchFigure figure;
        figure.name = nameOf(name);
        figure.unit = "ms";
        figure.value = medianMs(3,
                                [&] {
                                    for (const CostsAndMasses& problem : m_problems)
                                        (void)sinkhorn.solve(problem.view(), m_solution);
                                }) /
                       kProblems;
        figure.target = m_nodes > 100 ? 100.0 : 10.0;
        return figure;
    }

    int m_nodes;
    std::vector<FeaturePair> m_pairs;
    std::vector<CostsAndMasses> m_problems;
    std::vector<CostsAndMasses> m_next; ///< one step later
    transport_peers::Lemon m_lemon;
    std::unique_ptr<TransportSolver> m_cold;
    TransportSolution m_solution;
};

/// Score and both gradients of a batch as a round has it: 16 samples of 8 × 8 nodes with 768 channels.
Result<BenchFigure> scoreFigure(std::mt19937& random)
{
    constexpr int kSamples = 16;
    constexpr int kNodes = 64;
    constexpr int kWide = 768;
    std::normal_distribution<float> normal(0.2F, 1.0F);
    std::vector<float> first(static_cast<std::size_t>(kSamples) * kNodes * kWide);
    for (float& value : first)
        value = normal(random);
    std::vector<float> second = first;
    for (float& value : second)
        value += normal(random);
    std::vector<float> gradients(2 * first.size());
    auto scorer = EmdScorer::create({});
    if (!scorer)
        return tl::unexpected(scorer.error());
    std::vector<double> scores;
    Status status;
    BenchFigure figure;
    figure.name = "transport_score_and_gradients_16x64x768";
    figure.unit = "ms";
    figure.value = medianMs(kRepeats, [&] {
        status = scorer->score({kSamples, kNodes, kNodes, kWide, first.data(), second.data()}, scores,
                               {gradients.data(), gradients.data() + first.size()});
    });
    figure.target = 100.0;
    if (!status)
        return tl::unexpected(status.error());
    return figure;
}

} // namespace

Result<Figures> benchTransport(const BenchInputs&, Context& context)
{
    std::mt19937 random(static_cast<unsigned>(context.general.seed));
    Figures figures;
    for (const int nodes : {64, 256}) {
        TransportBench bench(nodes, random);
        if (auto measured = bench.measure(figures); !measured)
            return tl::unexpected(measured.error());
    }
    const auto score = scoreFigure(random);
    if (!score)
        return tl::unexpected(score.error());
    figures.push_back(*score);
    return figures;
}

} // namespace fedefm::cli
