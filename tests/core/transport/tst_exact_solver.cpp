// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/batch_transport.h"
#include "core/transport/transport_solver.h"
#include "random_problem.h"

#include <QTest>
#include <limits>

using namespace fedefm;
using namespace fedefm::test;

namespace {

constexpr double kExact = 1e-12;

TransportSolution solved(const OwnedProblem& problem, const char* solver = "exact")
{
    TransportOptions options;
    options.solver = solver;
    TransportSolution solution;
    const auto status = (*makeTransportSolver(options))->solve(problem.view(), solution);
    if (!status)
        qFatal("%s", describe(status.error()).c_str());
    return solution;
}

/// An optimum proves itself: a feasible flow and feasible duals of equal value.
bool isOptimal(const OwnedProblem& problem, const TransportSolution& solution, double scale)
{
    const auto residuals = residualsOf(problem.view(), solution);
    const bool ok = residuals.marginal <= kExact && residuals.negativity <= 0.0 &&
                    residuals.dualInfeasibility <= kExact * scale &&
                    std::abs(residuals.dualValue - solution.cost) <= kExact * scale;
    if (!ok)
        qWarning("marginal %g negative %g dual infeasible %g gap %g", residuals.marginal,
                 residuals.negativity, residuals.dualInfeasibility, residuals.dualValue - solution.cost);
    return ok;
}

} // namespace

class TestExactSolver : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoByTwo()
    {
        // Row 0 wants column 1; row 1 takes what is left: 0.3·1 + 0.1·4 + 0.6·2.
        const OwnedProblem problem{2, 2, {5, 1, 2, 4}, {0.3, 0.7}, {0.6, 0.4}};
        const auto solution = solved(problem);
        QVERIFY(std::abs(solution.cost - 1.9) < kExact);
        const std::vector<double> expected{0.0, 0.3, 0.6, 0.1};
        for (std::size_t k = 0; k < 4; ++k)
            QVERIFY(std::abs(solution.flow[k] - expected[k]) < kExact);
        // Moving mass from row 0 to row 1 changes the cost by u1 − u0 = 4 − 1.
        QVERIFY(std::abs(solution.rowDual[1] - solution.rowDual[0] - 3.0) < kExact);
        QVERIFY(std::abs(solution.columnDual[1] - solution.columnDual[0] - 2.0) < kExact);
    }

    void textbook()
    {
        // Supplies 20, 30, 25, demands 10, 35, 30 (Hitchcock's form, by hand): 20·2 + 10·3 + 15·3 + 5·4 +
        // 25·1.
        const OwnedProblem problem{3, 3, {4, 2, 6, 3, 3, 4, 5, 7, 1}, {20, 30, 25}, {10, 35, 30}};
        const auto solution = solved(problem);
        QVERIFY(std::abs(solution.cost - 160.0) < 1e-10);
        QVERIFY(std::abs(solution.flow[1] - 20.0) < 1e-10);
        QVERIFY(std::abs(solution.flow[8] - 25.0) < 1e-10);
    }

    void oneRowOrColumn()
    {
        const OwnedProblem row{1, 3, {1, 2, 3}, {1.0}, {0.5, 0.0, 0.5}};
        QVERIFY(std::abs(solved(row).cost - 2.0) < kExact);
        QVERIFY(isOptimal(row, solved(row), 3.0));
        const OwnedProblem column{3, 1, {1, 2, 3}, {0.2, 0.3, 0.5}, {1.0}};
        QVERIFY(std::abs(solved(column).cost - 2.3) < kExact);
        const OwnedProblem cell{1, 1, {0.25}, {7.0}, {7.0}};
        QVERIFY(std::abs(solved(cell).cost - 1.75) < kExact);
        QVERIFY(isOptimal(cell, solved(cell), 1.0));
    }

    void uniformMassesAreShippedWhole()
    {
        // Equal masses make an assignment problem: every row goes to one column, exactly.
        const auto problem = randomProblem(49, 49, MassForm::Uniform, CostForm::Continuous, 3);
        const auto solution = solved(problem);
        int cells = 0;
        for (const double flow : solution.flow)
            if (flow != 0.0) {
                QVERIFY(std::abs(flow - 1.0 / 49) < 1e-15);
                ++cells;
            }
        QCOMPARE(cells, 49);
    }

    void proofOfOptimality_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        for (const auto& [rows, columns] : std::vector<std::pair<int, int>>{
                 {1, 1}, {1, 9}, {9, 1}, {2, 3}, {4, 4}, {7, 5}, {16, 16}, {17, 33}, {64, 64}, {50, 90}})
            QTest::addRow("%dx%d", rows, columns) << rows << columns;
    }
    void proofOfOptimality()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        unsigned seed = 0;
        for (const MassForm masses :
             {MassForm::Uniform, MassForm::Random, MassForm::Sparse, MassForm::ManyOrders, MassForm::Integer})
            for (const CostForm costs :
                 {CostForm::Continuous, CostForm::Ties, CostForm::Constant, CostForm::Signed})
                for (int repeat = 0; repeat < 5; ++repeat) {
                    const auto problem = randomProblem(rows, columns, masses, costs, ++seed);
                    QVERIFY(isOptimal(problem, solved(problem), 5.0));
                }
    }

    void largeProblem()
    {
        const auto problem = randomProblem(400, 400, MassForm::Random, CostForm::Continuous, 11);
        QVERIFY(isOptimal(problem, solved(problem), 2.0));
    }

    void scalesDoNotMatter()
    {
        auto problem = randomProblem(20, 30, MassForm::Random, CostForm::Continuous, 5);
        const double cost = solved(problem).cost;
        for (double& value : problem.cost)
            value *= 1e-12;
        for (double& mass : problem.rowMass)
            mass *= 1e9;
        for (double& mass : problem.columnMass)
            mass *= 1e9;
        QVERIFY(std::abs(solved(problem).cost / (cost * 1e-3) - 1.0) < 1e-10);
    }

    void nearlyEqualTotals()
    {
        auto problem = randomProblem(12, 8, MassForm::Random, CostForm::Continuous, 6);
        const double cost = solved(problem).cost;
        for (double& mass : problem.columnMass)
            mass *= 1.0 + 1e-7; // as sums of single precision differ
        QVERIFY(std::abs(solved(problem).cost - cost) < 1e-12);
    }

    void dualsAreDerivatives()
    {
        auto problem = randomProblem(9, 11, MassForm::Random, CostForm::Continuous, 21);
        const auto base = solved(problem);
        const double step = 1e-7;
        for (int row = 1; row < 9; ++row) {
            auto moved = problem;
            moved.rowMass[0] -= step;
            moved.rowMass[static_cast<std::size_t>(row)] += step;
            const double expected = base.rowDual[static_cast<std::size_t>(row)] - base.rowDual[0];
            QVERIFY(std::abs((solved(moved).cost - base.cost) / step - expected) < 1e-6);
        }
    }

    void warmStartGivesTheSame()
    {
        TransportOptions options;
        options.warmStart = true;
        const auto warm = *makeTransportSolver(options);
        std::mt19937 random(8);
        std::uniform_real_distribution<double> small(0.97, 1.03);
        for (const MassForm masses : {MassForm::Random, MassForm::Sparse, MassForm::Uniform}) {
            auto problem = randomProblem(40, 36, masses, CostForm::Continuous, 77);
            int coldPivots = 0;
            int warmPivots = 0;
            for (int step = 0; step < 12; ++step) {
                TransportSolution solution;
                QVERIFY(warm->solve(problem.view(), solution));
                QVERIFY(isOptimal(problem, solution, 2.0));
                const auto cold = solved(problem);
                QVERIFY(std::abs(solution.cost - cold.cost) < kExact);
                coldPivots += step > 0 ? cold.iterations : 0;
                warmPivots += step > 0 ? solution.iterations : 0;
                for (double& cost : problem.cost)
                    cost *= small(random);
                for (double& mass : problem.rowMass)
                    mass *= small(random);
                if (masses == MassForm::Sparse) // other places are without mass in every step
                    problem.rowMass[static_cast<std::size_t>(1 + step)] = step % 2 == 0 ? 0.0 : 0.02;
                normalise(problem.rowMass);
            }
            QVERIFY2(2 * warmPivots < coldPivots,
                     qPrintable(QString("%1 %2").arg(warmPivots).arg(coldPivots)));
        }
    }

    void warmStartTakesOtherShapes()
    {
        TransportOptions options;
        options.warmStart = true;
        const auto warm = *makeTransportSolver(options);
        for (const auto& [rows, columns] :
             std::vector<std::pair<int, int>>{{5, 9}, {9, 5}, {9, 5}, {1, 1}, {30, 2}}) {
            const auto problem = randomProblem(rows, columns, MassForm::Random, CostForm::Ties, 4);
            TransportSolution solution;
            QVERIFY(warm->solve(problem.view(), solution));
            QVERIFY(isOptimal(problem, solution, 2.0));
        }
    }

    void errorsSayWhere_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("text");
        QTest::newRow("NaN cost") << 0 << "cost[1][0]";
        QTest::newRow("infinite cost") << 1 << "cost[0][1]";
        QTest::newRow("NaN mass") << 2 << "row mass[1]";
        QTest::newRow("negative mass") << 3 << "column mass[0]";
        QTest::newRow("no mass") << 4 << "no mass";
        QTest::newRow("totals") << 5 << "totals differ";
        QTest::newRow("empty") << 6 << "empty";
        QTest::newRow("missing") << 7 << "missing";
    }
    void errorsSayWhere()
    {
        QFETCH(int, kind);
        QFETCH(QString, text);
        OwnedProblem problem{2, 2, {1, 2, 3, 4}, {0.5, 0.5}, {0.5, 0.5}};
        constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
        if (kind == 0)
            problem.cost[2] = kNan;
        else if (kind == 1)
            problem.cost[1] = std::numeric_limits<double>::infinity();
        else if (kind == 2)
            problem.rowMass[1] = kNan;
        else if (kind == 3)
            problem.columnMass = {-0.1, 1.1};
        else if (kind == 4)
            problem.rowMass = problem.columnMass = {0.0, 0.0};
        else if (kind == 5)
            problem.columnMass = {0.5, 0.6};
        auto view = problem.view();
        if (kind == 6)
            view.columns = 0;
        if (kind == 7)
            view.cost = nullptr;
        for (const std::string& name : transportSolverNames()) {
            TransportOptions options;
            options.solver = name;
            TransportSolution solution;
            const auto status = (*makeTransportSolver(options))->solve(view, solution);
            QVERIFY(!status);
            QCOMPARE(status.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(QString::fromStdString(status.error().detail).contains(text),
                     status.error().detail.c_str());
        }
    }

    void batches()
    {
        std::vector<OwnedProblem> owned;
        std::vector<TransportProblem> problems;
        for (unsigned k = 0; k < 9; ++k)
            owned.push_back(
                randomProblem(10 + static_cast<int>(k), 12, MassForm::Random, CostForm::Continuous, k));
        for (const OwnedProblem& problem : owned)
            problems.push_back(problem.view());
        for (const bool isWarm : {false, true}) {
            TransportOptions options;
            options.warmStart = isWarm;
            auto batch = BatchTransport::create(options, 3);
            QVERIFY(batch);
            std::vector<TransportSolution> solutions;
            for (int repeat = 0; repeat < 2; ++repeat) {
                QVERIFY(batch->solve(problems, solutions));
                for (std::size_t k = 0; k < owned.size(); ++k)
                    QVERIFY(std::abs(solutions[k].cost - solved(owned[k]).cost) < kExact);
            }
            owned[4].cost[0] = std::numeric_limits<double>::quiet_NaN();
            const auto failed = batch->solve(problems, solutions);
            QVERIFY(!failed);
            QCOMPARE(QString::fromStdString(failed.error().subject), QString("problem 4"));
            owned[4].cost[0] = 0.1;
        }
        QVERIFY(!BatchTransport::create({}, -1));
    }

    void unknownSolver()
    {
        TransportOptions options;
        options.solver = "magic";
        const auto made = makeTransportSolver(options);
        QVERIFY(!made);
        QVERIFY(made.error().detail.find("sinkhorn") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestExactSolver)
#include "tst_exact_solver.moc"
