// SPDX-License-Identifier: GPL-3.0-or-later
// One head of one picture at a time, so that its scores stay in the cache, and read where it lies: no copies
// of queries, keys and values in another order.
#include "core/model/networks/attention_private.h"
#include "core/model/networks/fast_path_private.h"

#include <ATen/Parallel.h>

namespace fedefm {

namespace {

/// Tokens of one head of one picture: a view of N×T×(heads × size).
torch::Tensor headOf(const torch::Tensor& tokens, std::int64_t index, std::int64_t heads)
{
    const std::int64_t size = tokens.size(2) / heads;
    return tokens.select(0, index / heads).narrow(1, index % heads * size, size);
}

template <typename Body> void forHeads(const torch::Tensor& tokens, std::int64_t heads, const Body& body)
{
    at::parallel_for(0, tokens.size(0) * heads, 1, [&](std::int64_t begin, std::int64_t end) {
        const torch::NoGradGuard noGrad;
        for (std::int64_t index = begin; index < end; ++index)
            body(index);
    });
}

class TokenAttention : public torch::autograd::Function<TokenAttention>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& q,
                                 const torch::Tensor& k, const torch::Tensor& v, std::int64_t heads,
                                 double scale)
    {
        const torch::Tensor mixed = torch::empty_like(q);
        const torch::Tensor shares = torch::empty({q.size(0) * heads, q.size(1), k.size(1)}, q.options());
        forHeads(q, heads, [&](std::int64_t index) {
            const torch::Tensor scores = torch::mm(headOf(q, index, heads), headOf(k, index, heads).t());
            torch::Tensor part = shares[index];
            at::_softmax_out(part, scores.mul_(scale), -1, false);
            torch::Tensor result = headOf(mixed, index, heads);
            torch::mm_out(result, part, headOf(v, index, heads));
        });
        context->save_for_backward({q, k, v, shares});
        context->saved_data["heads"] = heads;
        context->saved_data["scale"] = scale;
        return mixed;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list arrived)
    {
        const auto saved = context->get_saved_variables();
        const std::int64_t heads = context->saved_data["heads"].toInt();
        const double scale = context->saved_data["scale"].toDouble();
        const torch::Tensor gradient = arrived[0].contiguous();
        const torch::Tensor ofQ = torch::empty_like(saved[0]);
        const torch::Tensor ofK = torch::empty_like(saved[1]);
        const torch::Tensor ofV = torch::empty_like(saved[2]);
        forHeads(ofQ, heads, [&](std::int64_t index) {
            const torch::Tensor slope = headOf(gradient, index, heads);
            const torch::Tensor shares = saved[3][index];
            torch::Tensor target = headOf(ofV, index, heads);
            torch::mm_out(target, shares.t(), slope);
            const torch::Tensor ofShares = torch::mm(slope, headOf(saved[2], index, heads).t());
            const torch::Tensor ofScores =
                at::_softmax_backward_data(ofShares, shares, -1, torch::kFloat).mul_(scale);
            target = headOf(ofQ, index, heads);
            torch::mm_out(target, ofScores, headOf(saved[1], index, heads));
            target = headOf(ofK, index, heads);
            torch::mm_out(target, ofScores.t(), headOf(saved[0], index, heads));
        });
        return {ofQ, ofK, ofV, {}, {}};
    }
};

} // namespace

torch::Tensor attendTokens(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, int heads,
                           double scale)
{
    if (hasFastPath(q) && torch::GradMode::is_enabled())
        return TokenAttention::apply(q, k, v, heads, scale);
    const auto split = [heads](const torch::Tensor& tokens) {
        return tokens.view({tokens.size(0), tokens.size(1), heads, -1}).transpose(1, 2);
    };
    return attend(split(q), split(k), split(v), scale).transpose(1, 2).reshape_as(q);
}

} // namespace fedefm
