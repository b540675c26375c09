// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/emd_weight_private.h"

#include "core/federate/torch/sinkhorn_score_private.h"

#include <algorithm>

namespace fedefm {

namespace {

/// The solver has found score and gradient already; this only hands them to LibTorch.
class KnownGradient : public torch::autograd::Function<KnownGradient>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& nodes,
                                 const torch::Tensor& value, const torch::Tensor& gradient)
    {
        (void)nodes;
        context->save_for_backward({gradient});
        return value.clone();
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& upstream)
    {
        return {upstream[0] * context->get_saved_variables()[0], torch::Tensor(), torch::Tensor()};
    }
};

} // namespace

torch::Tensor emdNodes(const torch::Tensor& features, int side)
{
    if (features.dim() < 4)
        return features.to(torch::kFloat).flatten(1).unsqueeze(1);
    torch::Tensor pooled = features.to(torch::kFloat);
    if (pooled.size(2) > side || pooled.size(3) > side)
        pooled = torch::adaptive_avg_pool2d(pooled, {std::min<std::int64_t>(side, pooled.size(2)),
                                                     std::min<std::int64_t>(side, pooled.size(3))});
    return pooled.flatten(2).transpose(1, 2).contiguous();
}

Result<torch::Tensor> emdScore(const torch::Tensor& studentNodes, const torch::Tensor& teacherNodes,
                               EmdScorer& scorer, bool isDifferentiated)
{
    if (studentNodes.is_cuda() && scorer.options().transport.solver == "sinkhorn")
        return sinkhornScore(studentNodes, teacherNodes, scorer.options(), isDifferentiated);
    const torch::Tensor student = studentNodes.detach().to(torch::kCPU).contiguous();
    const torch::Tensor teacher = teacherNodes.detach().to(torch::kCPU).contiguous();
    FeatureMaps<float> maps;
    maps.samples = static_cast<int>(student.size(0));
    maps.firstNodes = static_cast<int>(student.size(1));
    maps.secondNodes = static_cast<int>(teacher.size(1));
    maps.channels = static_cast<int>(student.size(2));
    maps.first = student.data_ptr<float>();
    maps.second = teacher.data_ptr<float>();
    torch::Tensor gradient;
    FeatureGradients<float> gradients;
    if (isDifferentiated) {
        gradient = torch::zeros_like(student);
        gradients.first = gradient.data_ptr<float>();
    }
    std::vector<double> scores;
    if (auto scored = scorer.score(maps, scores, gradients); !scored)
        return tl::unexpected(scored.error());
    double sum = 0.0;
    for (const double score : scores)
        sum += score;
    const auto count = static_cast<double>(std::max<std::size_t>(1, scores.size()));
    const torch::Tensor value = torch::tensor(static_cast<float>(sum / count)).to(studentNodes.device());
    if (!isDifferentiated)
        return value;
    return KnownGradient::apply(studentNodes, value, (gradient / count).to(studentNodes.device()));
}

} // namespace fedefm
