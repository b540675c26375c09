// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_problem.h"

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace fedefm::test {

/// A problem that owns its arrays.
struct OwnedProblem
{
    int rows = 0;
    int columns = 0;
    std::vector<double> cost;
    std::vector<double> rowMass;
    std::vector<double> columnMass;

    TransportProblem view() const { return {rows, columns, cost.data(), rowMass.data(), columnMass.data()}; }
};

inline void normalise(std::vector<double>& masses)
{
    const double total = std::accumulate(masses.begin(), masses.end(), 0.0);
    for (double& mass : masses)
        mass /= total;
}

enum class MassForm { Uniform, Random, Sparse, ManyOrders, Integer };
enum class CostForm { Continuous, Ties, Constant, Signed };

inline double randomMass(MassForm form, std::mt19937& random)
{
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    switch (form) {
    case MassForm::Uniform:
        return 1.0;
    case MassForm::Random:
        return 0.01 + unit(random);
    case MassForm::Sparse:
        return unit(random) < 0.4 ? 0.0 : unit(random);
    case MassForm::ManyOrders:
        return std::pow(10.0, -10.0 * unit(random));
    case MassForm::Integer:
        return 1.0 + std::floor(4.0 * unit(random));
    }
    return 1.0;
}

inline double randomCost(CostForm form, std::mt19937& random)
{
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    switch (form) {
    case CostForm::Continuous:
        return 2.0 * unit(random);
    case CostForm::Ties:
        return std::floor(3.0 * unit(random));
    case CostForm::Constant:
        return 0.75;
    case CostForm::Signed:
        return 10.0 * unit(random) - 5.0;
    }
    return 0.0;
}

inline OwnedProblem randomProblem(int rows, int columns, MassForm masses, CostForm costs, unsigned seed)
{
    std::mt19937 random(seed);
    OwnedProblem problem{rows, columns, {}, {}, {}};
    for (int k = 0; k < rows * columns; ++k)
        problem.cost.push_back(randomCost(costs, random));
    for (int k = 0; k < rows; ++k)
        problem.rowMass.push_back(randomMass(masses, random));
    for (int k = 0; k < columns; ++k)
        problem.columnMass.push_back(randomMass(masses, random));
    problem.rowMass[0] += masses == MassForm::Sparse ? 0.5 : 0.0; // not all of them may be zero
    problem.columnMass[0] += masses == MassForm::Sparse ? 0.5 : 0.0;
    normalise(problem.rowMass);
    normalise(problem.columnMass);
    return problem;
}

} // namespace fedefm::test
