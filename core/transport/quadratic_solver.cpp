// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/solution_parts_private.h"
#include "core/transport/solvers_private.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace fedefm::transport {

namespace {

constexpr double kRidge = 1e-6; ///< makes the graph Laplacian of the active cells regular
constexpr double kArmijo = 0.1;
constexpr int kHalvings = 40;
constexpr double kNearlyActive =
    1e-12; ///< of the largest cost; at the first step these are the arcs of a tree

/// min ⟨c, x⟩ + γ/2 ‖x‖², the form of DeepEMD's layer, by a semi-smooth Newton method on its dual
/// max a·u + b·v − 1/(2γ) Σ max(u_i + v_j − c_ij, 0)² (Lorenz, Manns, Meyer 2021), which begins at the exact
/// duals.
class QuadraticSolver : public TransportSolver
{
public:
    explicit QuadraticSolver(const TransportOptions& options)
        : m_options(options), m_exact(makeExactSolver(options))
    {
    }

    Status solve(const TransportProblem& problem, TransportSolution& solution) override
    {
        if (auto solved = m_exact->solve(problem, solution); !solved)
            return solved;
        m_rowTest.assign(problem.rowMass, problem.rowMass + problem.rows);
        m_columnTest.assign(problem.columnMass, problem.columnMass + problem.columns);
        m_support.choose(problem, m_rowTest, m_columnTest);
        m_plan.setMasses(problem, m_support);
        m_dual.resize(nodes());
        for (Eigen::Index i = 0; i < rows(); ++i)
            m_dual[i] =
                solution.rowDual[static_cast<std::size_t>(m_support.rows[static_cast<std::size_t>(i)])];
        for (Eigen::Index j = 0; j < columns(); ++j)
            m_dual[rows() + j] =
                solution.columnDual[static_cast<std::size_t>(m_support.columns[static_cast<std::size_t>(j)])];
        const bool isConverged = iterate();
        m_plan.rowDual.assign(m_dual.data(), m_dual.data() + rows());
        m_plan.columnDual.assign(m_dual.data() + rows(), m_dual.data() + nodes());
        makePlan();
        m_plan.roundToMasses();
        m_plan.makeDualsFeasible(m_support.cost);
        reportPlan(problem, m_support, m_plan, solution);
        solution.iterations = m_steps;
        solution.isConverged = isConverged;
        return {};
    }

    void forget() override { m_exact->forget(); }

private:
    Eigen::Index rows() const { return static_cast<Eigen::Index>(m_support.rows.size()); }
    Eigen::Index columns() const { return static_cast<Eigen::Index>(m_support.columns.size()); }
    Eigen::Index nodes() const { return rows() + columns(); }

    bool iterate()
    {
        double slack = kNearlyActive;
        for (Eigen::Index at = 0; at < rows() * columns(); ++at)
            slack = std::max(slack, kNearlyActive * std::abs(m_support.cost[at]));
        double value = evaluate(m_dual, m_gradient);
        for (m_steps = 0; m_steps < m_options.maxIterations; ++m_steps) {
            const double error = m_gradient.lpNorm<Eigen::Infinity>();
            if (error <= m_options.tolerance)
                return true;
            fillSystem(m_steps == 0 ? slack : 0.0);
            m_solver.compute(m_system);
            m_step = m_solver.solve(m_gradient) * m_options.gamma;
            if (!lineSearch(value, error))
                return false;
        }
        return false;
    }

    /// The dual value and its gradient: what is missing of each mass.
    double evaluate(const Eigen::VectorXd& dual, Eigen::VectorXd& gradient) const
    {
        gradient.resize(nodes());
        double value = 0.0;
        for (Eigen::Index i = 0; i < rows(); ++i)
            gradient[i] = m_plan.rowMass[static_cast<std::size_t>(i)];
        for (Eigen::Index j = 0; j < columns(); ++j)
            gradient[rows() + j] = m_plan.columnMass[static_cast<std::size_t>(j)];
        value = gradient.dot(dual);
        const double* cost = m_support.cost;
        const double inverse = 1.0 / m_options.gamma;
        for (Eigen::Index i = 0; i < rows(); ++i)
            for (Eigen::Index j = 0; j < columns(); ++j) {
                const double excess = dual[i] + dual[rows() + j] - *cost++;
                if (excess <= 0.0)
                    continue;
                const double flow = excess * inverse;
                value -= 0.5 * excess * flow;
                gradient[i] -= flow;
                gradient[rows() + j] -= flow;
            }
        return value;
    }

    void fillSystem(double slack)
    {
        m_system.setZero(nodes(), nodes());
        const double* cost = m_support.cost;
        for (Eigen::Index i = 0; i < rows(); ++i)
            for (Eigen::Index j = 0; j < columns(); ++j) {
                if (m_dual[i] + m_dual[rows() + j] - *cost++ <= -slack)
                    continue;
                m_system(i, i) += 1.0;
                m_system(rows() + j, rows() + j) += 1.0;
                m_system(rows() + j, i) = 1.0; // the lower half is read
            }
        m_system.diagonal().array() += kRidge;
    }

    bool lineSearch(double& value, double error)
    {
        const double slope = m_gradient.dot(m_step);
        double length = 1.0;
        for (int halving = 0; halving < kHalvings; ++halving, length *= 0.5) {
            m_trial = m_dual + length * m_step;
            const double trialValue = evaluate(m_trial, m_trialGradient);
            // Near the end the value cannot tell two points apart any more; the error of the marginals can.
            const bool isBetter = trialValue >= value + kArmijo * length * slope ||
                                  (length == 1.0 && m_trialGradient.lpNorm<Eigen::Infinity>() < 0.5 * error);
            if (!isBetter)
                continue;
            m_dual.swap(m_trial);
            m_gradient.swap(m_trialGradient);
            value = trialValue;
            return true;
        }
        return false;
    }

    void makePlan()
    {
        m_plan.flow.resize(m_support.rows.size() * m_support.columns.size());
        std::size_t at = 0;
        for (Eigen::Index i = 0; i < rows(); ++i)
            for (Eigen::Index j = 0; j < columns(); ++j, ++at)
                m_plan.flow[at] =
                    std::max(0.0, m_dual[i] + m_dual[rows() + j] - m_support.cost[at]) / m_options.gamma;
    }

    TransportOptions m_options;
    std::unique_ptr<TransportSolver> m_exact;
    Support m_support;
    ApproximatePlan m_plan;
    std::vector<double> m_rowTest;
    std::vector<double> m_columnTest;
    Eigen::VectorXd m_dual;
    Eigen::VectorXd m_gradient;
    Eigen::VectorXd m_step;
    Eigen::VectorXd m_trial;
    Eigen::VectorXd m_trialGradient;
    Eigen::MatrixXd m_system;
    Eigen::LLT<Eigen::MatrixXd> m_solver;
    int m_steps = 0;
};

} // namespace

std::unique_ptr<TransportSolver> makeQuadraticSolver(const TransportOptions& options)
{
    return std::make_unique<QuadraticSolver>(options);
}

} // namespace fedefm::transport
