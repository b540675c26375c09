// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/transport_solver.h"
#include "random_problem.h"

#include <QTest>

#define LEMON_ONLY_TEMPLATES
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#ifdef FEDEFM_HAS_OPENCV
#include <opencv2/imgproc.hpp>
#endif

using namespace fedefm;
using namespace fedefm::test;

namespace {

double ours(const OwnedProblem& problem)
{
    TransportSolution solution;
    if (const auto status = (*makeTransportSolver({}))->solve(problem.view(), solution); !status)
        qFatal("%s", describe(status.error()).c_str());
    return solution.cost;
}

/// Masses are integers there, as its documentation asks for.
double lemons(const OwnedProblem& problem)
{
    using Graph = lemon::SmartDigraph;
    Graph graph;
    std::vector<Graph::Node> nodes;
    for (int k = 0; k < problem.rows + problem.columns; ++k)
        nodes.push_back(graph.addNode());
    Graph::ArcMap<double> costs(graph);
    Graph::NodeMap<long long> supplies(graph);
    constexpr double kUnits = 1LL << 50;
    long long left = 0;
    for (int row = 0; row < problem.rows; ++row)
        left += supplies[nodes[static_cast<std::size_t>(row)]] =
            std::llround(problem.rowMass[static_cast<std::size_t>(row)] * kUnits);
    for (int column = 0; column < problem.columns; ++column)
        left += supplies[nodes[static_cast<std::size_t>(problem.rows + column)]] =
            -std::llround(problem.columnMass[static_cast<std::size_t>(column)] * kUnits);
    supplies[nodes[0]] -= left;
    std::vector<Graph::Arc> arcs;
    for (int row = 0; row < problem.rows; ++row)
        for (int column = 0; column < problem.columns; ++column) {
            arcs.push_back(graph.addArc(nodes[static_cast<std::size_t>(row)],
                                        nodes[static_cast<std::size_t>(problem.rows + column)]));
            costs[arcs.back()] = problem.cost[arcs.size() - 1];
        }
    lemon::NetworkSimplex<Graph, long long, double> simplex(graph);
    simplex.costMap(costs).supplyMap(supplies);
    if (simplex.run() != lemon::NetworkSimplex<Graph, long long, double>::OPTIMAL)
        qFatal("LEMON found no optimum");
    double cost = 0.0;
    for (std::size_t k = 0; k < arcs.size(); ++k)
        cost += static_cast<double>(simplex.flow(arcs[k])) / kUnits * problem.cost[k];
    return cost;
}

} // namespace

class TestTransportPeers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lemon()
    {
        unsigned seed = 500;
        for (const MassForm masses :
             {MassForm::Uniform, MassForm::Random, MassForm::Integer, MassForm::ManyOrders})
            for (const CostForm costs : {CostForm::Continuous, CostForm::Ties})
                for (const auto& [rows, columns] :
                     std::vector<std::pair<int, int>>{{5, 5}, {20, 31}, {64, 64}}) {
                    const auto problem = randomProblem(rows, columns, masses, costs, ++seed);
                    QVERIFY(std::abs(ours(problem) - lemons(problem)) < 1e-9);
                }
    }

    void openCv()
    {
#ifdef FEDEFM_HAS_OPENCV
        for (unsigned seed = 0; seed < 6; ++seed) {
            const auto problem = randomProblem(24, 17, MassForm::Random, CostForm::Continuous, 900 + seed);
            cv::Mat cost(problem.rows, problem.columns, CV_32F);
            for (int row = 0; row < problem.rows; ++row)
                for (int column = 0; column < problem.columns; ++column)
                    cost.at<float>(row, column) = static_cast<float>(
                        problem.cost[static_cast<std::size_t>(row * problem.columns + column)]);
            cv::Mat rowMass(cv::Mat(problem.rowMass).reshape(1, problem.rows));
            cv::Mat columnMass(cv::Mat(problem.columnMass).reshape(1, problem.columns));
            rowMass.convertTo(rowMass, CV_32F);
            columnMass.convertTo(columnMass, CV_32F);
            const float theirs = cv::EMD(rowMass, columnMass, cv::DIST_USER, cost);
            QVERIFY(std::abs(ours(problem) - static_cast<double>(theirs)) < 1e-4);
        }
#else
        QSKIP("OpenCV is not built in");
#endif
    }
};

QTEST_APPLESS_MAIN(TestTransportPeers)
#include "tst_transport_peers.moc"
