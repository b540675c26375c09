// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/transport_peers.h"

#define LEMON_ONLY_TEMPLATES
#include <cmath>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace fedefm::cli::transport_peers {

namespace {

using Graph = lemon::SmartDigraph;
using Costs = Graph::ArcMap<double>;
using Supplies = Graph::NodeMap<long long>;
using Simplex = lemon::NetworkSimplex<Graph, long long, double>;

constexpr double kUnits = 1LL << 50;

} // namespace

class Lemon::Work
{
public:
    Work(int rows, int columns)
    {
        std::vector<Graph::Node> sources;
        std::vector<Graph::Node> targets;
        for (int row = 0; row < rows; ++row)
            sources.push_back(graph.addNode());
        for (int column = 0; column < columns; ++column)
            targets.push_back(graph.addNode());
        for (const Graph::Node source : sources)
            for (const Graph::Node target : targets)
                arcs.push_back(graph.addArc(source, target));
        nodes = std::move(sources);
        nodes.insert(nodes.end(), targets.begin(), targets.end());
        simplex = std::make_unique<Simplex>(graph);
    }

    Graph graph;
    std::vector<Graph::Node> nodes; ///< sources, then targets
    std::vector<Graph::Arc> arcs;
    std::vector<std::unique_ptr<Costs>> costs;
    std::vector<std::unique_ptr<Supplies>> supplies;
    std::unique_ptr<Simplex> simplex;
    std::size_t solved = 0;
    bool isOptimal = false;
};

Lemon::Lemon(int rows, int columns) : m_work(std::make_unique<Work>(rows, columns)) {}
Lemon::~Lemon() = default;

void Lemon::load(const TransportProblem& problem)
{
    auto costs = std::make_unique<Costs>(m_work->graph);
    for (std::size_t k = 0; k < m_work->arcs.size(); ++k)
        (*costs)[m_work->arcs[k]] = problem.cost[k];
    auto supplies = std::make_unique<Supplies>(m_work->graph);
    long long left = 0;
    const auto rows = static_cast<std::size_t>(problem.rows);
    for (std::size_t k = 0; k < m_work->nodes.size(); ++k) {
        const double mass = k < rows ? problem.rowMass[k] : -problem.columnMass[k - rows];
        left += (*supplies)[m_work->nodes[k]] = std::llround(mass * kUnits);
    }
    (*supplies)[m_work->nodes.front()] -= left;
    m_work->costs.push_back(std::move(costs));
    m_work->supplies.push_back(std::move(supplies));
}

void Lemon::solve(std::size_t index)
{
    m_work->solved = index;
    m_work->simplex->costMap(*m_work->costs[index]).supplyMap(*m_work->supplies[index]);
    m_work->isOptimal = m_work->simplex->run() == Simplex::OPTIMAL;
}

double Lemon::cost() const
{
    if (!m_work->isOptimal)
        return std::nan("");
    double cost = 0.0;
    for (const Graph::Arc arc : m_work->arcs)
        cost +=
            static_cast<double>(m_work->simplex->flow(arc)) / kUnits * (*m_work->costs[m_work->solved])[arc];
    return cost;
}

double openCv(const TransportProblem& problem)
{
    const auto singles = [](const double* values, int rows, int columns) {
        cv::Mat matrix(rows, columns, CV_32F);
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                matrix.at<float>(row, column) =
                    static_cast<float>(values[static_cast<std::ptrdiff_t>(row) * columns + column]);
        return matrix;
    };
    try {
        return static_cast<double>(cv::EMD(singles(problem.rowMass, problem.rows, 1),
                                           singles(problem.columnMass, problem.columns, 1), cv::DIST_USER,
                                           singles(problem.cost, problem.rows, problem.columns)));
    } catch (const cv::Exception&) {
        return std::nan("");
    }
}

} // namespace fedefm::cli::transport_peers
