// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/tile_transforms_private.h"

#include "core/base/vector_clones.h"

#include <vector>

// So that the loops are compiled for the instruction set of the function that they are part of.
#define FEDEFM_INLINE inline __attribute__((always_inline))

namespace fedefm {

namespace {

typedef float Lanes __attribute__((vector_size(4 * kTileLanes), aligned(4), may_alias));

constexpr float kA = kTilePointA;
constexpr float kB = kTilePointB;
constexpr float kA2 = kA * kA;
constexpr float kB2 = kB * kB;

struct Place
{
    std::int64_t picture, y, x;
};

FEDEFM_INLINE Place placeOf(const TiledMaps& maps, std::int64_t tile)
{
    const std::int64_t columns = maps.columns();
    const std::int64_t row = tile / columns;
    return {row / maps.rows(), row % maps.rows() * kTilePx, tile % columns * kTilePx};
}

/// Where each pixel of a tile lies; `outside` for those beyond the maps.
template <int Side, typename Value>
FEDEFM_INLINE void pixelsAt(const TiledMaps& maps, Value* pixels, std::int64_t tile, std::int64_t marginPx,
                            Value* outside, Value* (&found)[Side * Side])
{
    const Place place = placeOf(maps, tile);
    for (std::int64_t row = 0; row < Side; ++row)
        for (std::int64_t column = 0; column < Side; ++column) {
            const std::int64_t y = place.y + row - marginPx;
            const std::int64_t x = place.x + column - marginPx;
            const bool isInside = y >= 0 && y < maps.heightPx && x >= 0 && x < maps.widthPx;
            const std::int64_t at =
                ((place.picture * maps.heightPx + y) * maps.widthPx + x) * maps.pixelStride;
            found[row * Side + column] = isInside ? pixels + at : outside;
        }
}

/// Bᵀ.
FEDEFM_INLINE void inputLine(const Lanes (&d)[6], Lanes (&t)[6])
{
    const Lanes evenA = d[4] - kB2 * d[2];
    const Lanes oddA = kA * (d[3] - kB2 * d[1]);
    const Lanes evenB = d[4] - kA2 * d[2];
    const Lanes oddB = kB * (d[3] - kA2 * d[1]);
    t[0] = (kA2 * kB2) * d[0] - (kA2 + kB2) * d[2] + d[4];
    t[1] = evenA + oddA;
    t[2] = evenA - oddA;
    t[3] = evenB + oddB;
    t[4] = evenB - oddB;
    t[5] = (kA2 * kB2) * d[1] - (kA2 + kB2) * d[3] + d[5];
}

/// A.
FEDEFM_INLINE void gradientLine(const Lanes (&g)[4], Lanes (&t)[6])
{
    const Lanes evenA = g[0] + kA2 * g[2];
    const Lanes oddA = kA * (g[1] + kA2 * g[3]);
    const Lanes evenB = g[0] + kB2 * g[2];
    const Lanes oddB = kB * (g[1] + kB2 * g[3]);
    t[0] = g[0];
    t[1] = evenA + oddA;
    t[2] = evenA - oddA;
    t[3] = evenB + oddB;
    t[4] = evenB - oddB;
    t[5] = g[3];
}

/// Aᵀ.
FEDEFM_INLINE void outputLine(const Lanes (&m)[6], Lanes (&y)[4])
{
    const Lanes sumA = m[1] + m[2];
    const Lanes differenceA = kA * (m[1] - m[2]);
    const Lanes sumB = m[3] + m[4];
    const Lanes differenceB = kB * (m[3] - m[4]);
    y[0] = m[0] + sumA + sumB;
    y[1] = differenceA + differenceB;
    y[2] = kA2 * sumA + kB2 * sumB;
    y[3] = kA2 * differenceA + kB2 * differenceB + m[5];
}

FEDEFM_INLINE void transformLine(const Lanes (&from)[6], Lanes (&to)[6])
{
    inputLine(from, to);
}
FEDEFM_INLINE void transformLine(const Lanes (&from)[4], Lanes (&to)[6])
{
    gradientLine(from, to);
}
FEDEFM_INLINE void transformLine(const Lanes (&from)[6], Lanes (&to)[4])
{
    outputLine(from, to);
}

/// From × From values to To × To values, lines before columns.
template <int From, int To>
FEDEFM_INLINE void transformTile(const float* const (&from)[From * From], float* const (&to)[To * To],
                                 std::int64_t channel)
{
    Lanes lines[From][To];
    for (int y = 0; y < From; ++y) {
        Lanes line[From];
        for (int x = 0; x < From; ++x)
            line[x] = *reinterpret_cast<const Lanes*>(from[y * From + x] + channel);
        transformLine(line, lines[y]);
    }
    for (int x = 0; x < To; ++x) {
        Lanes column[From];
        for (int y = 0; y < From; ++y)
            column[y] = lines[y][x];
        Lanes done[To];
        transformLine(column, done);
        for (int y = 0; y < To; ++y)
            *reinterpret_cast<Lanes*>(to[y * To + x] + channel) = done[y];
    }
}

template <typename Value>
FEDEFM_INLINE void positionsOf(const TiledMaps& maps, Value* tiles, const TileChunk& chunk, std::int64_t tile,
                               Value* (&positions)[kTilePositions])
{
    const std::int64_t slab = tileSlab(chunk, maps.channels);
    for (std::int64_t at = 0; at < kTilePositions; ++at)
        positions[at] = tiles + at * slab + (tile - chunk.first) * maps.channels;
}

template <int Side>
FEDEFM_INLINE void tilesOf(const TiledMaps& maps, const float* pixels, std::int64_t marginPx,
                           const TileChunk& chunk, std::int64_t begin, std::int64_t end, const float* zeros,
                           float* tiles)
{
    for (std::int64_t tile = begin; tile < end; ++tile) {
        const float* from[Side * Side];
        float* to[kTilePositions];
        pixelsAt<Side>(maps, pixels, tile, marginPx, zeros, from);
        positionsOf(maps, tiles, chunk, tile, to);
        for (std::int64_t channel = 0; channel < maps.channels; channel += kTileLanes)
            transformTile<Side, 6>(from, to, channel);
    }
}

FEDEFM_VECTOR_CLONES
void inputTiles(const TiledMaps& maps, const float* pixels, const TileChunk& chunk, std::int64_t begin,
                std::int64_t end, const float* zeros, float* tiles)
{
    tilesOf<6>(maps, pixels, 1, chunk, begin, end, zeros, tiles);
}

FEDEFM_VECTOR_CLONES
void gradientTiles(const TiledMaps& maps, const float* pixels, const TileChunk& chunk, std::int64_t begin,
                   std::int64_t end, const float* zeros, float* tiles)
{
    tilesOf<4>(maps, pixels, 0, chunk, begin, end, zeros, tiles);
}

FEDEFM_VECTOR_CLONES
void outputPixels(const TiledMaps& maps, const float* tiles, const TileChunk& chunk, std::int64_t begin,
                  std::int64_t end, float* unused, float* pixels)
{
    for (std::int64_t tile = begin; tile < end; ++tile) {
        const float* from[kTilePositions];
        float* to[kTilePx * kTilePx];
        positionsOf(maps, tiles, chunk, tile, from);
        pixelsAt<kTilePx>(maps, pixels, tile, 0, unused, to);
        for (std::int64_t channel = 0; channel < maps.channels; channel += kTileLanes)
            transformTile<6, kTilePx>(from, to, channel);
    }
}

std::vector<float> onePixel(const TiledMaps& maps)
{
    return std::vector<float>(static_cast<std::size_t>(maps.channels));
}

} // namespace

void tilesOfInput(const TiledMaps& maps, const float* pixels, const TileChunk& chunk, std::int64_t begin,
                  std::int64_t end, float* tiles)
{
    inputTiles(maps, pixels, chunk, begin, end, onePixel(maps).data(), tiles);
}

void tilesOfGradient(const TiledMaps& maps, const float* pixels, const TileChunk& chunk, std::int64_t begin,
                     std::int64_t end, float* tiles)
{
    gradientTiles(maps, pixels, chunk, begin, end, onePixel(maps).data(), tiles);
}

void pixelsOfTiles(const TiledMaps& maps, const float* tiles, const TileChunk& chunk, std::int64_t begin,
                   std::int64_t end, float* pixels)
{
    outputPixels(maps, tiles, chunk, begin, end, onePixel(maps).data(), pixels);
}

} // namespace fedefm
