// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/attention_private.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fedefm {

namespace {

constexpr std::int64_t kScoresAtOnce = std::int64_t(1) << 24; ///< 64 MiB of float32

torch::Tensor plainAttention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v)
{
    return torch::matmul(torch::matmul(q, k.transpose(-2, -1)).softmax(-1), v);
}

/// The embedding that relates query row i to key row j: row i − j + size − 1 of the (resized) table.
torch::Tensor relativeTable(const torch::Tensor& table, int size)
{
    const int rows = 2 * size - 1;
    torch::Tensor fitted = table;
    if (table.size(0) != rows) {
        const auto options = torch::nn::functional::InterpolateFuncOptions()
                                 .size(std::vector<std::int64_t>{rows})
                                 .mode(torch::kLinear)
                                 .align_corners(false);
        fitted = torch::nn::functional::interpolate(table.t().unsqueeze(0), options).squeeze(0).t();
    }
    const auto index = torch::arange(size, torch::TensorOptions(torch::kLong).device(table.device()));
    const auto offset = index.unsqueeze(1) - index.unsqueeze(0) + (size - 1);
    return fitted.index_select(0, offset.flatten()).view({size, size, table.size(1)});
}

/// Column and row of every token as one-hot vectors: (height·width)×(height + width).
torch::Tensor gridIndicators(int height, int width, const torch::TensorOptions& options)
{
    return torch::cat({torch::eye(height, options).repeat_interleave(width, 0),
                       torch::eye(width, options).repeat({height, 1})},
                      1);
}

} // namespace

torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, double scale,
                     const torch::Tensor& bias)
{
    if (bias.defined())
        return torch::matmul((torch::matmul(q * scale, k.transpose(-2, -1)) + bias).softmax(-1), v);
#ifdef FEDEFM_TORCH_HAS_SDPA
    if (q.size(-1) == v.size(-1)) {
        const double builtIn = 1.0 / std::sqrt(static_cast<double>(q.size(-1)));
        return at::scaled_dot_product_attention(scale == builtIn ? q : q * (scale / builtIn), k, v);
    }
#endif
    const auto flat = [](const torch::Tensor& t) { return t.reshape({-1, t.size(-2), t.size(-1)}); };
    const torch::Tensor queries = flat(q * scale);
    const torch::Tensor keys = flat(k);
    const torch::Tensor values = flat(v);
    const std::int64_t count = queries.size(0);
    const std::int64_t scores = std::max<std::int64_t>(1, queries.size(1) * keys.size(1));
    const std::int64_t step = std::max<std::int64_t>(1, kScoresAtOnce / scores);
    torch::Tensor result;
    if (count <= step) {
        result = plainAttention(queries, keys, values);
    } else {
        std::vector<torch::Tensor> parts;
        for (std::int64_t first = 0; first < count; first += step) {
            const std::int64_t last = std::min(count, first + step);
            parts.push_back(plainAttention(queries.slice(0, first, last), keys.slice(0, first, last),
                                           values.slice(0, first, last)));
        }
        result = torch::cat(parts, 0);
    }
    return result.reshape({q.size(0), q.size(1), q.size(2), v.size(3)});
}

torch::Tensor attendPacked(const torch::Tensor& qkv, int heads, const torch::Tensor& bias)
{
    const auto batch = qkv.size(0);
    const auto tokens = qkv.size(1);
    const auto channels = qkv.size(2) / 3;
    const auto parts = qkv.reshape({batch, tokens, 3, heads, channels / heads}).permute({2, 0, 3, 1, 4});
    const double scale = 1.0 / std::sqrt(static_cast<double>(channels / heads));
    return attend(parts[0], parts[1], parts[2], scale, bias)
        .transpose(1, 2)
        .reshape({batch, tokens, channels});
}

torch::Tensor attendWithRelativePositions(const torch::Tensor& qkv, int heads, int height, int width,
                                          const torch::Tensor& tableH, const torch::Tensor& tableW)
{
    const auto batch = qkv.size(0);
    const auto tokens = qkv.size(1);
    const auto channels = qkv.size(2) / 3;
    const auto headSize = channels / heads;
    const auto parts = qkv.reshape({batch, tokens, 3, heads, headSize}).permute({2, 0, 3, 1, 4});
    const auto q = parts[0].reshape({batch * heads, height, width, headSize});
    const auto byRow = torch::einsum("bhwc,hkc->bhwk", {q, relativeTable(tableH, height)});
    const auto byColumn = torch::einsum("bhwc,wkc->bhwk", {q, relativeTable(tableW, width)});
    // rel_h[q, row of k] + rel_w[q, column of k] is a dot product with one-hot vectors of k, so both terms
    // ride on the product of queries and keys and no second pass over the scores is needed.
    const double scale = 1.0 / std::sqrt(static_cast<double>(headSize));
    const auto queries = torch::cat({parts[0] * scale, byRow.reshape({batch, heads, tokens, height}),
                                     byColumn.reshape({batch, heads, tokens, width})},
                                    -1);
    const auto keys = torch::cat(
        {parts[1],
         gridIndicators(height, width, qkv.options()).expand({batch, heads, tokens, height + width})},
        -1);
    return attend(queries, keys, parts[2], 1.0).transpose(1, 2).reshape({batch, tokens, channels});
}

} // namespace fedefm
