// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/transport_solver.h"
#include "random_problem.h"

#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

namespace {

TransportSolution solved(const OwnedProblem& problem, const TransportOptions& options)
{
    TransportSolution solution;
    const auto status = (*makeTransportSolver(options))->solve(problem.view(), solution);
    if (!status)
        qFatal("%s", describe(status.error()).c_str());
    return solution;
}

TransportOptions optionsOf(const char* solver)
{
    TransportOptions options;
    options.solver = solver;
    return options;
}

} // namespace

class TestApproximateSolvers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundsHold_data()
    {
        QTest::addColumn<QByteArray>("solver");
        for (const char* solver : {"sinkhorn", "quadratic"})
            QTest::newRow(solver) << QByteArray(solver);
    }
    void boundsHold()
    {
        QFETCH(QByteArray, solver);
        unsigned seed = 40;
        for (const MassForm masses :
             {MassForm::Uniform, MassForm::Random, MassForm::Sparse, MassForm::ManyOrders})
            for (const CostForm costs :
                 {CostForm::Continuous, CostForm::Ties, CostForm::Constant, CostForm::Signed})
                for (const auto& [rows, columns] :
                     std::vector<std::pair<int, int>>{{1, 1}, {1, 6}, {7, 1}, {12, 12}, {9, 17}}) {
                    const auto problem = randomProblem(rows, columns, masses, costs, ++seed);
                    const auto solution = solved(problem, optionsOf(solver.constData()));
                    const double exact = solved(problem, {}).cost;
                    const auto residuals = residualsOf(problem.view(), solution);
                    QVERIFY(residuals.marginal < 1e-12);
                    QVERIFY(residuals.negativity <= 0.0);
                    QVERIFY(residuals.dualInfeasibility < 1e-12);
                    // A feasible flow costs no less than the optimum, feasible duals are worth no more.
                    QVERIFY(solution.cost >= exact - 1e-12);
                    QVERIFY(residuals.dualValue <= exact + 1e-12);
                    QVERIFY2(solution.cost - exact < 0.2, qPrintable(QString::number(solution.cost - exact)));
                }
    }

    void sinkhornOfTwoByTwo()
    {
        // c = [0 1; 1 0], masses ½: x01/x00 = exp(−1/ε), so the cost is 1/(1 + exp(1/ε)).
        const OwnedProblem problem{2, 2, {0, 1, 1, 0}, {0.5, 0.5}, {0.5, 0.5}};
        for (const double epsilon : {0.5, 0.1, 0.02}) {
            auto options = optionsOf("sinkhorn");
            options.epsilon = epsilon;
            const auto solution = solved(problem, options);
            QVERIFY(solution.isConverged);
            QVERIFY(std::abs(solution.cost - 1.0 / (1.0 + std::exp(1.0 / epsilon))) < 1e-8);
        }
    }

    void sinkhornGapShrinksWithEpsilon()
    {
        const auto problem = randomProblem(30, 30, MassForm::Random, CostForm::Continuous, 5);
        const double exact = solved(problem, {}).cost;
        double last = 1.0;
        for (const double epsilon : {0.5, 0.1, 0.02, 0.004}) {
            auto options = optionsOf("sinkhorn");
            options.epsilon = epsilon;
            options.tolerance = 1e-7;
            options.maxIterations = 20000;
            const double gap = solved(problem, options).cost - exact;
            QVERIFY(gap >= -1e-12);
            QVERIFY(gap < last);
            last = gap;
        }
        QVERIFY2(last < 0.002, qPrintable(QString::number(last)));
    }

    void sinkhornSurvivesTinyEpsilon()
    {
        const auto problem = randomProblem(12, 15, MassForm::ManyOrders, CostForm::Signed, 9);
        auto options = optionsOf("sinkhorn");
        options.epsilon = 1e-4;
        options.maxIterations = 500;
        const auto solution = solved(problem, options);
        QVERIFY(std::isfinite(solution.cost));
        QVERIFY(residualsOf(problem.view(), solution).marginal < 1e-12);
    }

    void quadraticOfTwoByTwo()
    {
        // c = [0 1; 1 0], masses ½, x01 = t: minimise 2t + γ/2 (2t² + 2(½ − t)²), so t = ¼ − 1/(2γ), at least
        // 0.
        const OwnedProblem problem{2, 2, {0, 1, 1, 0}, {0.5, 0.5}, {0.5, 0.5}};
        for (const double gamma : {0.01, 1.0, 4.0, 10.0}) {
            auto options = optionsOf("quadratic");
            options.gamma = gamma;
            const auto solution = solved(problem, options);
            QVERIFY(solution.isConverged);
            QVERIFY(std::abs(solution.flow[1] - std::max(0.0, 0.25 - 0.5 / gamma)) < 1e-8);
        }
    }

    void quadraticSpreadsEvenly()
    {
        // All flows cost the same: the smallest in the sense of squares is the product of uniform masses.
        const auto problem = randomProblem(8, 5, MassForm::Uniform, CostForm::Constant, 1);
        for (const double flow : solved(problem, optionsOf("quadratic")).flow)
            QVERIFY(std::abs(flow - 1.0 / 40.0) < 1e-9);
    }

    void quadraticIsNearlyExact()
    {
        const auto problem = randomProblem(64, 64, MassForm::Random, CostForm::Continuous, 2);
        const auto solution = solved(problem, optionsOf("quadratic"));
        QVERIFY(solution.isConverged);
        QVERIFY(solution.cost - solved(problem, {}).cost < 1e-3);
    }

    void optionsAreChecked()
    {
        auto options = optionsOf("sinkhorn");
        options.epsilon = 0.0;
        QVERIFY(!makeTransportSolver(options));
        options = optionsOf("quadratic");
        options.gamma = -1.0;
        QVERIFY(!makeTransportSolver(options));
    }
};

QTEST_APPLESS_MAIN(TestApproximateSolvers)
#include "tst_approximate_solvers.moc"
