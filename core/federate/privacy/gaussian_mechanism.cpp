// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/gaussian_mechanism.h"

#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

tl::unexpected<Error> refuse(const std::string& detail)
{
    return fail(ErrorCode::InvalidArgument, "Gaussian mechanism", detail);
}

/// log Φ(x) without underflow.
double logNormalBelow(double x)
{
    constexpr double kUnderflow = -35.0;
    if (x > kUnderflow)
        return std::log(0.5 * std::erfc(-x / std::sqrt(2.0)));
    const double s = 1.0 / (x * x);
    return -0.5 * x * x - std::log(-x) - 0.5 * std::log(2.0 * M_PI) +
           std::log1p(s * (-1.0 + s * (3.0 - 15.0 * s)));
}

/// δ(ε) = Φ(μ/2 − ε/μ) − e^ε Φ(−μ/2 − ε/μ); μ is the distance of the two means in deviations.
double deltaAt(double mu, double epsilon)
{
    if (mu == 0.0)
        return 0.0;
    if (std::isinf(mu))
        return 1.0;
    const double gain = logNormalBelow(mu / 2.0 - epsilon / mu);
    const double loss = epsilon + logNormalBelow(-mu / 2.0 - epsilon / mu);
    return loss >= gain ? 0.0 : -std::exp(gain) * std::expm1(loss - gain);
}

Result<double> distance(double noiseMultiplier, std::int64_t releases)
{
    if (!(noiseMultiplier >= 0.0) || std::isinf(noiseMultiplier) || releases < 0)
        return refuse("noise and number of releases must not be negative");
    return releases == 0 ? 0.0 : std::sqrt(static_cast<double>(releases)) / noiseMultiplier;
}

bool isDelta(double delta)
{
    return delta > 0.0 && delta < 1.0;
}

} // namespace

Result<double> gaussianDelta(double noiseMultiplier, std::int64_t releases, double epsilon)
{
    if (!(epsilon >= 0.0))
        return refuse("epsilon must not be negative");
    return distance(noiseMultiplier, releases).map([epsilon](double mu) { return deltaAt(mu, epsilon); });
}

Result<double> gaussianEpsilon(double noiseMultiplier, std::int64_t releases, double delta)
{
    constexpr double kLargest = 1e9;
    if (!isDelta(delta))
        return refuse("delta must lie between 0 and 1");
    const auto mu = distance(noiseMultiplier, releases);
    if (!mu)
        return mu;
    if (deltaAt(*mu, 0.0) <= delta)
        return 0.0;
    double low = 0.0;
    double high = 1.0;
    for (; deltaAt(*mu, high) > delta; high *= 2.0) {
        low = high;
        if (high > kLargest)
            return kInfinity;
    }
    while (high - low > 1e-12 * high) {
        const double middle = 0.5 * (low + high);
        if (middle == low || middle == high)
            break;
        (deltaAt(*mu, middle) > delta ? low : high) = middle;
    }
    return high;
}

Result<double> gaussianNoiseMultiplier(double epsilon, double delta, std::int64_t releases)
{
    constexpr double kMostNoise = 1e9;
    constexpr double kPrecision = 1e-5;
    if (!(epsilon >= 0.0) || std::isinf(epsilon) || !isDelta(delta) || releases < 0)
        return refuse("epsilon at least 0, delta between 0 and 1 and a number of releases are needed");
    if (releases == 0)
        return 0.0;
    const double spread = std::sqrt(static_cast<double>(releases));
    double low = 0.0;
    double high = 1.0;
    for (; deltaAt(spread / high, epsilon) > delta; high *= 2.0) {
        low = high;
        if (high > kMostNoise)
            return refuse("no noise is enough");
    }
    while (high - low > kPrecision * high) {
        const double middle = 0.5 * (low + high);
        (deltaAt(spread / middle, epsilon) > delta ? low : high) = middle;
    }
    return high;
}

} // namespace fedefm
