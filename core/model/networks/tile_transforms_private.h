// SPDX-License-Identifier: GPL-3.0-or-later
// The transforms of Winograd's F(4×4, 3×3) between maps and tiles. No LibTorch here.
#pragma once

#include <cstdint>

namespace fedefm {

constexpr std::int64_t kTilePx = 4;         ///< side of the results that a tile gives
constexpr std::int64_t kTilePositions = 36; ///< values of a tile and channel after a transform
constexpr std::int64_t kTileLanes = 8;      ///< channels come in multiples of it

/// The step ±a and ±b of the points at which the polynomials are evaluated. All products of them are exact in
/// float32, and the errors are a third of those with the usual 1 and 2.
constexpr float kTilePointA = 0.75F;
constexpr float kTilePointB = 1.5F;

/// A batch of maps in channels-last order, cut into tiles of 4×4 pixels.
struct TiledMaps
{
    std::int64_t pictures = 0;
    std::int64_t heightPx = 0;
    std::int64_t widthPx = 0;
    std::int64_t channels = 0;
    std::int64_t pixelStride = 0; ///< floats from pixel to pixel, where a map has more channels

    std::int64_t rows() const { return (heightPx + kTilePx - 1) / kTilePx; }
    std::int64_t columns() const { return (widthPx + kTilePx - 1) / kTilePx; }
    std::int64_t tiles() const { return pictures * rows() * columns(); }
};

/// Tiles that are worked on together. `tiles` below holds a slab for each of the 36 positions, with count ×
/// channels values in it.
struct TileChunk
{
    std::int64_t first = 0;
    std::int64_t count = 0;
};

/// Floats from slab to slab: an odd number of cache lines, because addresses that are multiples of 4 kB apart
/// share their places in the first cache.
constexpr std::int64_t tileSlab(const TileChunk& chunk, std::int64_t channels)
{
    return (chunk.count * channels + 15) / 32 * 32 + 16;
}

// For the tiles begin…end−1 of the maps, which belong to the chunk.

/// Bᵀ d B of each tile's 6×6 pixels; zeros surround the maps.
void tilesOfInput(const TiledMaps& maps, const float* pixels, const TileChunk& chunk, std::int64_t begin,
                  std::int64_t end, float* tiles);
/// A g Aᵀ of each tile's 4×4 pixels.
void tilesOfGradient(const TiledMaps& maps, const float* pixels, const TileChunk& chunk, std::int64_t begin,
                     std::int64_t end, float* tiles);
/// Aᵀ m A, the 4×4 pixels of each tile.
void pixelsOfTiles(const TiledMaps& maps, const float* tiles, const TileChunk& chunk, std::int64_t begin,
                   std::int64_t end, float* pixels);

} // namespace fedefm
