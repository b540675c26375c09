// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_problem.h"

#include <memory>

namespace fedefm::cli {

/// Other programs' solvers of transport problems of one shape, as peers that measurements are compared with.
namespace transport_peers {

/// LEMON's network simplex with its default pivot rule and integer masses, which its documentation asks for;
/// with floating-point masses it takes some of our problems for infeasible. The graph is built once.
class Lemon
{
public:
    Lemon(int rows, int columns);
    ~Lemon();
    Lemon(const Lemon&) = delete;
    Lemon& operator=(const Lemon&) = delete;

    /// Copies a problem in; not part of what is measured.
    void load(const TransportProblem& problem);
    /// Solves the k-th problem that was loaded.
    void solve(std::size_t index);
    /// Of the last solution; NaN where none was found.
    double cost() const;

private:
    class Work;
    std::unique_ptr<Work> m_work;
};

/// cv::EMD with single precision, as it is. Returns the cost.
double openCv(const TransportProblem& problem);

} // namespace transport_peers

} // namespace fedefm::cli
