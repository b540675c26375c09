// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/nearest_name.h"
#include "core/base/strict_object.h"
#include "core/federate/topology/topology.h"

#include <optional>

namespace fedefm {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;
constexpr int kVersion = 1;

Result<int> siloOf(const nlohmann::json& end, const SiloNetwork& network, const std::string& subject)
{
    const int count = network.siloCount();
    if (end.is_number_integer()) {
        const auto number = end.get<std::int64_t>();
        if (number < 0 || number >= count)
            return fail(ErrorCode::InvalidArgument, subject,
                        "silo " + std::to_string(number) + " of " + std::to_string(count));
        return static_cast<int>(number);
    }
    if (!end.is_string())
        return fail(ErrorCode::InvalidArgument, subject, "a silo is a name or a number");
    const auto name = end.get<std::string>();
    std::vector<std::string> names;
    std::optional<int> found;
    for (int silo = 0; silo < count; ++silo) {
        names.push_back(network.siloName(silo));
        if (names.back() != name)
            continue;
        if (found)
            return fail(ErrorCode::InvalidArgument, subject,
                        "several silos are called " + name + "; use numbers");
        found = silo;
    }
    if (!found)
        return fail(ErrorCode::InvalidArgument, subject,
                    "no silo is called " + name + "; did you mean " + nearestName(name, names) + "?");
    return *found;
}

} // namespace

Result<Overlay> parseOverlay(const std::string& json, const SiloNetwork& network, const std::string& subject)
{
    const nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
    if (!document.is_object())
        return fail(ErrorCode::InvalidArgument, subject, "no JSON object");
    StrictObject object(document, "");
    int version = 0;
    bool isDirected = false;
    object.integer("version", version, kVersion, kVersion);
    object.flag("directed", isDirected);
    const nlohmann::json links = object.value("links");
    if (!object.has("version"))
        object.refuse("version", "is missing");
    if (!links.is_array())
        object.refuse("links", "a list of pairs");
    if (auto read = object.finish(); !read)
        return fail(ErrorCode::InvalidArgument, subject, read.error().subject + ": " + read.error().detail);
    std::vector<OverlayLink> list;
    for (const nlohmann::json& link : links) {
        if (!link.is_array() || link.size() != 2)
            return fail(ErrorCode::InvalidArgument, subject, "a link is a pair of silos");
        const auto from = siloOf(link[0], network, subject);
        const auto to = siloOf(link[1], network, subject);
        if (!from || !to)
            return tl::unexpected((from ? to : from).error());
        list.push_back({*from, *to});
        if (!isDirected)
            list.push_back({*to, *from});
    }
    auto overlay = Overlay::create(network.siloCount(), std::move(list));
    if (!overlay)
        return fail(overlay.error().code, subject, overlay.error().subject + ": " + overlay.error().detail);
    return overlay;
}

Result<Overlay> loadOverlay(const std::filesystem::path& file, const SiloNetwork& network)
{
    const auto text = readFile(file, kMaxFileBytes);
    if (!text)
        return tl::unexpected(text.error());
    return parseOverlay(*text, network, file.string());
}

std::string overlayDocument(const Overlay& overlay)
{
    const bool isDirected = !overlay.isSymmetric();
    nlohmann::json links = nlohmann::json::array();
    for (const auto& [from, to] : overlay.links())
        if (isDirected || from < to)
            links.push_back({from, to});
    return nlohmann::json{{"version", kVersion}, {"directed", isDirected}, {"links", links}}.dump(2) + "\n";
}

} // namespace fedefm
