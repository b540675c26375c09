// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/rle_mask.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace fedefm {

namespace {

using Run = RleMask::Run;

template <typename IsSet> std::vector<Run> collectRuns(int width, int height, IsSet isSet)
{
    std::vector<Run> runs;
    for (int y = 0; y < height; ++y) {
        int x = 0;
        while (x < width) {
            if (!isSet(x, y)) {
                ++x;
                continue;
            }
            const int first = x;
            while (x < width && isSet(x, y))
                ++x;
            runs.push_back({y, first, x - first});
        }
    }
    return runs;
}

/// Walks the runs of one mask as a sequence of places where the row turns on or off.
class EdgeWalker
{
public:
    explicit EdgeWalker(const std::vector<Run>& runs) : m_runs(runs) {}
    int row() const { return m_next < m_runs.size() ? m_runs[m_next].y : kNone; }
    int nextEdge(int row) const
    {
        if (m_next >= m_runs.size() || m_runs[m_next].y != row)
            return kNone;
        return m_inside ? m_runs[m_next].x + m_runs[m_next].length : m_runs[m_next].x;
    }
    void pass()
    {
        if (m_inside)
            ++m_next;
        m_inside = !m_inside;
    }
    bool inside() const { return m_inside; }

    static constexpr int kNone = std::numeric_limits<int>::max();

private:
    const std::vector<Run>& m_runs;
    std::size_t m_next = 0;
    bool m_inside = false;
};

template <typename Rule>
std::vector<Run> combine(const std::vector<Run>& first, const std::vector<Run>& second, Rule rule)
{
    std::vector<Run> runs;
    EdgeWalker a(first);
    EdgeWalker b(second);
    for (int y = std::min(a.row(), b.row()); y != EdgeWalker::kNone; y = std::min(a.row(), b.row())) {
        bool wasInside = false;
        int start = 0;
        for (int x = std::min(a.nextEdge(y), b.nextEdge(y)); x != EdgeWalker::kNone;
             x = std::min(a.nextEdge(y), b.nextEdge(y))) {
            if (a.nextEdge(y) == x)
                a.pass();
            if (b.nextEdge(y) == x)
                b.pass();
            const bool isInside = rule(a.inside(), b.inside());
            if (isInside && !wasInside)
                start = x;
            if (!isInside && wasInside)
                runs.push_back({y, start, x - start});
            wasInside = isInside;
        }
    }
    return runs;
}

} // namespace

RleMask RleMask::fromBytes(const std::uint8_t* bytes, int width, int height)
{
    RleMask mask(width, height);
    mask.m_runs = collectRuns(
        width, height, [=](int x, int y) { return bytes[static_cast<std::size_t>(y) * width + x] != 0; });
    return mask;
}

RleMask RleMask::fromLabel(const std::uint8_t* labels, int width, int height, std::uint8_t value)
{
    RleMask mask(width, height);
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* row = labels + static_cast<std::size_t>(y) * width;
        const std::uint8_t* end = row + width;
        // Most of a picture is background, which memchr passes over many pixels at a time.
        const auto next = [=](const std::uint8_t* from) {
            const void* found =
                from < end ? std::memchr(from, value, static_cast<std::size_t>(end - from)) : nullptr;
            return found ? static_cast<const std::uint8_t*>(found) : end;
        };
        for (const std::uint8_t* first = next(row); first < end;) {
            const std::uint8_t* after =
                std::find_if(first, end, [value](std::uint8_t label) { return label != value; });
            mask.m_runs.push_back({y, static_cast<int>(first - row), static_cast<int>(after - first)});
            first = next(after);
        }
    }
    return mask;
}

RleMask RleMask::fromCocoCounts(const std::vector<std::uint32_t>& counts, int width, int height)
{
    const RleMask empty(width, height);
    if (width <= 0 || height <= 0)
        return empty;
    const std::uint64_t size = static_cast<std::uint64_t>(width) * height;
    if (std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) != size)
        return empty;
    std::vector<std::uint8_t> bytes(size, 0);
    std::uint64_t position = 0;
    bool isSet = false;
    for (const std::uint32_t count : counts) {
        for (std::uint64_t i = position; isSet && i < position + count; ++i)
            bytes[(i % height) * width + i / height] = 1;
        position += count;
        isSet = !isSet;
    }
    return fromBytes(bytes.data(), width, height);
}

std::size_t RleMask::area() const
{
    std::size_t sum = 0;
    for (const Run& run : m_runs)
        sum += static_cast<std::size_t>(run.length);
    return sum;
}

bool RleMask::contains(int x, int y) const
{
    const auto after =
        std::upper_bound(m_runs.begin(), m_runs.end(), Run{y, x, 0},
                         [](const Run& a, const Run& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
    if (after == m_runs.begin())
        return false;
    const Run& run = *(after - 1);
    return run.y == y && x >= run.x && x < run.x + run.length;
}

RleMask::Box RleMask::bounds() const
{
    if (m_runs.empty())
        return {};
    int left = m_width;
    int right = 0;
    for (const Run& run : m_runs) {
        left = std::min(left, run.x);
        right = std::max(right, run.x + run.length);
    }
    const int top = m_runs.front().y;
    return {left, top, right - left, m_runs.back().y - top + 1};
}

void RleMask::paint(std::uint8_t* labels, std::uint8_t value) const
{
    for (const Run& run : m_runs)
        std::memset(labels + static_cast<std::size_t>(run.y) * m_width + run.x, value,
                    static_cast<std::size_t>(run.length));
}

std::vector<std::uint8_t> RleMask::toBytes(std::uint8_t value) const
{
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(m_width) * m_height, 0);
    paint(bytes.data(), value);
    return bytes;
}

std::vector<std::uint32_t> RleMask::toCocoCounts() const
{
    const std::vector<std::uint8_t> bytes = toBytes();
    std::vector<std::uint32_t> counts;
    std::uint32_t count = 0;
    std::uint8_t current = 0;
    for (int x = 0; x < m_width; ++x) {
        for (int y = 0; y < m_height; ++y) {
            const std::uint8_t value = bytes[static_cast<std::size_t>(y) * m_width + x];
            if (value != current) {
                counts.push_back(count);
                count = 0;
                current = value;
            }
            ++count;
        }
    }
    counts.push_back(count);
    return counts;
}

RleMask RleMask::unite(const RleMask& other) const
{
    RleMask mask(m_width, m_height);
    mask.m_runs = combine(m_runs, other.m_runs, [](bool a, bool b) { return a || b; });
    return mask;
}

RleMask RleMask::intersect(const RleMask& other) const
{
    RleMask mask(m_width, m_height);
    mask.m_runs = combine(m_runs, other.m_runs, [](bool a, bool b) { return a && b; });
    return mask;
}

RleMask RleMask::subtract(const RleMask& other) const
{
    RleMask mask(m_width, m_height);
    mask.m_runs = combine(m_runs, other.m_runs, [](bool a, bool b) { return a && !b; });
    return mask;
}

} // namespace fedefm
