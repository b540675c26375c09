// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/underlay.h"

#include "core/base/atomic_file.h"
#include "core/base/nearest_name.h"
#include "core/base/utf8.h"
#include "core/federate/topology/gml_private.h"

#include <charconv>
#include <cmath>
#include <map>
#include <unordered_map>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxNameBytes = 200;
/// Twice around the Earth; more is a unit error.
constexpr double kMaxLengthKm = 80000.0;

template <typename Number> std::optional<Number> numberOf(const GmlItem* item)
{
    if (item == nullptr || item->kind == GmlItem::Kind::List)
        return std::nullopt;
    const char* begin = item->text.data();
    const char* const end = begin + item->text.size();
    if (begin != end && *begin == '+')
        ++begin;
    Number number{};
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

class UnderlayBuilder
{
public:
    explicit UnderlayBuilder(const std::string& subject) : m_subject(subject) {}

    Status addNode(const GmlItem& item)
    {
        const auto id = numberOf<long long>(item.find("id"));
        if (!id)
            return wrong(item, "a node without a whole number as id");
        if (m_underlay.nodes.size() == static_cast<std::size_t>(kMaxSilos))
            return fail(ErrorCode::TooLarge, m_subject, "more than " + std::to_string(kMaxSilos) + " nodes");
        if (!m_indices.emplace(*id, static_cast<int>(m_underlay.nodes.size())).second)
            return wrong(item, "the id " + std::to_string(*id) + " stands twice");
        UnderlayNode node;
        const GmlItem* label = item.find("label");
        node.name = label != nullptr && !label->text.empty() ? cutUtf8(label->text, kMaxNameBytes)
                                                             : "silo " + std::to_string(*id);
        const GmlItem* latitude = item.find("latitude");
        const GmlItem* longitude = item.find("longitude");
        if (latitude != nullptr && longitude != nullptr) {
            node.latitudeDeg = numberOf<double>(latitude);
            node.longitudeDeg = numberOf<double>(longitude);
            // Written so that NaN is refused as well.
            if (!(std::abs(node.latitudeDeg.value_or(NAN)) <= 90.0) ||
                !(std::abs(node.longitudeDeg.value_or(NAN)) <= 360.0))
                return wrong(item, "coordinates that are none");
        }
        m_underlay.nodes.push_back(std::move(node));
        return {};
    }

    Status addLink(const GmlItem& item)
    {
        const auto a = nodeOf(item.find("source"));
        const auto b = nodeOf(item.find("target"));
        if (!a || !b)
            return wrong(item, "source or target is no node");
        const auto length = lengthOf(item, *a, *b);
        if (!length)
            return tl::unexpected(length.error());
        if (*a == *b)
            return {};
        const auto [place, isNew] = m_pairs.emplace(std::minmax(*a, *b), m_underlay.links.size());
        if (isNew)
            m_underlay.links.push_back({*a, *b, *length});
        double& kept = m_underlay.links[place->second].lengthKm;
        kept = std::min(kept, *length);
        return {};
    }

    Underlay take() { return std::move(m_underlay); }

private:
    std::optional<int> nodeOf(const GmlItem* end) const
    {
        const auto id = numberOf<long long>(end);
        const auto found = id ? m_indices.find(*id) : m_indices.end();
        return found == m_indices.end() ? std::nullopt : std::optional<int>(found->second);
    }

    Result<double> lengthOf(const GmlItem& item, int a, int b) const
    {
        const GmlItem* distance = item.find("distance");
        const UnderlayNode& from = m_underlay.nodes[static_cast<std::size_t>(a)];
        const UnderlayNode& to = m_underlay.nodes[static_cast<std::size_t>(b)];
        if (distance == nullptr && from.latitudeDeg && to.latitudeDeg)
            return geodesicKm(from, to);
        const auto length = numberOf<double>(distance);
        if (!length || !(*length >= 0.0 && *length <= kMaxLengthKm))
            return wrong(item, distance == nullptr ? "an edge without distance"
                                                   : "a distance that is not from 0 to 80000 km");
        return *length;
    }

    tl::unexpected<Error> wrong(const GmlItem& item, const std::string& what) const
    {
        return fail(ErrorCode::InvalidArgument, m_subject, "line " + std::to_string(item.line) + ": " + what);
    }

    const std::string& m_subject;
    Underlay m_underlay;
    std::unordered_map<long long, int> m_indices;
    std::map<std::pair<int, int>, std::size_t> m_pairs;
};

} // namespace

Result<Underlay> parseUnderlay(std::string_view gml, const std::string& subject)
{
    if (gml.size() > kMaxFileBytes)
        return fail(ErrorCode::TooLarge, subject, "more than 16 MiB");
    const auto file = parseGml(gml, subject);
    if (!file)
        return tl::unexpected(file.error());
    const GmlItem* graph = file->find("graph");
    if (graph == nullptr || graph->kind != GmlItem::Kind::List)
        return fail(ErrorCode::InvalidArgument, subject, "no graph [ … ] in it");
    UnderlayBuilder builder(subject);
    // Edges may stand before their nodes.
    for (const GmlItem& item : graph->items)
        if (item.key == "node")
            if (auto added = builder.addNode(item); !added)
                return tl::unexpected(added.error());
    for (const GmlItem& item : graph->items)
        if (item.key == "edge")
            if (auto added = builder.addLink(item); !added)
                return tl::unexpected(added.error());
    Underlay underlay = builder.take();
    if (underlay.nodes.empty())
        return fail(ErrorCode::InvalidArgument, subject, "no nodes in it");
    underlay.name = fs::path(subject).stem().string();
    return underlay;
}

Result<Underlay> loadUnderlay(const fs::path& file)
{
    const auto text = readFile(file, kMaxFileBytes);
    if (!text)
        return tl::unexpected(text.error());
    return parseUnderlay(*text, file.string());
}

Result<Underlay> openUnderlay(const std::string& nameOrFile)
{
    if (auto builtIn = builtInUnderlay(nameOrFile))
        return std::move(*builtIn);
    auto loaded = loadUnderlay(nameOrFile);
    // A path is meant as one, and is like no name.
    const fs::path path(nameOrFile);
    if (loaded || loaded.error().code != ErrorCode::FileNotFound || path.has_parent_path() ||
        path.has_extension())
        return loaded;
    return fail(ErrorCode::FileNotFound, nameOrFile,
                "neither a file nor a built-in network; did you mean " +
                    nearestName(nameOrFile, builtInUnderlayNames()) + "?");
}

} // namespace fedefm
