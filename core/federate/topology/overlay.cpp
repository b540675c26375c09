// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/overlay.h"

#include <algorithm>

namespace fedefm {

namespace {

std::size_t countReached(const std::vector<std::vector<int>>& neighbours)
{
    std::vector<bool> isReached(neighbours.size(), false);
    std::vector<int> open{0};
    isReached[0] = true;
    std::size_t reached = 1;
    while (!open.empty()) {
        const int silo = open.back();
        open.pop_back();
        for (const int next : neighbours[static_cast<std::size_t>(silo)]) {
            if (isReached[static_cast<std::size_t>(next)])
                continue;
            isReached[static_cast<std::size_t>(next)] = true;
            ++reached;
            open.push_back(next);
        }
    }
    return reached;
}

} // namespace

Result<Overlay> Overlay::create(int siloCount, std::vector<OverlayLink> links)
{
    const auto refuse = [](const OverlayLink& link, const std::string& what) {
        return fail(ErrorCode::InvalidArgument,
                    "link " + std::to_string(link.from) + " to " + std::to_string(link.to), what);
    };
    std::sort(links.begin(), links.end());
    Overlay overlay;
    overlay.m_outgoing.resize(static_cast<std::size_t>(std::max(0, siloCount)));
    overlay.m_incoming.resize(overlay.m_outgoing.size());
    for (std::size_t i = 0; i < links.size(); ++i) {
        const OverlayLink& link = links[i];
        if (std::min(link.from, link.to) < 0 || std::max(link.from, link.to) >= siloCount)
            return refuse(link, "there are silos 0 to " + std::to_string(siloCount - 1));
        if (link.from == link.to)
            return refuse(link, "a silo does not send to itself");
        if (i > 0 && link == links[i - 1])
            return refuse(link, "stands twice");
        overlay.m_outgoing[static_cast<std::size_t>(link.from)].push_back(link.to);
        overlay.m_incoming[static_cast<std::size_t>(link.to)].push_back(link.from);
    }
    overlay.m_links = std::move(links);
    return overlay;
}

Overlay Overlay::bothWays(int siloCount, const std::vector<std::pair<int, int>>& pairs)
{
    std::vector<OverlayLink> links;
    for (const auto& [a, b] : pairs) {
        links.push_back({a, b});
        links.push_back({b, a});
    }
    std::sort(links.begin(), links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
    return create(siloCount, std::move(links)).value_or(Overlay());
}

bool Overlay::has(int from, int to) const
{
    return std::binary_search(m_links.begin(), m_links.end(), OverlayLink{from, to});
}

bool Overlay::isSymmetric() const
{
    return std::all_of(m_links.begin(), m_links.end(),
                       [this](const OverlayLink& link) { return has(link.to, link.from); });
}

bool Overlay::isStronglyConnected() const
{
    return m_outgoing.empty() ||
           (countReached(m_outgoing) == m_outgoing.size() && countReached(m_incoming) == m_incoming.size());
}

} // namespace fedefm
