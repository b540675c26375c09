// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/overlay_builders_private.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Misra and Gries' edge colouring. Neighbours are tried in the order in which the pairs were given, which
/// makes the result a function of the pairs alone.
class EdgeColouring
{
public:
    EdgeColouring(int siloCount, const std::vector<SiloPair>& pairs)
        : m_neighbours(static_cast<std::size_t>(siloCount))
    {
        for (const auto& [a, b] : pairs) {
            m_neighbours[index(a)].push_back(b);
            m_neighbours[index(b)].push_back(a);
        }
        for (const auto& list : m_neighbours)
            m_colours = std::max(m_colours, static_cast<int>(list.size()) + 1);
        m_end.assign(index(siloCount) * index(m_colours), -1);
        m_colour.assign(index(siloCount) * index(siloCount), -1);
        for (int silo = 0; silo < siloCount; ++silo)
            for (const int other : m_neighbours[index(silo)])
                if (colour(silo, other) < 0)
                    addPair(silo, other);
    }

    std::vector<std::vector<SiloPair>> classes() const
    {
        std::vector<std::vector<SiloPair>> classes(index(m_colours));
        for (std::size_t silo = 0; silo < m_neighbours.size(); ++silo)
            for (const int other : m_neighbours[silo])
                if (static_cast<int>(silo) < other)
                    classes[index(colour(static_cast<int>(silo), other))].emplace_back(silo, other);
        return classes;
    }

private:
    static std::size_t index(int number) { return static_cast<std::size_t>(number); }
    int colour(int a, int b) const { return m_colour[index(a) * m_neighbours.size() + index(b)]; }
    int& endOf(int silo, int colourNumber)
    {
        return m_end[index(silo) * index(m_colours) + index(colourNumber)];
    }
    bool isFree(int silo, int colourNumber) { return endOf(silo, colourNumber) < 0; }
    int freeColour(int silo)
    {
        int number = 0;
        while (!isFree(silo, number))
            ++number;
        return number;
    }

    void clear(int a, int b)
    {
        const int old = colour(a, b);
        if (old < 0)
            return;
        endOf(a, old) = -1;
        endOf(b, old) = -1;
        store(a, b, -1);
    }
    void paint(int a, int b, int colourNumber)
    {
        endOf(a, colourNumber) = b;
        endOf(b, colourNumber) = a;
        store(a, b, colourNumber);
    }
    void store(int a, int b, int value)
    {
        m_colour[index(a) * m_neighbours.size() + index(b)] = value;
        m_colour[index(b) * m_neighbours.size() + index(a)] = value;
    }

    /// Neighbours of `centre` such that each one's colour is free at the one before.
    std::vector<int> maximalFan(int centre, int first)
    {
        std::vector<int> fan{first};
        std::vector<bool> isInFan(m_neighbours.size(), false);
        isInFan[index(first)] = true;
        for (bool grows = true; grows;) {
            grows = false;
            for (const int other : m_neighbours[index(centre)]) {
                const int number = colour(centre, other);
                if (number < 0 || isInFan[index(other)] || !isFree(fan.back(), number))
                    continue;
                fan.push_back(other);
                isInFan[index(other)] = true;
                grows = true;
                break;
            }
        }
        return fan;
    }

    /// Exchanges two colours along the path that begins at `start` with colour `d`; returns whether it passes
    /// `watched`.
    void invertPath(int start, int c, int d, std::vector<int>& path)
    {
        path = {start};
        for (int number = d; !isFree(path.back(), number); number = number == d ? c : d)
            path.push_back(endOf(path.back(), number));
        std::vector<int> colours;
        for (std::size_t i = 1; i < path.size(); ++i) {
            colours.push_back(colour(path[i - 1], path[i]));
            clear(path[i - 1], path[i]);
        }
        for (std::size_t i = 1; i < path.size(); ++i)
            paint(path[i - 1], path[i], colours[i - 1] == d ? c : d);
    }

    void addPair(int centre, int first)
    {
        std::vector<int> fan = maximalFan(centre, first);
        const int c = freeColour(centre);
        const int d = freeColour(fan.back());
        // The part of the fan before the pair of colour d, unless the path ends at it.
        const auto blocked =
            std::find_if(fan.begin() + 1, fan.end(), [&](int other) { return colour(centre, other) == d; });
        std::vector<int> part(fan.begin(), blocked);
        std::vector<int> path;
        invertPath(centre, c, d, path);
        if (path.size() > 1 && std::find(path.begin(), path.end(), part.back()) != path.end())
            part = std::move(fan);
        rotate(centre, part);
        paint(centre, part.back(), d);
    }

    void rotate(int centre, const std::vector<int>& fan)
    {
        std::vector<int> colours;
        for (std::size_t i = 1; i < fan.size(); ++i) {
            colours.push_back(colour(centre, fan[i]));
            clear(centre, fan[i]);
        }
        for (std::size_t i = 0; i < colours.size(); ++i)
            paint(centre, fan[i], colours[i]);
    }

    int m_colours = 1;
    std::vector<std::vector<int>> m_neighbours;
    std::vector<int> m_colour; ///< of each pair; -1: none yet
    std::vector<int> m_end;    ///< silo × colour: the other silo of that pair, or -1
};

} // namespace

std::vector<std::vector<SiloPair>> matchings(int siloCount, const std::vector<SiloPair>& pairs)
{
    return EdgeColouring(siloCount, pairs).classes();
}

} // namespace fedefm
