// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace fedefm {

/// Values of all members that take part, for one piece of one tensor: member m begins at m·stride.
struct Piece
{
    std::vector<float> values;
    std::size_t stride = 0;
    std::size_t count = 0; ///< values per member, at most stride
    const float* of(std::size_t member) const { return values.data() + member * stride; }
    float* of(std::size_t member) { return values.data() + member * stride; }
};

bool isAllFinite(const float* values, std::size_t count);

/// result ← Σ weights[m]·member m; `sums` is room for `count` doubles.
void weightedSum(const Piece& piece, const std::vector<double>& weights, std::vector<double>& sums,
                 float* result);

/// result ← the mean of each value's order statistics without the `trimmed` smallest and largest. The median
/// is what remains at (n−1)/2.
void trimmedMean(const Piece& piece, std::size_t memberCount, std::size_t trimmed, float* result);

/// Adds the squared distances of all pairs of members to `distances` (memberCount², symmetric).
void addSquaredDistances(const Piece& piece, std::size_t memberCount, std::vector<double>& distances);

} // namespace fedefm
