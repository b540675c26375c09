// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

namespace fedefm {

/// Tasks 0…count−1, given out piece by piece to threads that ask for more when they are done: a core that
/// other programs slow down then takes less of the work, where equal shares would let the others wait.
class TaskQueue
{
public:
    struct Range
    {
        std::int64_t begin, end;
    };

    TaskQueue(std::int64_t count, int threads)
        : m_count(count), m_piece(std::max<std::int64_t>(1, count / (threads * kPiecesPerThread)))
    {
    }

    std::optional<Range> next()
    {
        const std::int64_t begin = m_next.fetch_add(m_piece, std::memory_order_relaxed);
        if (begin >= m_count)
            return std::nullopt;
        return Range{begin, std::min(begin + m_piece, m_count)};
    }

private:
    static constexpr std::int64_t kPiecesPerThread = 8; ///< about

    std::int64_t m_count, m_piece;
    std::atomic<std::int64_t> m_next{0};
};

} // namespace fedefm
