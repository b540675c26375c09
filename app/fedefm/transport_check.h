// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_solver.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fedefm::cli {

/// One problem beside its reference. Errors are absolute and stay at 0 where `problem` says that there is no
/// solution.
struct TransportCheckEntry
{
    int index = 0;
    std::string kind;
    int rows = 0;
    int columns = 0;
    double cost = 0.0;
    double costError = 0.0;
    double marginalError = 0.0;          ///< of row and column sums, and negative flow
    double dualInfeasibility = 0.0;      ///< largest u_i + v_j − cost_ij
    double dualError = 0.0;              ///< |a·u + b·v − reference cost|
    std::optional<double> gradientError; ///< of ∂cost/∂cost_ij, where the reference has one
    double ms = 0.0;                     ///< median of several cold solutions
    int iterations = 0;
    bool isConverged = true; ///< of an approximate solver: before its limit of iterations
    bool isOk = false;
    std::string problem; ///< why there is nothing to compare
};

struct TransportCheckReport
{
    double costTolerance = 0.0; ///< also of marginals and duals
    double gradientTolerance = 0.0;
    std::vector<TransportCheckEntry> entries;
    bool isOk() const;
};

/// Solves the problems of a folder with config.json and emd.safetensors (docs/transport.md).
/// Errors: FileNotFound, FileUnreadable, ModelBroken (the tensors), InvalidArgument (config.json; options),
/// Cancelled. Problems that cannot be solved are entries.
Result<TransportCheckReport> checkTransport(const std::filesystem::path& folder,
                                            const TransportOptions& options,
                                            const std::function<bool()>& isCancelled);

} // namespace fedefm::cli
