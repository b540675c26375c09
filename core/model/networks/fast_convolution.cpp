// SPDX-License-Identifier: GPL-3.0-or-later
// oneDNN's 3×3 convolutions reach little more than half the speed of a matrix product on maps in
// channels-last order. By tiles a convolution and both its gradients are 36 matrix products with a quarter of
// the work.
#include "core/model/networks/fast_path_private.h"
#include "core/model/networks/tile_transforms_private.h"

#include <ATen/Parallel.h>

namespace fedefm {

namespace {

constexpr std::int64_t kFewTiles = 32; ///< below, transforming the weights costs more than the tiles save

/// Transformed values of a chunk of tiles: they stay near, and a whole map of them would need nine times the
/// memory of its pixels.
constexpr std::int64_t kChunkFloats = std::int64_t{1} << 21;
/// Transformed weights, or their gradients, of a block of outputs: four times the plain ones.
constexpr std::int64_t kBlockFloats = std::int64_t{1} << 23;
constexpr std::int64_t kLeastBlock = 64;
constexpr std::int64_t kLeastChunk = 128; ///< tiles; fewer would read the weights too often

using Transform = void (*)(const TiledMaps&, const float*, const TileChunk&, std::int64_t, std::int64_t,
                           float*);

/// G ⊗ G, which transforms the weights: 36 × 9.
const torch::Tensor& weightTransform()
{
    static const torch::Tensor transform = [] {
        const double a = kTilePointA;
        const double b = kTilePointB;
        const double atA = 0.5 / (a * a * (a * a - b * b));
        const double atB = 0.5 / (b * b * (b * b - a * a));
        const torch::Tensor lines = torch::tensor({{1.0 / (a * a * b * b), 0.0, 0.0},
                                                   {atA, atA * a, atA * a * a},
                                                   {atA, -atA * a, atA * a * a},
                                                   {atB, atB * b, atB * b * b},
                                                   {atB, -atB * b, atB * b * b},
                                                   {0.0, 0.0, 1.0}},
                                                  torch::kDouble);
        return torch::kron(lines, lines).to(torch::kFloat);
    }();
    return transform;
}

TiledMaps tiledMaps(const torch::Tensor& map)
{
    return {map.size(0), map.size(2), map.size(3), map.size(1), map.size(1)};
}

/// A chunk of transformed tiles.
class Tiles
{
public:
    Tiles(std::int64_t channels, std::int64_t most)
        : m_channels(channels), m_values(torch::empty({kTilePositions * tileSlab({0, most}, channels)}))
    {
    }

    void load(const torch::Tensor& map, const TileChunk& chunk, Transform transform)
    {
        m_chunk = chunk;
        const TiledMaps maps = tiledMaps(map);
        const auto* from = map.data_ptr<float>();
        auto* to = m_values.data_ptr<float>();
        at::parallel_for(
            chunk.first, chunk.first + chunk.count, 4,
            [&](std::int64_t begin, std::int64_t end) { transform(maps, from, m_chunk, begin, end, to); });
    }

    /// The tiles become the products of those of `inputs` and `weights` (36 × inputs × outputs).
    void multiply(const Tiles& inputs, const torch::Tensor& weights)
    {
        m_chunk = inputs.m_chunk;
        eachPosition([&](std::int64_t position) {
            torch::Tensor product = at(position);
            torch::mm_out(product, inputs.at(position), weights[position]);
        });
    }

    /// To the channels from `first` on.
    void store(const torch::Tensor& map, std::int64_t first) const
    {
        TiledMaps maps = tiledMaps(map);
        maps.channels = m_channels;
        const auto* from = m_values.data_ptr<float>();
        auto* to = map.data_ptr<float>() + first;
        at::parallel_for(m_chunk.first, m_chunk.first + m_chunk.count, 4,
                         [&](std::int64_t begin, std::int64_t end) {
                             pixelsOfTiles(maps, from, m_chunk, begin, end, to);
                         });
    }

    /// Tiles × channels.
    torch::Tensor at(std::int64_t position) const
    {
        return m_values.narrow(0, position * tileSlab(m_chunk, m_channels), m_chunk.count * m_channels)
            .view({m_chunk.count, m_channels});
    }

    /// Each position's product is too small to be shared out, so the positions are.
    template <typename Work> static void eachPosition(const Work& work)
    {
        at::parallel_for(0, kTilePositions, 1, [&](std::int64_t begin, std::int64_t end) {
            const torch::NoGradGuard noGrad;
            for (std::int64_t position = begin; position < end; ++position)
                work(position);
        });
    }

private:
    std::int64_t m_channels;
    TileChunk m_chunk;
    torch::Tensor m_values;
};

/// The chunks of `tiles` tiles, whose transforms have so many channels in all.
std::vector<TileChunk> chunksOf(std::int64_t tiles, std::int64_t channels)
{
    const std::int64_t most = std::max(kLeastChunk, kChunkFloats / (kTilePositions * channels));
    const std::int64_t chunks = (tiles + most - 1) / most;
    std::vector<TileChunk> all;
    for (std::int64_t i = 0; i < chunks; ++i) {
        const std::int64_t first = i * tiles / chunks;
        all.push_back({first, (i + 1) * tiles / chunks - first});
    }
    return all;
}

std::int64_t largest(const std::vector<TileChunk>& chunks)
{
    std::int64_t most = 0;
    for (const TileChunk& chunk : chunks)
        most = std::max(most, chunk.count);
    return most;
}

/// 36 × outputs × inputs; of the filters turned by half a turn when `isTurned`.
torch::Tensor transformedWeights(const torch::Tensor& weight, bool isTurned)
{
    const torch::Tensor taps = weight.permute({2, 3, 0, 1}).reshape({9, -1});
    const torch::Tensor& transform = weightTransform();
    return torch::mm(isTurned ? transform.flip(1) : transform, taps)
        .view({kTilePositions, weight.size(0), weight.size(1)});
}

/// Calls work(first, count) for blocks of outputs.
template <typename Work> void eachBlock(std::int64_t outputs, std::int64_t inputs, const Work& work)
{
    const std::int64_t fitting = kBlockFloats / (kTilePositions * inputs) / kTileLanes * kTileLanes;
    const std::int64_t block = std::max(kLeastBlock, fitting);
    for (std::int64_t first = 0; first < outputs; first += block)
        work(first, std::min(block, outputs - first));
}

/// The convolution of `map` with the filters, or, turned by half a turn, its gradient's.
torch::Tensor convolved(const torch::Tensor& map, const torch::Tensor& weight, bool isTurned)
{
    const std::int64_t outputs = weight.size(isTurned ? 1 : 0);
    const torch::Tensor result =
        torch::empty({map.size(0), outputs, map.size(2), map.size(3)},
                     torch::TensorOptions(torch::kFloat).memory_format(torch::MemoryFormat::ChannelsLast));
    eachBlock(outputs, map.size(1), [&](std::int64_t first, std::int64_t count) {
        const torch::Tensor transformed =
            transformedWeights(weight.narrow(isTurned ? 1 : 0, first, count), isTurned);
        const torch::Tensor weights = isTurned ? transformed : transformed.transpose(1, 2);
        const auto chunks = chunksOf(tiledMaps(map).tiles(), map.size(1) + count);
        Tiles in(map.size(1), largest(chunks));
        Tiles out(count, largest(chunks));
        for (const TileChunk& chunk : chunks) {
            in.load(map, chunk, tilesOfInput);
            out.multiply(in, weights);
            out.store(result, first);
        }
    });
    return result;
}

/// The gradient of the filters: 9 × outputs × inputs.
torch::Tensor gradientOfTaps(const torch::Tensor& gradient, const torch::Tensor& map)
{
    const std::int64_t inputs = map.size(1);
    const std::int64_t outputs = gradient.size(1);
    const auto chunks = chunksOf(tiledMaps(map).tiles(), inputs + outputs);
    Tiles ofMap(inputs, largest(chunks));
    Tiles ofGradient(outputs, largest(chunks));
    const torch::Tensor taps = torch::empty({9, outputs, inputs});
    eachBlock(outputs, inputs, [&](std::int64_t first, std::int64_t count) {
        const torch::Tensor sums = torch::empty({kTilePositions, count, inputs});
        for (const TileChunk& chunk : chunks) {
            ofMap.load(map, chunk, tilesOfInput);
            ofGradient.load(gradient, chunk, tilesOfGradient);
            const bool isFirst = chunk.first == 0;
            Tiles::eachPosition([&](std::int64_t position) {
                torch::Tensor sum = sums[position];
                const torch::Tensor turned = ofGradient.at(position).narrow(1, first, count).t();
                if (isFirst)
                    torch::mm_out(sum, turned, ofMap.at(position));
                else
                    sum.addmm_(turned, ofMap.at(position));
            });
        }
        taps.narrow(1, first, count)
            .copy_(
                torch::mm(weightTransform().t(), sums.view({kTilePositions, -1})).view({9, count, inputs}));
    });
    return taps;
}

/// A 3×3 convolution of stride 1 with a margin of one zero.
class TileConvolution : public torch::autograd::Function<TileConvolution>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                                 const torch::Tensor& weight)
    {
        context->save_for_backward({map, weight});
        return convolved(map, weight, false);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list arrived)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor& map = saved[0];
        const torch::Tensor& weight = saved[1];
        const torch::Tensor gradient = arrived[0].contiguous(torch::MemoryFormat::ChannelsLast);
        const torch::Tensor taps = gradientOfTaps(gradient, map);
        const torch::Tensor ofMap =
            context->needs_input_grad(0) ? convolved(gradient, weight, true) : torch::Tensor();
        return {ofMap, taps.view({3, 3, weight.size(0), weight.size(1)})
                           .permute({2, 3, 0, 1})
                           .contiguous(torch::MemoryFormat::ChannelsLast)};
    }
};

/// Every so many-th pixel of a map. LibTorch's gradient of a slice has another memory layout.
class SparsePixels : public torch::autograd::Function<SparsePixels>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                                 std::int64_t stride)
    {
        context->saved_data["size"] = map.sizes();
        context->saved_data["stride"] = stride;
        return used(map, stride).contiguous(torch::MemoryFormat::ChannelsLast);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list arrived)
    {
        const torch::Tensor gradient =
            torch::empty(context->saved_data["size"].toIntVector(),
                         arrived[0].options().memory_format(torch::MemoryFormat::ChannelsLast))
                .zero_();
        used(gradient, context->saved_data["stride"].toInt()).copy_(arrived[0]);
        return {gradient, {}};
    }

private:
    static torch::Tensor used(const torch::Tensor& map, std::int64_t stride)
    {
        return map.slice(2, 0, c10::nullopt, stride).slice(3, 0, c10::nullopt, stride);
    }
};

bool suitsTiles(const torch::Tensor& map, const torch::Tensor& weight, std::int64_t stride,
                std::int64_t padding)
{
    return stride == 1 && padding == 1 && weight.size(2) == 3 && weight.size(3) == 3 &&
           weight.size(0) % kTileLanes == 0 && weight.size(1) % kTileLanes == 0 &&
           tiledMaps(map).tiles() >= kFewTiles;
}

} // namespace

torch::Tensor mapConvolution(const torch::Tensor& map, const torch::Tensor& weight, std::int64_t stride,
                             std::int64_t padding)
{
    if (hasFastMapPath(map)) {
        if (suitsTiles(map, weight, stride, padding))
            return TileConvolution::apply(map, weight);
        if (stride > 1 && padding == 0 && weight.size(2) == 1 && weight.size(3) == 1)
            return torch::conv2d(SparsePixels::apply(map, stride), weight);
    }
    return torch::conv2d(map, weight, {}, stride, padding);
}

} // namespace fedefm
