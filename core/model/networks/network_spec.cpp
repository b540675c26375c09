// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_spec.h"

#include "core/base/library_message.h"
#include "core/base/nearest_name.h"
#include "core/model/networks/architecture_list_private.h"

#include <algorithm>

namespace fedefm {

Result<NetworkPtr> makeNetwork(const NetworkSpec& spec)
{
    const auto architecture = findArchitecture(spec.architecture);
    if (!architecture)
        return tl::unexpected<Error>(architecture.error());
    try {
        return (*architecture)->make(spec.hyperParameters);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, spec.architecture);
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        if (text.find("not enough memory") != std::string::npos)
            return fail(ErrorCode::OutOfMemory, spec.architecture);
        return fail(ErrorCode::InvalidArgument, spec.architecture, libraryMessage(text));
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, spec.architecture, exception.what());
    }
}

Result<NetworkSpec> officialSpec(const std::string& architecture, const std::string& variant)
{
    const auto found = findArchitecture(architecture);
    if (!found)
        return tl::unexpected<Error>(found.error());
    const std::vector<std::string>& variants = (*found)->info.variants;
    const std::string chosen = variant.empty() && !variants.empty() ? variants.front() : variant;
    if (std::find(variants.begin(), variants.end(), chosen) == variants.end())
        return fail(ErrorCode::InvalidArgument, architecture,
                    "no variant '" + variant + "'; the nearest is '" + nearestName(variant, variants) + "'");
    return NetworkSpec{architecture, (*found)->official(chosen)};
}

Result<NetworkSpec> parseNetworkSpec(const nlohmann::json& config)
{
    if (!config.is_object() || !config.contains("network") || !config["network"].is_string())
        return fail(ErrorCode::InvalidArgument, "network", "the configuration names no network (a text)");
    NetworkSpec spec;
    spec.architecture = config["network"].get<std::string>();
    const auto values = config.find("hyper_parameters");
    if (values != config.end() && !values->is_null()) {
        if (!values->is_object())
            return fail(ErrorCode::InvalidArgument, "hyper_parameters", "not a JSON object");
        spec.hyperParameters = *values;
    }
    const auto found = findArchitecture(spec.architecture);
    if (!found)
        return tl::unexpected<Error>(found.error());
    return spec;
}

Result<std::vector<StateKey>> stateKeys(const NetworkSpec& spec)
{
    const auto network = makeNetwork(spec);
    if (!network)
        return tl::unexpected<Error>(network.error());
    std::vector<StateKey> keys;
    for (const auto& [name, tensor] : stateOf(**network))
        keys.push_back({name, shapeText(tensor)});
    return keys;
}

Result<long long> parameterCount(const NetworkSpec& spec)
{
    const auto network = makeNetwork(spec);
    if (!network)
        return tl::unexpected<Error>(network.error());
    long long count = 0;
    for (const torch::Tensor& parameter : (*network)->parameters())
        count += parameter.numel();
    return count;
}

} // namespace fedefm
