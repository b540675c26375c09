// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/thinning.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace fedefm {

namespace {

/// Guo and Hall's conditions (Comm. ACM 32, 1989, algorithm A1) for neighbours clockwise from the north, the
/// first in the lowest bit.
bool isRemovable(unsigned neighbours, bool firstHalf)
{
    std::array<bool, 8> p{};
    for (unsigned k = 0; k < 8; ++k)
        p[k] = (neighbours >> k & 1U) != 0;
    const auto [n, ne, e, se, s, sw, w, nw] = p;
    const int parts = (!n && (ne || e)) + (!e && (se || s)) + (!s && (sw || w)) + (!w && (nw || n));
    const int pairsFromNorthWest = (nw || n) + (ne || e) + (se || s) + (sw || w);
    const int pairsFromNorth = (n || ne) + (e || se) + (s || sw) + (w || nw);
    const int pairs = std::min(pairsFromNorthWest, pairsFromNorth);
    if (parts != 1 || pairs < 2 || pairs > 3)
        return false;
    return firstHalf ? !((n || ne || !se) && e) : !((s || sw || !nw) && w);
}

std::array<bool, 256> removableNeighbourhoods(bool firstHalf)
{
    std::array<bool, 256> table{};
    for (unsigned neighbours = 0; neighbours < table.size(); ++neighbours)
        table[neighbours] = isRemovable(neighbours, firstHalf);
    return table;
}

/// Works on a list of the set pixels: ridge crests fill about one pixel in a hundred, and OpenCV's thinning,
/// which walks the whole picture in every pass, costs more than the ridge filter itself.
class Thinner
{
public:
    Thinner(const std::vector<std::uint8_t>& bytes, int width, int height)
        : m_stride(width + 2), m_framed(static_cast<std::size_t>(width + 2) * (height + 2), 0)
    {
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                if (bytes[static_cast<std::size_t>(y) * width + x] != 0) {
                    const std::size_t i = static_cast<std::size_t>(y + 1) * m_stride + (x + 1);
                    m_framed[i] = 1;
                    m_open.push_back(i);
                }
        const auto s = static_cast<std::ptrdiff_t>(m_stride);
        m_around = {-s, -s + 1, 1, s + 1, s, s - 1, -1, -s - 1};
    }

    void run()
    {
        bool changed = true;
        while (changed) {
            changed = false;
            for (const bool firstHalf : {true, false})
                changed = pass(firstHalf) || changed;
        }
    }

    std::uint8_t at(int x, int y) const
    {
        return m_framed[static_cast<std::size_t>(y + 1) * m_stride + (x + 1)];
    }

private:
    bool removable(std::size_t i, bool firstHalf) const
    {
        unsigned neighbours = 0;
        for (std::size_t k = 0; k < 8; ++k)
            neighbours |=
                static_cast<unsigned>(
                    m_framed[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(i) + m_around[k])])
                << k;
        static const auto kFirst = removableNeighbourhoods(true);
        static const auto kSecond = removableNeighbourhoods(false);
        return (firstHalf ? kFirst : kSecond)[neighbours];
    }

    bool pass(bool firstHalf)
    {
        std::vector<std::size_t> removed;
        std::vector<std::size_t> rest;
        for (const std::size_t i : m_open)
            (removable(i, firstHalf) ? removed : rest).push_back(i);
        for (const std::size_t i : removed)
            m_framed[i] = 0;
        m_open.swap(rest);
        return !removed.empty();
    }

    std::size_t m_stride;
    std::vector<std::uint8_t> m_framed;
    std::vector<std::size_t> m_open;
    std::array<std::ptrdiff_t, 8> m_around{};
};

} // namespace

std::vector<std::uint8_t> thin(const std::vector<std::uint8_t>& bytes, int width, int height)
{
    if (width <= 0 || height <= 0)
        return {};
    Thinner thinner(bytes, width, height);
    thinner.run();
    std::vector<std::uint8_t> thinned(bytes.size(), 0);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            thinned[static_cast<std::size_t>(y) * width + x] = thinner.at(x, y);
    return thinned;
}

} // namespace fedefm
