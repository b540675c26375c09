// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/row_kernels_private.h"
#include "core/transport/solution_parts_private.h"
#include "core/transport/solvers_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm::transport {

namespace {

constexpr double kEpsilonFactor = 0.25; ///< from one ε to the next on the way down
constexpr int kSweepsOnTheWay = 10;
constexpr int kSweepsPerKernel = 50;
constexpr double kLargestScaling = 1e30; ///< beyond it the scalings are taken into the potentials
constexpr double kSmallestSum = 1e-280;

/// Potentials f, g live in the log domain. Between log-sum-exp sweeps the kernel exp((f + g − cost)/ε) is
/// kept and scaled, which needs no exponentials (Schmitzer 2019, "stabilised scaling"); ε comes down from the
/// size of the costs.
class SinkhornSolver : public TransportSolver
{
public:
    explicit SinkhornSolver(const TransportOptions& options) : m_options(options) {}

    Status solve(const TransportProblem& problem, TransportSolution& solution) override
    {
        if (auto checked = checkProblem(problem); !checked)
            return checked;
        m_rowTest.assign(problem.rowMass, problem.rowMass + problem.rows);
        m_columnTest.assign(problem.columnMass, problem.columnMass + problem.columns);
        m_support.choose(problem, m_rowTest, m_columnTest);
        m_plan.setMasses(problem, m_support);
        const bool isConverged = iterate();
        makePlan();
        m_plan.roundToMasses();
        m_plan.makeDualsFeasible(m_support.cost);
        reportPlan(problem, m_support, m_plan, solution);
        solution.iterations = m_sweeps;
        solution.isConverged = isConverged;
        return {};
    }

private:
    std::size_t rows() const { return m_support.rows.size(); }
    std::size_t columns() const { return m_support.columns.size(); }
    const double* costRow(std::size_t row) const { return m_support.cost + row * columns(); }

    bool iterate()
    {
        m_plan.rowDual.assign(rows(), 0.0);
        m_plan.columnDual.assign(columns(), 0.0);
        m_sweeps = 0;
        const auto [low, high] = std::minmax_element(m_support.cost, m_support.cost + rows() * columns());
        m_epsilon = std::max(m_options.epsilon, (*high - *low) / 4.0);
        while (m_epsilon > m_options.epsilon && m_sweeps < m_options.maxIterations) {
            sweepInLogDomain();
            scaleKernel(kSweepsOnTheWay);
            m_epsilon = std::max(m_options.epsilon, m_epsilon * kEpsilonFactor);
        }
        m_epsilon = m_options.epsilon;
        do {
            sweepInLogDomain();
            if (scaleKernel(kSweepsPerKernel))
                return true;
        } while (m_sweeps < m_options.maxIterations);
        return false;
    }

    /// f_i = ε log a_i − ε log Σ_j exp((g_j − c_ij)/ε), then the same for g.
    void sweepInLogDomain()
    {
        std::vector<double>& f = m_plan.rowDual;
        std::vector<double>& g = m_plan.columnDual;
        const double inverse = 1.0 / m_epsilon;
        m_column.resize(columns());
        for (std::size_t j = 0; j < columns(); ++j)
            m_column[j] = -g[j];
        for (std::size_t i = 0; i < rows(); ++i) {
            const double least = minimumSum(costRow(i), m_column.data(), static_cast<int>(columns()));
            double sum = 0.0;
            for (std::size_t j = 0; j < columns(); ++j)
                sum += std::exp((least - costRow(i)[j] - m_column[j]) * inverse);
            f[i] = least + m_epsilon * (std::log(m_plan.rowMass[i]) - std::log(sum));
        }
        std::fill(m_column.begin(), m_column.end(), std::numeric_limits<double>::max());
        for (std::size_t i = 0; i < rows(); ++i)
            for (std::size_t j = 0; j < columns(); ++j)
                m_column[j] = std::min(m_column[j], costRow(i)[j] - f[i]);
        m_columnSum.assign(columns(), 0.0);
        m_plan.flow.resize(rows() * columns());
        double* cell = m_plan.flow.data();
        for (std::size_t i = 0; i < rows(); ++i)
            for (std::size_t j = 0; j < columns(); ++j)
                m_columnSum[j] += * cell++ = std::exp((f[i] + m_column[j] - costRow(i)[j]) * inverse);
        for (std::size_t j = 0; j < columns(); ++j) {
            const double factor = m_plan.columnMass[j] / m_columnSum[j];
            g[j] = m_column[j] + m_epsilon * std::log(factor);
            m_columnSum[j] = factor;
        }
        // The exponentials of this sweep, scaled, are the kernel of the next ones.
        cell = m_plan.flow.data();
        for (std::size_t i = 0; i < rows(); ++i)
            for (std::size_t j = 0; j < columns(); ++j)
                *cell++ *= m_columnSum[j];
        ++m_sweeps;
    }

    /// Sweeps that scale rows and columns of the kernel; true when the row sums are right within the
    /// tolerance.
    bool scaleKernel(int sweeps)
    {
        m_rowScale.assign(rows(), 1.0);
        m_columnScale.assign(columns(), 1.0);
        bool isConverged = false;
        for (int sweep = 0; sweep <= sweeps; ++sweep) {
            double error = 0.0;
            double largest = 1.0;
            m_columnSum.assign(columns(), 0.0);
            for (std::size_t i = 0; i < rows(); ++i) {
                const double* kernel = m_plan.flow.data() + i * columns();
                const double sum = dotProduct(kernel, m_columnScale.data(), static_cast<int>(columns()));
                error = std::max(error, std::abs(sum * m_rowScale[i] - m_plan.rowMass[i]));
                m_rowScale[i] = m_plan.rowMass[i] / std::max(sum, kSmallestSum);
                largest = std::max(largest, m_rowScale[i]);
                addScaled(m_columnSum.data(), kernel, m_rowScale[i], static_cast<int>(columns()));
            }
            isConverged = error <= m_options.tolerance;
            for (std::size_t j = 0; j < columns(); ++j) {
                m_columnScale[j] = m_plan.columnMass[j] / std::max(m_columnSum[j], kSmallestSum);
                largest = std::max(largest, m_columnScale[j]);
            }
            ++m_sweeps;
            if (isConverged || largest > kLargestScaling || m_sweeps >= m_options.maxIterations)
                break;
        }
        for (std::size_t i = 0; i < rows(); ++i)
            m_plan.rowDual[i] += m_epsilon * std::log(m_rowScale[i]);
        for (std::size_t j = 0; j < columns(); ++j)
            m_plan.columnDual[j] += m_epsilon * std::log(m_columnScale[j]);
        return isConverged;
    }

    void makePlan()
    {
        const double inverse = 1.0 / m_epsilon;
        double* cell = m_plan.flow.data();
        for (std::size_t i = 0; i < rows(); ++i)
            for (std::size_t j = 0; j < columns(); ++j)
                *cell++ = std::exp((m_plan.rowDual[i] + m_plan.columnDual[j] - costRow(i)[j]) * inverse);
    }

    TransportOptions m_options;
    Support m_support;
    ApproximatePlan m_plan;
    std::vector<double> m_rowTest;
    std::vector<double> m_columnTest;
    std::vector<double> m_column;
    std::vector<double> m_columnSum;
    std::vector<double> m_rowScale;
    std::vector<double> m_columnScale;
    double m_epsilon = 0.0;
    int m_sweeps = 0;
};

} // namespace

std::unique_ptr<TransportSolver> makeSinkhornSolver(const TransportOptions& options)
{
    return std::make_unique<SinkhornSolver>(options);
}

} // namespace fedefm::transport
