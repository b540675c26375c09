// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/emd_score.h"

#include <vector>

namespace fedefm::transport {

/// One map of one sample: its nodes as unit vectors with their lengths, and its masses.
struct NodeSet
{
    int nodes = 0;
    std::vector<double> unit;         ///< nodes × channels; zero where the length is negligible
    std::vector<double> length;       ///< 0 where negligible
    std::vector<double> mean;         ///< over nodes, of the features themselves
    std::vector<double> mass;         ///< adds up to 1
    std::vector<bool> isGranted;      ///< whether the cross-reference, not only the floor, gives the mass
    double massTotal = 1.0;           ///< before normalisation
    std::vector<double> massGradient; ///< ∂S/∂(mass before normalisation); 0 where not granted
};

/// The score of one sample and what its gradient needs. Keeps its memory from sample to sample.
class SampleScore
{
public:
    /// Arrays of nodes × channels. Errors: InvalidArgument for NaN and infinite features; those of the
    /// solver.
    template <typename T>
    Status compute(const EmdScoreOptions& options, int firstNodes, int secondNodes, int channels,
                   const T* first, const T* second, TransportSolver& solver);
    double score() const { return 1.0 - m_solution.cost; }

    /// ∂score/∂first or ∂score/∂second of the last compute().
    template <typename T> void gradientOfFirst(T* target);
    template <typename T> void gradientOfSecond(T* target);

private:
    template <typename T> Status load(const T* features, int nodes, const char* name, NodeSet& set);
    void setMasses(const EmdScoreOptions& options, NodeSet& set, const NodeSet& other);
    void setCosts();
    void setMassGradients(const EmdScoreOptions& options);
    void addMassGradients(const NodeSet& set, const NodeSet& other);
    template <typename T> void write(const NodeSet& set, T* target) const;

    int m_channels = 0;
    NodeSet m_first;
    NodeSet m_second;
    std::vector<double> m_cost;
    TransportSolution m_solution;
    std::vector<double> m_gradient;
    std::vector<double> m_common; ///< a part of the gradient that all nodes share
};

} // namespace fedefm::transport
