// SPDX-License-Identifier: GPL-3.0-or-later
// LibTorch 1.13 computes the gradient of group norms in another memory layout than that of the maps, and
// rectifier and sum are passes of their own: here each direction reads the maps twice and writes once.
#include "core/model/networks/fast_path_private.h"
#include "core/model/networks/map_norm_kernels_private.h"

#include <ATen/Parallel.h>
#include <algorithm>

namespace fedefm {

namespace {

/// Pixels that are summed in float32 by one thread; a constant, so that sums do not depend on the threads.
constexpr std::int64_t kChunkPixels = 64;

struct Maps
{
    explicit Maps(const torch::Tensor& map)
        : pictures(map.size(0)), channels(map.size(1)), pixels(map.size(2) * map.size(3)),
          chunks((pixels + kChunkPixels - 1) / kChunkPixels)
    {
    }

    /// body(picture, chunk, offset of its first value, pixels) for all chunks.
    template <typename Body> void forChunks(const Body& body) const
    {
        at::parallel_for(0, pictures * chunks, 4, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t at = begin; at < end; ++at) {
                const std::int64_t picture = at / chunks;
                const std::int64_t first = at % chunks * kChunkPixels;
                body(picture, at, (picture * pixels + first) * channels,
                     std::min(kChunkPixels, pixels - first));
            }
        });
    }

    torch::Tensor newSums() const { return torch::empty({pictures, chunks, 2, channels}); }

    std::int64_t pictures, channels, pixels, chunks;
};

const float* valuesOrNull(const torch::Tensor& tensor)
{
    return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

/// Mean and 1/σ of each picture and channel (those of the channel's group): pictures × 2 × channels.
torch::Tensor statisticsOf(const torch::Tensor& map, std::int64_t groups, double eps)
{
    const Maps maps(map);
    const torch::Tensor sums = maps.newSums();
    const float* values = map.data_ptr<float>();
    auto* sum = sums.data_ptr<float>();
    maps.forChunks([&](std::int64_t, std::int64_t chunk, std::int64_t at, std::int64_t pixels) {
        channelMoments(values + at, pixels, maps.channels, sum + chunk * 2 * maps.channels);
    });
    const std::int64_t width = maps.channels / groups;
    const torch::Tensor means = sums.sum(1, false, torch::kDouble)
                                    .view({maps.pictures, 2, groups, width})
                                    .sum(3, true)
                                    .div_(static_cast<double>(width * maps.pixels));
    const torch::Tensor mean = means.select(1, 0);
    const torch::Tensor variance = (means.select(1, 1) - mean * mean).clamp_min_(0.0);
    return torch::stack({mean, (variance + eps).rsqrt_()}, 1)
        .expand({-1, -1, -1, width})
        .reshape({maps.pictures, 2, maps.channels});
}

torch::Tensor normalisedMap(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                            const torch::Tensor& rest, const torch::Tensor& statistics, bool rectify)
{
    const Maps maps(map);
    const torch::Tensor mean = statistics.select(1, 0);
    const torch::Tensor scale = statistics.select(1, 1) * weight;
    const torch::Tensor shift = (bias - mean * scale).to(torch::kFloat);
    const torch::Tensor factors = scale.to(torch::kFloat);
    const torch::Tensor result = torch::empty_like(map);
    auto* to = result.data_ptr<float>();
    const ScaledMap all{map.data_ptr<float>(), valuesOrNull(rest), factors.data_ptr<float>(),
                        shift.data_ptr<float>(), rectify};
    maps.forChunks([&](std::int64_t picture, std::int64_t, std::int64_t at, std::int64_t pixels) {
        ScaledMap work = all;
        work.map += at;
        work.rest = work.rest ? work.rest + at : nullptr;
        work.scale += picture * maps.channels;
        work.shift += picture * maps.channels;
        scaleMap(work, pixels, maps.channels, to + at);
    });
    return result;
}

/// gradient of the map = slope × arriving gradient + tilt × map + offset, by picture and channel.
struct GradientFactors
{
    torch::Tensor slope, tilt, offset;
    torch::Tensor weight, bias; ///< their gradients
};

/// `moments`: Σ g and Σ g × map of each picture and channel.
GradientFactors factorsOf(const torch::Tensor& moments, const torch::Tensor& statistics,
                          const torch::Tensor& weight, std::int64_t groups, std::int64_t pixels)
{
    const torch::Tensor mean = statistics.select(1, 0);
    const torch::Tensor scale = statistics.select(1, 1);
    const torch::Tensor sum = moments.select(1, 0);
    const torch::Tensor centred = (moments.select(1, 1) - mean * sum) * scale; // Σ g × normalised map
    const std::int64_t channels = weight.size(0);
    const auto meanOfGroup = [&](const torch::Tensor& values) {
        const torch::Tensor total = values.view({-1, groups, channels / groups}).mean(2, true);
        return (total / static_cast<double>(pixels)).expand({-1, -1, channels / groups}).reshape_as(values);
    };
    const torch::Tensor tilt = -meanOfGroup(centred * weight) * scale * scale;
    const torch::Tensor offset = -meanOfGroup(sum * weight) * scale - tilt * mean;
    return {(scale * weight).to(torch::kFloat), tilt.to(torch::kFloat), offset.to(torch::kFloat),
            centred.sum(0).to(torch::kFloat), sum.sum(0).to(torch::kFloat)};
}

class GroupNormFunction : public torch::autograd::Function<GroupNormFunction>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                                 const torch::Tensor& weight, const torch::Tensor& bias,
                                 const c10::optional<torch::Tensor>& rest, std::int64_t groups, double eps,
                                 bool rectify)
    {
        const torch::Tensor statistics = statisticsOf(map, groups, eps);
        const torch::Tensor result =
            normalisedMap(map, weight, bias, rest.value_or(torch::Tensor()), statistics, rectify);
        context->save_for_backward({map, weight, statistics, rectify ? result : torch::Tensor()});
        context->saved_data["groups"] = groups;
        context->saved_data["rest"] = rest.has_value();
        return result;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list arrived)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor& map = saved[0];
        torch::Tensor gradient = arrived[0].contiguous(torch::MemoryFormat::ChannelsLast);
        torch::Tensor rectified = saved[3];
        const Maps maps(map);
        const torch::Tensor sums = maps.newSums();
        const torch::Tensor passed =
            context->saved_data["rest"].toBool() ? torch::empty_like(map) : torch::Tensor();
        maps.forChunks([&](std::int64_t, std::int64_t chunk, std::int64_t at, std::int64_t pixels) {
            gradientMoments(gradient.data_ptr<float>() + at,
                            rectified.defined() ? rectified.data_ptr<float>() + at : nullptr,
                            map.data_ptr<float>() + at, pixels, maps.channels,
                            passed.defined() ? passed.data_ptr<float>() + at : nullptr,
                            sums.data_ptr<float>() + chunk * 2 * maps.channels);
        });
        if (passed.defined()) {
            gradient = passed;
            rectified = torch::Tensor();
        }
        const GradientFactors factors = factorsOf(sums.sum(1, false, torch::kDouble), saved[2], saved[1],
                                                  context->saved_data["groups"].toInt(), maps.pixels);
        return {mapGradientOf(gradient, rectified, map, factors),
                factors.weight,
                factors.bias,
                passed,
                {},
                {},
                {}};
    }

private:
    static torch::Tensor mapGradientOf(const torch::Tensor& gradient, const torch::Tensor& rectified,
                                       const torch::Tensor& map, const GradientFactors& factors)
    {
        const Maps maps(map);
        const torch::Tensor result = torch::empty_like(map);
        maps.forChunks([&](std::int64_t picture, std::int64_t, std::int64_t at, std::int64_t pixels) {
            const std::int64_t first = picture * maps.channels;
            mapGradient(gradient.data_ptr<float>() + at,
                        rectified.defined() ? rectified.data_ptr<float>() + at : nullptr,
                        map.data_ptr<float>() + at, factors.slope.data_ptr<float>() + first,
                        factors.tilt.data_ptr<float>() + first, factors.offset.data_ptr<float>() + first,
                        pixels, maps.channels, result.data_ptr<float>() + at);
        });
        return result;
    }
};

/// Under autocast maps are of another type than the parameters, which LibTorch 1.13 does not take.
torch::Tensor plainGroupNorm(torch::nn::GroupNorm& norm, const torch::Tensor& map)
{
    const auto type = map.scalar_type();
    return torch::group_norm(map, norm->options.num_groups(), norm->weight.to(type), norm->bias.to(type),
                             norm->options.eps());
}

torch::Tensor fastGroupNorm(torch::nn::GroupNorm& norm, const torch::Tensor& map, const torch::Tensor& rest,
                            bool rectify)
{
    const auto given = rest.defined() ? c10::optional<torch::Tensor>(rest) : c10::nullopt;
    return GroupNormFunction::apply(map, norm->weight, norm->bias, given, norm->options.num_groups(),
                                    norm->options.eps(), rectify);
}

} // namespace

torch::Tensor groupNorm(torch::nn::GroupNorm& norm, const torch::Tensor& map)
{
    return hasFastMapPath(map) ? fastGroupNorm(norm, map, {}, false) : plainGroupNorm(norm, map);
}

torch::Tensor groupNormRelu(torch::nn::GroupNorm& norm, const torch::Tensor& map, const torch::Tensor& rest)
{
    const bool restFits = !rest.defined() || (hasFastMapPath(rest) && rest.sizes() == map.sizes());
    if (hasFastMapPath(map) && restFits)
        return fastGroupNorm(norm, map, rest, true);
    torch::Tensor normalised = plainGroupNorm(norm, map);
    return rest.defined() ? normalised.add_(rest).relu_() : normalised.relu_();
}

} // namespace fedefm
