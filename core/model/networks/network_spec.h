// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

/// Which network, and how large. The form is that of the official reference configurations: `network` names
/// the architecture, `hyper_parameters` is its own vocabulary. Unknown or ill-typed hyper-parameters are
/// errors that name the nearest known one; those left out take the official full-size value.
struct NetworkSpec
{
    std::string architecture; ///< "unet", "transunet", "swin_unet", "wirenet" …
    nlohmann::json hyperParameters = nlohmann::json::object();
};

/// What an architecture is, without building it.
struct ArchitectureInfo
{
    std::string name;
    std::string description;
    std::vector<std::string> variants; ///< names for `model keys --variant`; the first is the default
};

/// All architectures, sorted by name.
std::vector<ArchitectureInfo> architectures();

/// The full-size official configuration of a variant (empty: the default one). Errors: InvalidArgument,
/// detail names the nearest.
Result<NetworkSpec> officialSpec(const std::string& architecture, const std::string& variant = {});

/// "network" and "hyper_parameters" of a JSON object; other members are left alone.
Result<NetworkSpec> parseNetworkSpec(const nlohmann::json& config);

/// A configuration file; NaN and Infinity, which Python writes into JSON, are read as null. Errors:
/// FileNotFound, FileUnreadable, TooLarge, InvalidArgument.
Result<nlohmann::json> readNetworkConfig(const std::filesystem::path& file);

/// One entry per state_dict entry: name and shape ("64x3x7x7", "scalar"), sorted bytewise by name.
struct StateKey
{
    std::string name;
    std::string shape;
};
Result<std::vector<StateKey>> stateKeys(const NetworkSpec& spec);

/// Learnable values. Errors as above.
Result<long long> parameterCount(const NetworkSpec& spec);

} // namespace fedefm
