// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/winograd_kernels_private.h"
#include "core/model/networks/winograd_private.h"

#include <algorithm>
#include <array>
#include <memory>

namespace fedefm {

namespace {

constexpr std::int64_t kTilePx = 4;
/// A multiple of the rows that the kernels' products take at once.
constexpr std::int64_t kProductRows = 12;
/// Inputs of one product: the weights of a block and the values that they meet stay near.
constexpr std::int64_t kDepth = 64;
/// Where a transformed vector may run over the last channel.
constexpr std::int64_t kSlack = 16;
/// Transformed weights of a convolution up to this size are kept from strip to strip.
constexpr std::int64_t kKeptFloats = std::int64_t{5} << 19;

std::int64_t divideUp(std::int64_t value, std::int64_t by)
{
    return (value + by - 1) / by;
}

std::int64_t blocksOf(const WinogradWork& work)
{
    return divideUp(work.outputs, outputBlock(work.outputs));
}

std::int64_t tilesOf(const WinogradWork& work)
{
    return work.pictures * divideUp(work.heightPx, kTilePx) * divideUp(work.widthPx, kTilePx);
}

/// Weights of one convolution as a thread needs them, transformed in pieces of kDepth inputs and a block of
/// outputs. That costs little beside their use, and they would need four times the memory of the plain ones.
class TransformedWeights
{
public:
    explicit TransformedWeights(const WinogradWork& work)
        : m_work(work), m_block(outputBlock(work.outputs)),
          m_pieceSize(kWinogradPositions * winogradPanelStride(std::min(kDepth, work.inputs), m_block)),
          m_pieces(divideUp(work.inputs, kDepth)),
          m_keepsAll(m_pieces * blocksOf(work) * m_pieceSize <= kKeptFloats)
    {
        const std::int64_t slots = m_keepsAll ? m_pieces * blocksOf(work) : 1;
        m_isReady.resize(static_cast<std::size_t>(slots));
        m_values.reset(new float[slots * m_pieceSize]);
    }

    const float* piece(std::int64_t block, std::int64_t input)
    {
        const std::int64_t slot = m_keepsAll ? block * m_pieces + input / kDepth : 0;
        float* values = m_values.get() + slot * m_pieceSize;
        if (!m_isReady[static_cast<std::size_t>(slot)]) {
            const float* plain = m_work.weights + (block * m_work.inputs + input) * 9 * m_block;
            winogradKernels().transformWeights(plain, std::min(kDepth, m_work.inputs - input), m_block,
                                               values);
            m_isReady[static_cast<std::size_t>(slot)] = m_keepsAll;
        }
        return values;
    }

private:
    const WinogradWork& m_work;
    std::int64_t m_block, m_pieceSize, m_pieces;
    bool m_keepsAll;
    std::vector<bool> m_isReady;
    std::unique_ptr<float[]> m_values;
};

/// Neighbouring tiles of one thread. Positions lie an odd number of cache lines apart, because addresses at
/// multiples of 4 kB share their places in the first cache.
class Strip
{
public:
    Strip(const WinogradWork& work, std::int64_t tiles)
        : m_work(work), m_kernels(winogradKernels()), m_weights(work), m_block(outputBlock(work.outputs)),
          m_tiles(tiles),
          m_valueStride(work.inputs <= kSlack ? kSlack : divideUp(work.inputs, kSlack) * kSlack + kSlack),
          m_valuePosition(tiles * m_valueStride / 32 * 32 + 48), m_sumPosition(tiles * m_block + 16),
          m_values(new float[kWinogradPositions * m_valuePosition]),
          m_sums(new float[kWinogradPositions * m_sumPosition]), m_zeros(new float[work.inputs]()),
          m_unused(new float[m_block]())
    {
    }

    /// The tiles from `first` on, transformed, in this order: what a vector writes behind the last channel of
    /// a tile may be the beginning of the next one.
    void load(std::int64_t first)
    {
        m_first = first;
        m_count = std::min(m_tiles, tilesOf(m_work) - first);
        for (std::int64_t tile = 0; tile < m_count; ++tile)
            loadTile(tile);
    }

    void computeBlock(std::int64_t block)
    {
        const std::int64_t outputs = std::min(m_block, m_work.outputs - block * m_block);
        for (std::int64_t input = 0; input < m_work.inputs; input += kDepth) {
            const std::int64_t depth = std::min(kDepth, m_work.inputs - input);
            const float* weights = m_weights.piece(block, input);
            for (int position = 0; position < kWinogradPositions; ++position)
                m_kernels.multiply(m_values.get() + position * m_valuePosition + input, m_valueStride,
                                   weights + position * winogradPanelStride(depth, m_block), depth, m_count,
                                   outputs, m_sums.get() + position * m_sumPosition, m_block, input > 0);
        }
        for (std::int64_t tile = 0; tile < m_count; ++tile)
            storeTile(tile, block);
    }

private:
    struct Place
    {
        std::int64_t picture, y, x;
    };

    Place placeOf(std::int64_t tile) const
    {
        const std::int64_t columns = divideUp(m_work.widthPx, kTilePx);
        const std::int64_t rows = divideUp(m_work.heightPx, kTilePx);
        const std::int64_t index = m_first + tile;
        return {index / (rows * columns), index / columns % rows * kTilePx, index % columns * kTilePx};
    }

    void loadTile(std::int64_t tile)
    {
        const Place place = placeOf(tile);
        const bool isInner = place.y > 0 && place.y + kTilePx < m_work.heightPx && place.x > 0 &&
                             place.x + kTilePx < m_work.widthPx;
        float* target = m_values.get() + tile * m_valueStride;
        for (const WinogradSource& source : m_work.sources) {
            std::array<const float*, kWinogradPositions> pixels{};
            if (isInner)
                findInner(source, place, pixels);
            else
                findWithMargin(source, place, pixels);
            m_kernels.transformInput(pixels.data(), source.channels, target, m_valuePosition);
            target += source.channels;
        }
    }

    const float* pixelAt(const WinogradSource& source, const Place& place, std::int64_t y,
                         std::int64_t x) const
    {
        return source.pixels + ((place.picture * m_work.heightPx + y) * m_work.widthPx + x) * source.channels;
    }

    /// Without a question per pixel: nearly all tiles.
    void findInner(const WinogradSource& source, const Place& place,
                   std::array<const float*, kWinogradPositions>& pixels) const
    {
        const float* corner = pixelAt(source, place, place.y - 1, place.x - 1);
        for (int i = 0; i < kWinogradPositions; ++i)
            pixels[i] = corner + (i / 6 * m_work.widthPx + i % 6) * source.channels;
    }

    void findWithMargin(const WinogradSource& source, const Place& place,
                        std::array<const float*, kWinogradPositions>& pixels) const
    {
        for (int i = 0; i < kWinogradPositions; ++i) {
            const std::int64_t y = place.y - 1 + i / 6;
            const std::int64_t x = place.x - 1 + i % 6;
            const bool isInside = y >= 0 && y < m_work.heightPx && x >= 0 && x < m_work.widthPx;
            pixels[i] = isInside ? pixelAt(source, place, y, x) : m_zeros.get();
        }
    }

    void storeTile(std::int64_t tile, std::int64_t block)
    {
        const Place place = placeOf(tile);
        const std::int64_t outputs = m_work.outputs;
        const std::int64_t channel = block * m_block;
        std::array<float*, kWinogradPixels> pixels{};
        std::array<const float*, kWinogradPixels> residual{};
        for (int i = 0; i < kWinogradPixels; ++i) {
            const std::int64_t y = place.y + i / 4;
            const std::int64_t x = place.x + i % 4;
            const std::int64_t pixel = (place.picture * m_work.heightPx + y) * m_work.widthPx + x;
            const bool isInside = y < m_work.heightPx && x < m_work.widthPx;
            pixels[i] = isInside ? m_work.result + pixel * outputs + channel : m_unused.get();
            if (m_work.residual)
                residual[i] = isInside ? m_work.residual + pixel * outputs + channel : m_unused.get();
        }
        m_kernels.transformOutput(m_sums.get() + tile * m_block, m_sumPosition, m_work.bias + channel,
                                  m_work.residual ? residual.data() : nullptr,
                                  std::min(m_block, outputs - channel), m_work.rectify, pixels.data());
    }

    const WinogradWork& m_work;
    const WinogradKernels& m_kernels;
    TransformedWeights m_weights;
    std::int64_t m_block, m_tiles;
    std::int64_t m_valueStride, m_valuePosition, m_sumPosition;
    std::unique_ptr<float[]> m_values, m_sums, m_zeros, m_unused;
    std::int64_t m_first = 0;
    std::int64_t m_count = 0;
};

} // namespace

std::int64_t packedWinogradSize(std::int64_t inputs, std::int64_t outputs)
{
    const std::int64_t block = outputBlock(outputs);
    return 9 * divideUp(outputs, block) * block * inputs;
}

void packWinogradWeights(const float* weights, std::int64_t inputs, std::int64_t outputs, float* packed)
{
    const std::int64_t size = outputBlock(outputs);
    for (std::int64_t block = 0; block < outputs; block += size)
        for (std::int64_t input = 0; input < inputs; ++input)
            for (std::int64_t tap = 0; tap < 9; ++tap)
                for (std::int64_t output = block; output < block + size; ++output)
                    *packed++ = output < outputs ? weights[(output * inputs + input) * 9 + tap] : 0.0F;
}

WinogradTasks::WinogradTasks(const WinogradWork& work, int threads) : m_work(work)
{
    const std::int64_t tiles = tilesOf(work);
    // What all tiles of a strip need stays near where channels are few; where they are many, more tiles make
    // up for the transform of the weights.
    m_tiles = work.inputs <= 16 ? 12 : work.inputs < 256 ? 24 : 60;
    m_strips = divideUp(tiles, m_tiles);
    m_tiles = divideUp(divideUp(tiles, m_strips), kProductRows) * kProductRows;
    m_strips = divideUp(tiles, m_tiles);
    m_groups = m_strips >= 4 * threads ? 1 : std::min<std::int64_t>(blocksOf(work), 2 * threads);
}

void WinogradTasks::run(TaskQueue& queue) const
{
    auto range = queue.next();
    if (!range)
        return;
    Strip strip(m_work, m_tiles);
    const std::int64_t blocks = blocksOf(m_work);
    std::int64_t loaded = -1;
    for (; range; range = queue.next())
        for (std::int64_t task = range->begin; task < range->end; ++task) {
            if (task / m_groups != loaded) {
                loaded = task / m_groups;
                strip.load(loaded * m_tiles);
            }
            const std::int64_t group = task % m_groups;
            const std::int64_t end = (group + 1) * blocks / m_groups;
            for (std::int64_t block = group * blocks / m_groups; block < end; ++block)
                strip.computeBlock(block);
        }
}

} // namespace fedefm
