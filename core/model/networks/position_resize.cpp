// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/position_resize_private.h"

#include <cmath>

namespace fedefm {

namespace {

enum class Filter { Bilinear, BilinearCorners, Bicubic };

bool endsWith(const std::string& name, const std::string& end)
{
    return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0 &&
           (name.size() == end.size() || name[name.size() - end.size() - 1] == '.');
}

/// The side of a square number, or 0.
std::int64_t squareSide(std::int64_t count)
{
    const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(count))));
    return side * side == count ? side : 0;
}

/// `grid` is (h·w)×D in row-major order.
torch::Tensor resizedGrid(const torch::Tensor& grid, std::int64_t height, std::int64_t width,
                          std::int64_t newHeight, std::int64_t newWidth, Filter filter)
{
    const torch::Tensor map =
        grid.reshape({1, height, width, -1}).permute({0, 3, 1, 2}).contiguous().to(torch::kFloat32);
    const torch::Tensor result =
        filter == Filter::Bicubic
            ? torch::upsample_bicubic2d(map, {newHeight, newWidth}, /*align_corners=*/false)
            : torch::upsample_bilinear2d(map, {newHeight, newWidth}, filter == Filter::BilinearCorners);
    return result.permute({0, 2, 3, 1}).reshape({newHeight * newWidth, -1});
}

/// Tables of tokens, T×D: an optional class token, then a square grid.
std::optional<torch::Tensor> resizedTokens(const torch::Tensor& stored, std::int64_t newCount, Filter filter)
{
    const std::int64_t count = stored.size(0);
    // A table of one token is a grid of one; otherwise n and n-1 are never both squares.
    const std::int64_t extra = squareSide(count) ? 0 : 1;
    const std::int64_t newExtra = squareSide(newCount) ? 0 : 1;
    const std::int64_t side = squareSide(count - extra);
    const std::int64_t newSide = squareSide(newCount - newExtra);
    if (side == 0 || newSide == 0 || newExtra > extra)
        return {};
    torch::Tensor grid = stored.slice(0, extra);
    if (side != newSide)
        grid = resizedGrid(grid, side, side, newSide, newSide, filter);
    if (newExtra == 0)
        return grid;
    return torch::cat({stored.slice(0, 0, 1).to(grid.scalar_type()), grid}, 0);
}

std::optional<torch::Tensor> resizedBatchOfTokens(const torch::Tensor& stored,
                                                  const std::vector<std::int64_t>& shape, Filter filter)
{
    if (stored.dim() != 3 || shape.size() != 3 || stored.size(0) != 1 || shape[0] != 1 ||
        stored.size(2) != shape[2])
        return {};
    auto tokens = resizedTokens(stored[0], shape[1], filter);
    if (tokens)
        return tokens->unsqueeze(0);
    return {};
}

std::optional<torch::Tensor> resizedMap(const torch::Tensor& stored, const std::vector<std::int64_t>& shape)
{
    if (stored.dim() != 4 || shape.size() != 4 || stored.size(0) != 1 || shape[0] != 1 ||
        stored.size(3) != shape[3])
        return {};
    return resizedGrid(stored[0], stored.size(1), stored.size(2), shape[1], shape[2], Filter::Bilinear)
        .reshape(shape);
}

std::optional<torch::Tensor> resizedTable(const torch::Tensor& stored, const std::vector<std::int64_t>& shape)
{
    const std::int64_t side = squareSide(stored.size(0));
    const std::int64_t newSide = squareSide(shape[0]);
    if (side == 0 || newSide == 0)
        return {};
    return resizedGrid(stored, side, side, newSide, newSide, Filter::Bicubic);
}

torch::Tensor resizedLine(const torch::Tensor& stored, std::int64_t newCount)
{
    const torch::Tensor line = stored.to(torch::kFloat32).t().unsqueeze(0).contiguous();
    return torch::upsample_linear1d(line, {newCount}, /*align_corners=*/false)[0].t();
}

} // namespace

bool isDerivedEntry(const std::string& name)
{
    return endsWith(name, "relative_position_index") || endsWith(name, "attn_mask");
}

std::optional<torch::Tensor> resizedPosition(const std::string& name, const torch::Tensor& stored,
                                             const std::vector<std::int64_t>& shape)
{
    if (!stored.is_floating_point() || stored.numel() == 0)
        return {};
    if (endsWith(name, "position_embeddings"))
        return resizedBatchOfTokens(stored, shape, Filter::BilinearCorners);
    if (endsWith(name, "pos_embed") && shape.size() == 4)
        return resizedMap(stored, shape);
    if (endsWith(name, "pos_embed") || endsWith(name, "absolute_pos_embed"))
        return resizedBatchOfTokens(stored, shape, Filter::Bicubic);
    if (stored.dim() != 2 || shape.size() != 2 || stored.size(1) != shape[1])
        return {};
    if (endsWith(name, "rel_pos_h") || endsWith(name, "rel_pos_w"))
        return resizedLine(stored, shape[0]);
    if (endsWith(name, "relative_position_bias_table"))
        return resizedTable(stored, shape);
    // The image tower's, whatever its prefix: a class token and a square. The text tower's has no square.
    if (endsWith(name, "positional_embedding") && squareSide(stored.size(0) - 1) > 0 &&
        squareSide(shape[0] - 1) > 0)
        return resizedTokens(stored, shape[0], Filter::Bicubic);
    return {};
}

torch::Tensor gridPositions(const torch::Tensor& positions, std::int64_t height, std::int64_t width)
{
    const std::int64_t side = squareSide(positions.size(1));
    if (side == 0 || (height == side && width == side))
        return positions;
    return resizedGrid(positions[0], side, side, height, width, Filter::BilinearCorners).unsqueeze(0);
}

} // namespace fedefm
