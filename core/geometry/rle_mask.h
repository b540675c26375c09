// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fedefm {

/// A binary mask as horizontal runs, sorted by row then column, never touching within a row. Value type.
class RleMask
{
public:
    struct Run
    {
        int y = 0;
        int x = 0;      ///< first pixel
        int length = 0; ///< > 0
        friend bool operator==(const Run& a, const Run& b)
        {
            return a.y == b.y && a.x == b.x && a.length == b.length;
        }
    };

    RleMask() = default;
    RleMask(int width, int height) : m_width(width), m_height(height) {}

    /// Non-zero bytes (or bytes equal to `value` when given) become the mask.
    static RleMask fromBytes(const std::uint8_t* bytes, int width, int height);
    static RleMask fromLabel(const std::uint8_t* labels, int width, int height, std::uint8_t value);
    /// COCO's uncompressed counts: column-major, alternating, starting with zeros. Throws nothing; bad counts
    /// give an empty mask of the size.
    static RleMask fromCocoCounts(const std::vector<std::uint32_t>& counts, int width, int height);

    int width() const { return m_width; }
    int height() const { return m_height; }
    bool isEmpty() const { return m_runs.empty(); }
    const std::vector<Run>& runs() const { return m_runs; }
    std::size_t area() const;
    bool contains(int x, int y) const;

    /// Bounding box {x, y, width, height}; all 0 when empty.
    struct Box
    {
        int x = 0, y = 0, width = 0, height = 0;
    };
    Box bounds() const;

    /// Writes `value` into label image `labels` (width·height) where the mask is set.
    void paint(std::uint8_t* labels, std::uint8_t value) const;
    std::vector<std::uint8_t> toBytes(std::uint8_t value = 1) const;
    std::vector<std::uint32_t> toCocoCounts() const;

    RleMask unite(const RleMask& other) const; ///< both must have the same size
    RleMask intersect(const RleMask& other) const;
    RleMask subtract(const RleMask& other) const;

    friend bool operator==(const RleMask& a, const RleMask& b)
    {
        return a.m_width == b.m_width && a.m_height == b.m_height && a.m_runs == b.m_runs;
    }

private:
    int m_width = 0;
    int m_height = 0;
    std::vector<Run> m_runs;
};

} // namespace fedefm
