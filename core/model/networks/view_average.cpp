// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/view_average_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

std::int64_t scaledSide(std::int64_t side, double scale)
{
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(side) * scale));
}

std::int64_t padding(std::int64_t side, int multiple)
{
    return (multiple - side % multiple) % multiple;
}

std::vector<std::int64_t> mirrorAxes(const PictureView& view)
{
    std::vector<std::int64_t> axes;
    if (view.isMirroredY)
        axes.push_back(2);
    if (view.isMirroredX)
        axes.push_back(3);
    return axes;
}

torch::Tensor scaled(const torch::Tensor& pictures, double scale, int multiple)
{
    if (scale == 1.0)
        return pictures;
    const std::int64_t height = scaledSide(pictures.size(2), scale);
    const std::int64_t width = scaledSide(pictures.size(3), scale);
    const torch::Tensor sized = torch::upsample_bicubic2d(pictures, {height, width}, false);
    const std::int64_t right = padding(width, multiple);
    const std::int64_t below = padding(height, multiple);
    return right + below > 0 ? torch::replication_pad2d(sized, {0, right, 0, below}) : sized;
}

/// Probabilities of a scaled view at the size of the picture.
torch::Tensor scaledBack(const torch::Tensor& maps, const torch::Tensor& view, const torch::Tensor& pictures,
                         double scale)
{
    const std::int64_t height = pictures.size(2);
    const std::int64_t width = pictures.size(3);
    // Networks whose maps are coarser than their pictures.
    const bool isCoarse = maps.size(2) != view.size(2) || maps.size(3) != view.size(3);
    torch::Tensor whole =
        isCoarse ? torch::upsample_bilinear2d(maps, {view.size(2), view.size(3)}, false) : maps;
    if (scale == 1.0)
        return whole;
    whole = whole.slice(2, 0, scaledSide(height, scale)).slice(3, 0, scaledSide(width, scale));
    return scale > 1.0 ? torch::_upsample_bilinear2d_aa(whole, {height, width}, false)
                       : torch::upsample_bilinear2d(whole, {height, width}, false);
}

} // namespace

Result<torch::Tensor> viewAverage(const torch::Tensor& pictures, const std::vector<PictureView>& views,
                                  int multiple, const LogitsOf& logitsOf)
{
    if (views.empty())
        return logitsOf(pictures);
    constexpr double kLeast = 1e-12; // a logarithm that every network's certainty stays above
    torch::Tensor sum;
    for (const PictureView& view : views) {
        const std::vector<std::int64_t> axes = mirrorAxes(view);
        const torch::Tensor seen = scaled(pictures, view.scale, multiple);
        const auto logits = logitsOf(torch::flip(seen, axes).contiguous(torch::MemoryFormat::ChannelsLast));
        if (!logits)
            return tl::unexpected(logits.error());
        const torch::Tensor turned = torch::flip(torch::softmax(logits->to(torch::kFloat), 1), axes);
        const torch::Tensor probabilities = scaledBack(turned, seen, pictures, view.scale);
        sum = sum.defined() ? sum + probabilities : probabilities;
    }
    return (sum / static_cast<double>(views.size())).clamp_min(kLeast).log();
}

} // namespace fedefm
