// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay.h"

#include <vector>

namespace fedefm {

/// Weights with which a silo averages what it hears: row i holds silo i's, column j how much of silo j's
/// model goes where. Rows and columns sum to 1, so that the mean over all silos is preserved.
class MixingMatrix
{
public:
    /// The identity: nobody hears anybody.
    explicit MixingMatrix(int siloCount = 0);

    /// Metropolis: 1/(1+max(d_i, d_j)) for each pair, the rest to oneself (D-PSGD). A link without its
    /// opposite is taken for both directions.
    static MixingMatrix metropolis(const Overlay& overlay);
    /// For directed overlays: equal weights of oneself and all that one hears, balanced by Sinkhorn and
    /// Knopp's iteration until rows and columns sum to 1. A directed ring gets ½ and ½. Errors:
    /// InvalidArgument when the overlay is not strongly connected, which has no such weights.
    static Result<MixingMatrix> balanced(const Overlay& overlay);
    /// I − α·L of the pairs (MATCHA, Wang et al. 2019).
    static MixingMatrix laplacian(const Overlay& overlay, double alpha);

    int siloCount() const { return m_count; }
    double at(int silo, int heard) const { return m_weights[cell(silo, heard)]; }
    void set(int silo, int heard, double weight) { m_weights[cell(silo, heard)] = weight; }
    /// Row-major, siloCount × siloCount.
    const std::vector<double>& weights() const { return m_weights; }

    /// Largest deviation of a row's or column's sum from 1.
    double imbalance() const;

private:
    std::size_t cell(int row, int column) const
    {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(m_count) +
               static_cast<std::size_t>(column);
    }
    int m_count = 0;
    std::vector<double> m_weights;
};

/// 1 − the second largest modulus of the eigenvalues: the larger, the faster differences between silos
/// vanish; 0 where they never do, 1 where one round is enough.
double spectralGap(const MixingMatrix& mixing);

} // namespace fedefm
