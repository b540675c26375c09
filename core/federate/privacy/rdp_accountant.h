// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

/// Rényi divergence of one step of the sampled Gaussian mechanism at order α > 1, integer or not (Mironov,
/// Talwar, Zhang 2019, sections 3.1 and 3.3): each record takes part with probability `samplingRate`
/// independently of the others, the sum of contributions of L2 norm ≤ 1 gets noise of deviation
/// `noiseMultiplier`. Neighbouring data sets differ by one record that is added or removed. Rate 0 gives 0,
/// noise 0 gives infinity. Arguments outside their range give NaN.
double sampledGaussianRdp(double samplingRate, double noiseMultiplier, double order);

struct EpsilonBound
{
    double epsilon = 0.0; ///< infinity: no privacy
    double order =
        0.0; ///< the order that gives it; at the end of the list it could be improved by more orders
};

/// The least ε over the orders by ε(α) = R(α) + log((α−1)/α) − (log δ + log α)/(α−1) (Canonne, Kamath,
/// Steinke 2020, Prop. 12; Balle et al. 2020, Thm. 21), never below 0. Errors: InvalidArgument for δ outside
/// ]0, 1[, orders ≤ 1 or of another number than values.
Result<EpsilonBound> epsilonOfRdp(const std::vector<double>& orders, const std::vector<double>& rdp,
                                  double delta);

/// 1.1, 1.2 … 11, 12 … 64, and larger ones for small ε.
std::vector<double> defaultRdpOrders();

/// Adds up what the training on one set of records gives away, whoever trains: the silo's own steps, and the
/// steps of visitors at this silo. What is computed from published weights costs nothing more.
class RdpAccountant
{
public:
    struct Steps
    {
        double samplingRate = 0.0;
        double noiseMultiplier = 0.0;
        std::int64_t count = 0;
    };

    /// Orders ≤ 1 and not finite ones are left out.
    explicit RdpAccountant(std::vector<double> orders = defaultRdpOrders());

    /// Errors: InvalidArgument for a rate outside [0, 1], negative noise or count, anything not finite.
    Status addSteps(double samplingRate, double noiseMultiplier, std::int64_t count = 1);
    Result<EpsilonBound> epsilon(double delta) const;

    const std::vector<double>& orders() const { return m_orders; }
    const std::vector<double>& rdp() const { return m_rdp; }
    /// Steps in order; equal ones that follow each other are one entry.
    const std::vector<Steps>& history() const { return m_history; }

private:
    std::vector<double> m_orders;
    std::vector<double> m_rdp;
    std::vector<Steps> m_history;
    std::vector<double> m_rdpOfLast; ///< of one step of the last entry
};

/// The history, for a checkpoint: [{"sampling_rate": 0.01, "noise_multiplier": 1.1, "steps": 100}, …].
nlohmann::json toJson(const RdpAccountant& accountant);
/// Errors: InvalidArgument.
Result<RdpAccountant> parseRdpAccountant(const nlohmann::json& history);

struct PrivacyTarget
{
    double epsilon = 8.0;
    double delta = 1e-5;
    double samplingRate = 0.01; ///< batch size / records
    std::int64_t steps = 1000;  ///< on these records in all, visitors included
};

/// The least noise multiplier, to 0.01 % and on the safe side, with which the target is kept; 0 where nothing
/// is given away. Errors: InvalidArgument, also where no noise up to 10⁵ is enough.
Result<double> noiseMultiplierFor(const PrivacyTarget& target);

} // namespace fedefm
