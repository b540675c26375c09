// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/sample_score_private.h"

#include "core/transport/row_kernels_private.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace fedefm::transport {

namespace {

constexpr double kNegligibleLength = 1e-8;
constexpr double kLargestCost = 2.0;

std::size_t index(int value)
{
    return static_cast<std::size_t>(value);
}

} // namespace

template <typename T>
Status SampleScore::compute(const EmdScoreOptions& options, int firstNodes, int secondNodes, int channels,
                            const T* first, const T* second, TransportSolver& solver)
{
    m_channels = channels;
    if (auto loaded = load(first, firstNodes, "first", m_first); !loaded)
        return loaded;
    if (auto loaded = load(second, secondNodes, "second", m_second); !loaded)
        return loaded;
    setMasses(options, m_first, m_second);
    setMasses(options, m_second, m_first);
    setCosts();
    TransportProblem problem;
    problem.rows = firstNodes;
    problem.columns = secondNodes;
    problem.cost = m_cost.data();
    problem.rowMass = m_first.mass.data();
    problem.columnMass = m_second.mass.data();
    if (auto solved = solver.solve(problem, m_solution); !solved)
        return solved;
    setMassGradients(options);
    return {};
}

template <typename T> Status SampleScore::load(const T* features, int nodes, const char* name, NodeSet& set)
{
    set.nodes = nodes;
    set.unit.resize(index(nodes) * index(m_channels));
    set.length.resize(index(nodes));
    set.mean.assign(index(m_channels), 0.0);
    for (int node = 0; node < nodes; ++node) {
        double* unit = set.unit.data() + index(node) * index(m_channels);
        std::copy_n(features + index(node) * index(m_channels), m_channels, unit);
        addScaled(set.mean.data(), unit, 1.0 / nodes, m_channels);
        const double length = std::sqrt(dotProduct(unit, unit, m_channels));
        if (!std::isfinite(length))
            return fail(ErrorCode::InvalidArgument, "features",
                        std::string(name) + " map: node " + std::to_string(node) + " is not finite");
        set.length[index(node)] = length < kNegligibleLength ? 0.0 : length;
        const double factor = length < kNegligibleLength ? 0.0 : 1.0 / length;
        for (int channel = 0; channel < m_channels; ++channel)
            unit[channel] *= factor;
    }
    return {};
}

void SampleScore::setMasses(const EmdScoreOptions& options, NodeSet& set, const NodeSet& other)
{
    set.mass.assign(index(set.nodes), 1.0 / set.nodes);
    set.isGranted.assign(index(set.nodes), false);
    set.massTotal = 1.0;
    if (options.masses == NodeMasses::Uniform)
        return;
    for (int node = 0; node < set.nodes; ++node) {
        const double* unit = set.unit.data() + index(node) * index(m_channels);
        const double reference = set.length[index(node)] * dotProduct(unit, other.mean.data(), m_channels);
        set.isGranted[index(node)] = reference > 0.0;
        set.mass[index(node)] = std::max(reference, 0.0) + options.massFloor;
    }
    set.massTotal = std::accumulate(set.mass.begin(), set.mass.end(), 0.0);
    for (double& mass : set.mass)
        mass /= set.massTotal;
}

void SampleScore::setCosts()
{
    const int columns = m_second.nodes;
    m_cost.resize(index(m_first.nodes) * index(columns));
    for (int row = 0; row < m_first.nodes; ++row) {
        const double* unit = m_first.unit.data() + index(row) * index(m_channels);
        double* cost = m_cost.data() + index(row) * index(columns);
        int column = 0;
        for (; column + 4 <= columns; column += 4)
            dotProducts4(unit, m_second.unit.data() + index(column) * index(m_channels), m_channels,
                         m_channels, cost + column);
        for (; column < columns; ++column)
            cost[column] =
                dotProduct(unit, m_second.unit.data() + index(column) * index(m_channels), m_channels);
        for (column = 0; column < columns; ++column)
            cost[column] = std::clamp(1.0 - cost[column], 0.0, kLargestCost);
    }
}

void SampleScore::setMassGradients(const EmdScoreOptions& options)
{
    const auto set = [&options](NodeSet& nodes, const std::vector<double>& dual) {
        nodes.massGradient.assign(dual.size(), 0.0);
        if (options.masses == NodeMasses::Uniform || !options.gradientThroughMasses)
            return;
        // Normalisation takes the mean away: a constant in the duals has no effect.
        const double mean = dotProduct(nodes.mass.data(), dual.data(), nodes.nodes);
        for (std::size_t k = 0; k < dual.size(); ++k)
            if (nodes.isGranted[k])
                nodes.massGradient[k] = (mean - dual[k]) / nodes.massTotal;
    };
    set(m_first, m_solution.rowDual);
    set(m_second, m_solution.columnDual);
}

/// The masses of `set` depend on its own features through ⟨u_p, mean v⟩ and on the other's through that mean;
/// the gradient by `set` gets its own part and that of the other's masses.
void SampleScore::addMassGradients(const NodeSet& set, const NodeSet& other)
{
    m_common.assign(index(m_channels), 0.0);
    for (int node = 0; node < other.nodes; ++node) {
        const double factor = other.massGradient[index(node)] * other.length[index(node)] / set.nodes;
        if (factor != 0.0)
            addScaled(m_common.data(), other.unit.data() + index(node) * index(m_channels), factor,
                      m_channels);
    }
    for (int node = 0; node < set.nodes; ++node) {
        double* gradient = m_gradient.data() + index(node) * index(m_channels);
        addScaled(gradient, m_common.data(), 1.0, m_channels);
        if (set.massGradient[index(node)] != 0.0)
            addScaled(gradient, other.mean.data(), set.massGradient[index(node)], m_channels);
    }
}

template <typename T> void SampleScore::gradientOfFirst(T* target)
{
    m_gradient.assign(m_first.unit.size(), 0.0);
    for (int row = 0; row < m_first.nodes; ++row) {
        if (m_first.length[index(row)] == 0.0)
            continue;
        double* gradient = m_gradient.data() + index(row) * index(m_channels);
        const double inverse = 1.0 / m_first.length[index(row)];
        double along = 0.0;
        for (int column = 0; column < m_second.nodes; ++column) {
            const std::size_t at = index(row) * index(m_second.nodes) + index(column);
            const double flow = m_solution.flow[at];
            if (flow == 0.0)
                continue;
            along += flow * (1.0 - m_cost[at]);
            addScaled(gradient, m_second.unit.data() + index(column) * index(m_channels), flow * inverse,
                      m_channels);
        }
        addScaled(gradient, m_first.unit.data() + index(row) * index(m_channels), -along * inverse,
                  m_channels);
    }
    addMassGradients(m_first, m_second);
    write(m_first, target);
}

template <typename T> void SampleScore::gradientOfSecond(T* target)
{
    m_gradient.assign(m_second.unit.size(), 0.0);
    m_common.assign(index(m_second.nodes), 0.0);
    for (int row = 0; row < m_first.nodes; ++row)
        for (int column = 0; column < m_second.nodes; ++column) {
            const std::size_t at = index(row) * index(m_second.nodes) + index(column);
            const double flow = m_solution.flow[at];
            if (flow == 0.0 || m_second.length[index(column)] == 0.0)
                continue;
            const double share = flow / m_second.length[index(column)];
            m_common[index(column)] += share * (1.0 - m_cost[at]);
            addScaled(m_gradient.data() + index(column) * index(m_channels),
                      m_first.unit.data() + index(row) * index(m_channels), share, m_channels);
        }
    for (int column = 0; column < m_second.nodes; ++column)
        addScaled(m_gradient.data() + index(column) * index(m_channels),
                  m_second.unit.data() + index(column) * index(m_channels), -m_common[index(column)],
                  m_channels);
    addMassGradients(m_second, m_first);
    write(m_second, target);
}

template <typename T> void SampleScore::write(const NodeSet& set, T* target) const
{
    for (std::size_t k = 0; k < set.unit.size(); ++k)
        target[k] = static_cast<T>(m_gradient[k]);
}

template Status SampleScore::compute(const EmdScoreOptions&, int, int, int, const float*, const float*,
                                     TransportSolver&);
template Status SampleScore::compute(const EmdScoreOptions&, int, int, int, const double*, const double*,
                                     TransportSolver&);
template void SampleScore::gradientOfFirst(float*);
template void SampleScore::gradientOfFirst(double*);
template void SampleScore::gradientOfSecond(float*);
template void SampleScore::gradientOfSecond(double*);

} // namespace fedefm::transport
