// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/skeleton_lines.h"

#include <algorithm>
#include <limits>

namespace fedefm {

NearestPoints::NearestPoints(const std::vector<Pixel>& points, int height)
    : m_rowStart(static_cast<std::size_t>(height) + 1, 0), m_height(height)
{
    std::vector<Pixel> sorted = points;
    std::sort(sorted.begin(), sorted.end(),
              [](Pixel a, Pixel b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
    m_columns.reserve(sorted.size());
    for (const Pixel point : sorted) {
        ++m_rowStart[static_cast<std::size_t>(point.y) + 1];
        m_columns.push_back(point.x);
    }
    for (std::size_t row = 1; row < m_rowStart.size(); ++row)
        m_rowStart[row] += m_rowStart[row - 1];
}

void NearestPoints::look(int row, Pixel from, std::int64_t& best) const
{
    if (row < 0 || row >= m_height)
        return;
    const auto begin =
        m_columns.begin() + static_cast<std::ptrdiff_t>(m_rowStart[static_cast<std::size_t>(row)]);
    const auto end =
        m_columns.begin() + static_cast<std::ptrdiff_t>(m_rowStart[static_cast<std::size_t>(row) + 1]);
    if (begin == end)
        return;
    const std::int64_t dy = row - from.y;
    const auto right = std::lower_bound(begin, end, from.x);
    for (const auto candidate : {right, right - (right == begin ? 0 : 1)})
        if (candidate != end) {
            const std::int64_t dx = *candidate - from.x;
            best = std::min(best, dx * dx + dy * dy);
        }
}

std::int64_t NearestPoints::squaredDistance(Pixel from) const
{
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t d = 0; d < m_height && d * d < best; ++d) {
        look(from.y - static_cast<int>(d), from, best);
        if (d != 0)
            look(from.y + static_cast<int>(d), from, best);
    }
    return best;
}

std::vector<Pixel> setPixels(const std::vector<std::uint8_t>& mask, int width, int height)
{
    std::vector<Pixel> pixels;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            if (mask[static_cast<std::size_t>(y) * width + x] != 0)
                pixels.push_back({x, y});
    return pixels;
}

namespace {

/// Breadth-first search over a skeleton, again and again.
class SkeletonWalker
{
public:
    SkeletonWalker(const std::vector<std::uint8_t>& skeleton, int width, int height)
        : m_skeleton(skeleton), m_width(width), m_height(height), m_visit(skeleton.size(), 0)
    {
    }

    struct Far
    {
        Pixel pixel;
        int steps = 0;
    };

    bool wasVisited(Pixel pixel) const { return m_visit[index(pixel)] != 0; }

    Far farthestFrom(Pixel start)
    {
        ++m_round;
        m_front.assign(1, start);
        m_visit[index(start)] = m_round;
        Far far{start, 0};
        for (int steps = 1; !m_front.empty(); ++steps) {
            m_next.clear();
            for (const Pixel pixel : m_front)
                visitNeighbours(pixel);
            if (!m_next.empty())
                far = {m_next.front(), steps};
            m_front.swap(m_next);
        }
        return far;
    }

private:
    std::size_t index(Pixel pixel) const { return static_cast<std::size_t>(pixel.y) * m_width + pixel.x; }

    void visitNeighbours(Pixel pixel)
    {
        for (int y = std::max(0, pixel.y - 1); y <= std::min(m_height - 1, pixel.y + 1); ++y)
            for (int x = std::max(0, pixel.x - 1); x <= std::min(m_width - 1, pixel.x + 1); ++x) {
                const std::size_t i = index({x, y});
                if (m_skeleton[i] != 0 && m_visit[i] != m_round) {
                    m_visit[i] = m_round;
                    m_next.push_back({x, y});
                }
            }
    }

    const std::vector<std::uint8_t>& m_skeleton;
    int m_width;
    int m_height;
    std::vector<int> m_visit;
    int m_round = 0;
    std::vector<Pixel> m_front;
    std::vector<Pixel> m_next;
};

} // namespace

std::optional<std::pair<Pixel, Pixel>> endsOfLongestLine(const std::vector<std::uint8_t>& skeleton, int width,
                                                         int height)
{
    std::optional<std::pair<Pixel, Pixel>> ends;
    int longest = -1;
    SkeletonWalker walker(skeleton, width, height);
    for (const Pixel pixel : setPixels(skeleton, width, height)) {
        if (walker.wasVisited(pixel))
            continue;
        // The pixel farthest from any is one end of a longest way, in a tree exactly.
        const Pixel first = walker.farthestFrom(pixel).pixel;
        const auto last = walker.farthestFrom(first);
        if (last.steps > longest) {
            longest = last.steps;
            ends = {first, last.pixel};
        }
    }
    return ends;
}

} // namespace fedefm
