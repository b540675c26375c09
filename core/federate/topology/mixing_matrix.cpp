// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/mixing_matrix.h"

#include "core/federate/topology/symmetric_spectrum_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

Overlay withOpposites(const Overlay& overlay)
{
    std::vector<std::pair<int, int>> pairs;
    for (const auto& [from, to] : overlay.links())
        pairs.emplace_back(from, to);
    return Overlay::bothWays(overlay.siloCount(), pairs);
}

/// Weights of the neighbours are set: what is missing to 1 stays at home.
void keepTheRest(MixingMatrix& mixing)
{
    for (int silo = 0; silo < mixing.siloCount(); ++silo) {
        double given = 0.0;
        for (int other = 0; other < mixing.siloCount(); ++other)
            given += other == silo ? 0.0 : mixing.at(silo, other);
        mixing.set(silo, silo, 1.0 - given);
    }
}

} // namespace

MixingMatrix::MixingMatrix(int siloCount)
    : m_count(siloCount),
      m_weights(static_cast<std::size_t>(siloCount) * static_cast<std::size_t>(siloCount), 0.0)
{
    for (int silo = 0; silo < siloCount; ++silo)
        set(silo, silo, 1.0);
}

MixingMatrix MixingMatrix::metropolis(const Overlay& overlay)
{
    const Overlay both = withOpposites(overlay);
    MixingMatrix mixing(both.siloCount());
    for (const auto& [from, to] : both.links())
        mixing.set(to, from, 1.0 / (1.0 + std::max(both.outDegree(from), both.outDegree(to))));
    keepTheRest(mixing);
    return mixing;
}

Result<MixingMatrix> MixingMatrix::balanced(const Overlay& overlay)
{
    if (!overlay.isStronglyConnected())
        return fail(ErrorCode::InvalidArgument, "overlay", "not every silo hears of every other one");
    const int count = overlay.siloCount();
    MixingMatrix mixing(count);
    for (const auto& [from, to] : overlay.links())
        mixing.set(to, from, 1.0);
    constexpr int kMostRounds = 10000;
    constexpr double kEnough = 1e-13;
    for (int round = 0; round < kMostRounds && mixing.imbalance() > kEnough; ++round)
        for (const bool isRows : {true, false})
            for (int line = 0; line < count; ++line) {
                double sum = 0.0;
                for (int other = 0; other < count; ++other)
                    sum += isRows ? mixing.at(line, other) : mixing.at(other, line);
                for (int other = 0; other < count; ++other) {
                    double& weight =
                        mixing.m_weights[isRows ? mixing.cell(line, other) : mixing.cell(other, line)];
                    weight /= sum;
                }
            }
    constexpr double kTolerable = 1e-9;
    if (mixing.imbalance() > kTolerable)
        return fail(ErrorCode::InvalidArgument, "overlay", "no balanced weights found; add links both ways");
    return mixing;
}

MixingMatrix MixingMatrix::laplacian(const Overlay& overlay, double alpha)
{
    const Overlay both = withOpposites(overlay);
    MixingMatrix mixing(both.siloCount());
    for (const auto& [from, to] : both.links())
        mixing.set(to, from, alpha);
    keepTheRest(mixing);
    return mixing;
}

double MixingMatrix::imbalance() const
{
    double largest = 0.0;
    for (int line = 0; line < m_count; ++line) {
        double row = -1.0;
        double column = -1.0;
        for (int other = 0; other < m_count; ++other) {
            row += at(line, other);
            column += at(other, line);
        }
        largest = std::max({largest, std::abs(row), std::abs(column)});
    }
    return largest;
}

double spectralGap(const MixingMatrix& mixing)
{
    const auto matrix =
        Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            mixing.weights().data(), mixing.siloCount(), mixing.siloCount());
    return 1.0 - secondLargestModulus(matrix);
}

} // namespace fedefm
