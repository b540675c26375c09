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

using Transform = void (*)(const TiledMaps&, const float*, std::int64_t, std::int64_t, float*);

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
    return {map.size(0), map.size(2), map.size(3), map.size(1)};
}

/// The values of the transform: 36 × tiles × channels.
torch::Tensor tilesOf(const torch::Tensor& map, Transform transform)
{
    const TiledMaps maps = tiledMaps(map);
    const torch::Tensor tiles = torch::empty({kTilePositions, maps.tiles(), maps.channels});
    const auto* from = map.data_ptr<float>();
    auto* to = tiles.data_ptr<float>();
    at::parallel_for(0, maps.tiles(), 4,
                     [&](std::int64_t begin, std::int64_t end) { transform(maps, from, begin, end, to); });
    return tiles;
}

torch::Tensor mapOf(const torch::Tensor& tiles, TiledMaps maps)
{
    maps.channels = tiles.size(2);
    const torch::Tensor map =
        torch::empty({maps.pictures, maps.channels, maps.heightPx, maps.widthPx},
                     torch::TensorOptions(torch::kFloat).memory_format(torch::MemoryFormat::ChannelsLast));
    const auto* from = tiles.data_ptr<float>();
    auto* to = map.data_ptr<float>();
    at::parallel_for(0, maps.tiles(), 4, [&](std::int64_t begin, std::int64_t end) {
        pixelsOfTiles(maps, from, begin, end, to);
    });
    return map;
}

/// 36 × outputs × inputs; of the filters turned by half a turn when `isTurned`.
torch::Tensor transformedWeights(const torch::Tensor& weight, bool isTurned)
{
    const torch::Tensor taps = weight.permute({2, 3, 0, 1}).reshape({9, -1});
    const torch::Tensor& transform = weightTransform();
    return torch::mm(isTurned ? transform.flip(1) : transform, taps)
        .view({kTilePositions, weight.size(0), weight.size(1)});
}

/// The product at each position. Each is too small to be shared out, so the positions are.
torch::Tensor products(const torch::Tensor& first, const torch::Tensor& second)
{
    torch::Tensor result = torch::empty({kTilePositions, first.size(1), second.size(2)});
    at::parallel_for(0, kTilePositions, 1, [&](std::int64_t begin, std::int64_t end) {
        const torch::NoGradGuard noGrad;
        for (std::int64_t position = begin; position < end; ++position) {
            torch::Tensor part = result[position];
            torch::mm_out(part, first[position], second[position]);
        }
    });
    return result;
}

/// A 3×3 convolution of stride 1 with a margin of one zero.
class TileConvolution : public torch::autograd::Function<TileConvolution>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                                 const torch::Tensor& weight)
    {
        context->save_for_backward({map, weight});
        return mapOf(products(tilesOf(map, tilesOfInput), transformedWeights(weight, false).transpose(1, 2)),
                     tiledMaps(map));
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list arrived)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor& map = saved[0];
        const torch::Tensor& weight = saved[1];
        const torch::Tensor gradient = arrived[0].contiguous(torch::MemoryFormat::ChannelsLast);
        const torch::Tensor ofMap = mapOf(
            products(tilesOf(gradient, tilesOfInput), transformedWeights(weight, true)), tiledMaps(map));
        const torch::Tensor ofTransformed =
            products(tilesOf(gradient, tilesOfGradient).transpose(1, 2), tilesOf(map, tilesOfInput));
        const torch::Tensor taps = torch::mm(weightTransform().t(), ofTransformed.view({kTilePositions, -1}));
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
