// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/rdp_accountant.h"

#include "core/base/strict_object.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr const char* kSubject = "privacy accountant";

double logAdd(double a, double b)
{
    const double high = std::max(a, b);
    return high == -kInfinity ? high : high + std::log1p(std::exp(std::min(a, b) - high));
}

/// log(eˣ − 1) for x > 0.
double logExpm1(double x)
{
    return x > 30.0 ? x + std::log1p(-std::exp(-x)) : std::log(std::expm1(x));
}

double logErfc(double x)
{
    constexpr double kUnderflow = 25.0;
    if (x < kUnderflow)
        return std::log(std::erfc(x));
    const double s = 1.0 / (x * x);
    return -x * x - std::log(x) - 0.5 * std::log(M_PI) +
           std::log1p(s * (-0.5 + s * (0.75 + s * (-1.875 + s * 6.5625))));
}

/// log A_α for a whole number: A − 1 = Σ_{k≥2} C(α,k) qᵏ (1−q)^(α−k) (exp((k²−k)/2σ²) − 1), all terms
/// positive.
double logMomentWhole(double q, double sigma, int order)
{
    double sum = -kInfinity;
    double logChoose = std::log(static_cast<double>(order));
    for (int k = 2; k <= order; ++k) {
        logChoose += std::log(static_cast<double>(order - k + 1) / k);
        const double growth = (static_cast<double>(k) * k - k) / (2.0 * sigma * sigma);
        sum = logAdd(sum, logChoose + k * std::log(q) + (order - k) * std::log1p(-q) + logExpm1(growth));
    }
    return logAdd(0.0, sum);
}

/// A sum of terms given as logarithm and sign, kept as a multiple of exp(m_scale).
class SignedSum
{
public:
    void add(double logTerm, double sign)
    {
        if (logTerm > m_scale) {
            m_sum *= std::exp(m_scale - logTerm);
            m_scale = logTerm;
        }
        if (logTerm > -kInfinity)
            m_sum += sign * std::exp(logTerm - m_scale);
    }
    double sum() const { return m_sum; }
    double scale() const { return m_scale; }

private:
    double m_sum = 0.0;
    double m_scale = -kInfinity;
};

/// The limit of partial sums of an alternating series, by repeated means (Euler's transformation).
double alternatingLimit(std::vector<double> sums)
{
    for (; sums.size() > 1; sums.pop_back())
        for (std::size_t i = 0; i + 1 < sums.size(); ++i)
            sums[i] = 0.5 * (sums[i] + sums[i + 1]);
    return sums.front();
}

/// log A_α for any order: the integral is cut at z0, where both parts of the mixture are equal, and each side
/// expanded in a binomial series that converges there. Beyond the order its signs alternate, and its terms
/// may fall as slowly as i^(−α−2). NaN where the series is out of reach of doubles.
double logMomentFractional(double q, double sigma, double order)
{
    constexpr double kNegligible = 40.0;
    constexpr double kMostDirectTerms = 4000.0;
    constexpr int kTailTerms = 24;
    const double logQ = std::log(q);
    const double logRest = std::log1p(-q);
    const double z0 = sigma * sigma * (logRest - logQ) + 0.5;
    const double width = std::sqrt(2.0) * sigma;
    const auto growth = [sigma](double k) { return (k * k - k) / (2.0 * sigma * sigma); };
    const int directTerms =
        static_cast<int>(std::ceil(order) + 64.0 + std::min(kMostDirectTerms, 2.0 * std::abs(z0)));
    SignedSum sum;
    std::vector<double> tail;
    double logChoose = 0.0;
    double sign = 1.0;
    for (int i = 0; i < directTerms + kTailTerms; ++i) {
        const double j = order - i;
        const double below = logChoose + i * logQ + j * logRest + growth(i) + logErfc((i - z0) / width);
        const double above = logChoose + j * logQ + i * logRest + growth(j) + logErfc((z0 - j) / width);
        const double scaleBefore = sum.scale();
        sum.add(below - std::log(2.0), sign);
        sum.add(above - std::log(2.0), sign);
        if (i > order && std::max(below, above) < sum.scale() - kNegligible)
            return sum.scale() + std::log(sum.sum());
        if (i >= directTerms && sum.scale() > scaleBefore)
            return std::numeric_limits<double>::quiet_NaN();
        if (i >= directTerms)
            tail.push_back(sum.sum());
        if (j < 0.0)
            sign = -sign;
        logChoose += std::log(std::abs(j) / (i + 1.0));
    }
    return sum.scale() + std::log(alternatingLimit(std::move(tail)));
}

double logMoment(double q, double sigma, double order)
{
    constexpr double kLargestWhole = 1e6;
    const double below = std::floor(order);
    if (below == order && order <= kLargestWhole)
        return logMomentWhole(q, sigma, static_cast<int>(order));
    const double moment = logMomentFractional(q, sigma, order);
    if (std::isfinite(moment))
        return std::max(0.0, moment);
    // log A is convex in the order and 0 at order 1, so the chord between whole numbers is an upper bound.
    const double share = order - below;
    const double left = below < 2.0 ? 0.0 : logMomentWhole(q, sigma, static_cast<int>(below));
    return (1.0 - share) * left + share * logMomentWhole(q, sigma, static_cast<int>(below) + 1);
}

tl::unexpected<Error> refuse(const std::string& detail)
{
    return fail(ErrorCode::InvalidArgument, kSubject, detail);
}

} // namespace

double sampledGaussianRdp(double samplingRate, double noiseMultiplier, double order)
{
    const bool isValid = samplingRate >= 0.0 && samplingRate <= 1.0 && noiseMultiplier >= 0.0 &&
                         order > 1.0 && std::isfinite(noiseMultiplier);
    if (!isValid)
        return std::numeric_limits<double>::quiet_NaN();
    if (samplingRate == 0.0)
        return 0.0;
    if (noiseMultiplier == 0.0 || std::isinf(order))
        return kInfinity;
    const double unsampled = order / (2.0 * noiseMultiplier * noiseMultiplier);
    if (samplingRate == 1.0)
        return unsampled;
    // Sampling never costs privacy, which bounds what rounding does to extreme arguments.
    return std::min(logMoment(samplingRate, noiseMultiplier, order) / (order - 1.0), unsampled);
}

Result<EpsilonBound> epsilonOfRdp(const std::vector<double>& orders, const std::vector<double>& rdp,
                                  double delta)
{
    if (!(delta > 0.0 && delta < 1.0))
        return refuse("delta must lie between 0 and 1");
    if (orders.empty() || orders.size() != rdp.size())
        return refuse("as many divergences as orders are needed, and at least one");
    EpsilonBound best{kInfinity, orders.front()};
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const double order = orders[i];
        if (!(order > 1.0) || !(rdp[i] >= 0.0))
            return refuse("orders above 1 and divergences that are not negative are needed");
        // The total variation is at most sqrt(1 − exp(−R)) (Bretagnolle, Huber): (0, δ) holds already.
        const bool isNothing = delta * delta >= -std::expm1(-rdp[i]);
        const double epsilon = isNothing ? 0.0
                                         : rdp[i] + std::log1p(-1.0 / order) -
                                               (std::log(delta) + std::log(order)) / (order - 1.0);
        if (epsilon < best.epsilon)
            best = {std::max(0.0, epsilon), order};
    }
    return best;
}

std::vector<double> defaultRdpOrders()
{
    std::vector<double> orders;
    for (int tenths = 11; tenths <= 110; ++tenths)
        orders.push_back(tenths / 10.0);
    for (int order = 12; order <= 64; ++order)
        orders.push_back(order);
    for (const int order : {80, 96, 128, 192, 256, 384, 512, 1024})
        orders.push_back(order);
    return orders;
}

RdpAccountant::RdpAccountant(std::vector<double> orders) : m_orders(std::move(orders))
{
    m_orders.erase(std::remove_if(m_orders.begin(), m_orders.end(),
                                  [](double order) { return !(order > 1.0) || std::isinf(order); }),
                   m_orders.end());
    m_rdp.assign(m_orders.size(), 0.0);
}

Status RdpAccountant::addSteps(double samplingRate, double noiseMultiplier, std::int64_t count)
{
    if (!(samplingRate >= 0.0 && samplingRate <= 1.0))
        return refuse("the sampling rate must lie from 0 to 1");
    if (!(noiseMultiplier >= 0.0) || std::isinf(noiseMultiplier) || count < 0)
        return refuse("noise and number of steps must not be negative");
    if (count == 0)
        return {};
    const bool isAsLast = !m_history.empty() && m_history.back().samplingRate == samplingRate &&
                          m_history.back().noiseMultiplier == noiseMultiplier;
    if (!isAsLast) {
        m_rdpOfLast.clear();
        for (const double order : m_orders)
            m_rdpOfLast.push_back(sampledGaussianRdp(samplingRate, noiseMultiplier, order));
        m_history.push_back({samplingRate, noiseMultiplier, 0});
    }
    m_history.back().count += count;
    for (std::size_t i = 0; i < m_rdp.size(); ++i)
        m_rdp[i] += m_rdpOfLast[i] * static_cast<double>(count);
    return {};
}

Result<EpsilonBound> RdpAccountant::epsilon(double delta) const
{
    return epsilonOfRdp(m_orders, m_rdp, delta);
}

nlohmann::json toJson(const RdpAccountant& accountant)
{
    nlohmann::json list = nlohmann::json::array();
    for (const RdpAccountant::Steps& steps : accountant.history())
        list.push_back({{"sampling_rate", steps.samplingRate},
                        {"noise_multiplier", steps.noiseMultiplier},
                        {"steps", steps.count}});
    return list;
}

Result<RdpAccountant> parseRdpAccountant(const nlohmann::json& history)
{
    if (!history.is_array())
        return refuse("the history is not a list");
    RdpAccountant accountant;
    for (const nlohmann::json& entry : history) {
        double rate = -1.0;
        double noise = -1.0;
        std::uint64_t steps = 0;
        StrictObject object(entry, kSubject);
        object.number("sampling_rate", rate, 0.0, 1.0);
        object.number("noise_multiplier", noise, 0.0);
        object.seed("steps", steps);
        if (auto read = object.finish(); !read)
            return tl::unexpected(read.error());
        if (steps > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return refuse("too many steps");
        if (auto added = accountant.addSteps(rate, noise, static_cast<std::int64_t>(steps)); !added)
            return tl::unexpected(added.error());
    }
    return accountant;
}

Result<double> noiseMultiplierFor(const PrivacyTarget& target)
{
    constexpr double kMostNoise = 1e5;
    constexpr double kLeastNoise = 1e-2;
    constexpr double kPrecision = 1e-4;
    if (!(target.epsilon > 0.0) || std::isinf(target.epsilon))
        return refuse("epsilon must be above 0");
    const auto epsilonAt = [&target](double noise) -> Result<double> {
        RdpAccountant accountant;
        if (auto added = accountant.addSteps(target.samplingRate, noise, target.steps); !added)
            return tl::unexpected(added.error());
        return accountant.epsilon(target.delta).map([](const EpsilonBound& bound) { return bound.epsilon; });
    };
    const auto without = epsilonAt(0.0);
    if (!without)
        return tl::unexpected(without.error());
    if (*without <= target.epsilon)
        return 0.0;
    double low = kLeastNoise;
    double high = 1.0;
    while (*epsilonAt(high) > target.epsilon) {
        low = high;
        high *= 2.0;
        if (high > kMostNoise)
            return refuse("no noise keeps epsilon " + std::to_string(target.epsilon) +
                          "; fewer steps, a smaller sampling rate or a larger epsilon would");
    }
    while (high - low > kPrecision * high) {
        const double middle = 0.5 * (low + high);
        (*epsilonAt(middle) > target.epsilon ? low : high) = middle;
    }
    return high;
}

} // namespace fedefm
