// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/matcha_private.h"

#include "core/federate/topology/symmetric_spectrum_private.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace fedefm {

namespace {

using Weights = std::vector<double>;

Eigen::MatrixXd laplacian(int siloCount, const MatchaPlan& plan, const Weights& weights)
{
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(siloCount, siloCount);
    for (std::size_t m = 0; m < weights.size(); ++m)
        for (const auto& [a, b] : plan.matchings[m]) {
            sum(a, a) += weights[m];
            sum(b, b) += weights[m];
            sum(a, b) -= weights[m];
            sum(b, a) -= weights[m];
        }
    return sum;
}

/// The nearest point with 0 ≤ p ≤ 1 and the given sum: p − t clipped, t by bisection.
Weights project(const Weights& point, double sum)
{
    const auto clippedSum = [&point](double shift) {
        double total = 0.0;
        for (const double value : point)
            total += std::clamp(value - shift, 0.0, 1.0);
        return total;
    };
    const auto [least, most] = std::minmax_element(point.begin(), point.end());
    double low = *least - 1.0;
    double high = *most;
    constexpr int kHalvings = 60;
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = (low + high) / 2.0;
        (clippedSum(middle) > sum ? low : high) = middle;
    }
    Weights projected;
    for (const double value : point)
        projected.push_back(std::clamp(value - (low + high) / 2.0, 0.0, 1.0));
    return projected;
}

struct Connectivity
{
    double value = 0.0; ///< λ₂
    Weights slope;
};

/// λ₂ and a direction of ascent: eigenvalues close to λ₂ take part, because it has a kink where they meet.
Connectivity connectivityOf(int siloCount, const MatchaPlan& plan, const Weights& weights)
{
    const Spectrum spectrum = symmetricSpectrum(laplacian(siloCount, plan, weights), true);
    Connectivity result;
    result.value = spectrum.values(1);
    result.slope.assign(weights.size(), 0.0);
    constexpr double kNearby = 0.02;
    constexpr double kFar = 20.0;
    const double width = kNearby * std::max(result.value, 1e-9);
    double total = 0.0;
    for (int k = 1; k < siloCount; ++k) {
        const double distance = (spectrum.values(k) - result.value) / width;
        if (distance > kFar)
            break;
        const double share = std::exp(-distance);
        total += share;
        for (std::size_t m = 0; m < weights.size(); ++m)
            for (const auto& [a, b] : plan.matchings[m])
                result.slope[m] += share * std::pow(spectrum.vectors(a, k) - spectrum.vectors(b, k), 2.0);
    }
    for (double& slope : result.slope)
        slope /= total;
    return result;
}

/// Projected ascent with shrinking steps; λ₂ is concave in p.
Weights bestProbabilities(int siloCount, const MatchaPlan& plan, double budget)
{
    const auto count = static_cast<double>(plan.matchings.size());
    const double sum = budget * count;
    Weights best(plan.matchings.size(), budget);
    double bestValue = -1.0;
    Weights point = best;
    // Each step costs n³; beyond a hundred silos fewer have to do.
    constexpr double kMostWork = 3e8;
    const int steps = static_cast<int>(std::clamp(kMostWork / std::pow(siloCount, 3.0), 40.0, 300.0));
    constexpr double kFirstStep = 0.3;
    for (int step = 0; step < steps; ++step) {
        const Connectivity here = connectivityOf(siloCount, plan, point);
        if (here.value > bestValue) {
            bestValue = here.value;
            best = point;
        }
        double mean = 0.0;
        for (const double slope : here.slope)
            mean += slope / count;
        double length = 0.0;
        for (const double slope : here.slope)
            length += (slope - mean) * (slope - mean);
        if (length < 1e-24)
            break;
        const double scale = kFirstStep / std::sqrt(length * (step + 1.0));
        for (std::size_t m = 0; m < point.size(); ++m)
            point[m] += scale * (here.slope[m] - mean);
        point = project(point, sum);
    }
    return best;
}

/// ρ(α) = ‖I − 2αL̄ + α²(L̄² + 2·ΣpL(1−p)) − J‖; matchings are drawn independently and L² = 2L for each.
double rhoOf(const Eigen::MatrixXd& mean, const Eigen::MatrixXd& variance, double alpha)
{
    const auto count = mean.rows();
    const Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(count, count) - 2.0 * alpha * mean +
                                   alpha * alpha * (mean * mean + 2.0 * variance) -
                                   Eigen::MatrixXd::Constant(count, count, 1.0 / static_cast<double>(count));
    return symmetricSpectrum(matrix, false).values.cwiseAbs().maxCoeff();
}

void chooseAlpha(int siloCount, MatchaPlan& plan)
{
    Weights variances;
    for (const double p : plan.probabilities)
        variances.push_back(p * (1.0 - p));
    const Eigen::MatrixXd mean = laplacian(siloCount, plan, plan.probabilities);
    const Eigen::MatrixXd variance = laplacian(siloCount, plan, variances);
    // Convex in α: golden section between 0 and the α beyond which ρ > 1.
    double low = 0.0;
    double high = 2.0 / std::max(1e-9, symmetricSpectrum(mean, false).values.maxCoeff());
    const double golden = (std::sqrt(5.0) - 1.0) / 2.0;
    constexpr int kCuts = 40;
    for (int i = 0; i < kCuts; ++i) {
        const double left = high - golden * (high - low);
        const double right = low + golden * (high - low);
        if (rhoOf(mean, variance, left) < rhoOf(mean, variance, right))
            high = right;
        else
            low = left;
    }
    plan.alpha = (low + high) / 2.0;
    plan.rho = rhoOf(mean, variance, plan.alpha);
}

} // namespace

MatchaPlan planMatcha(int siloCount, const std::vector<SiloPair>& pairs, double budget)
{
    MatchaPlan plan;
    if (siloCount < 2)
        return plan;
    plan.matchings = matchings(siloCount, pairs);
    plan.probabilities = bestProbabilities(siloCount, plan, budget);
    chooseAlpha(siloCount, plan);
    return plan;
}

std::vector<SiloPair> drawMatcha(const MatchaPlan& plan, std::uint64_t seed, std::uint64_t round)
{
    const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
    const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32U); };
    std::seed_seq sequence{low(seed), high(seed), low(round), high(round)};
    // The standard fixes the engine's numbers, not those of its distributions.
    std::mt19937_64 engine(sequence);
    std::vector<SiloPair> pairs;
    for (std::size_t m = 0; m < plan.matchings.size(); ++m) {
        const double uniform = static_cast<double>(engine() >> 11U) * 0x1.0p-53;
        if (uniform < plan.probabilities[m])
            pairs.insert(pairs.end(), plan.matchings[m].begin(), plan.matchings[m].end());
    }
    return pairs;
}

} // namespace fedefm
