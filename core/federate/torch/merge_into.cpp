// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/merge_into_private.h"

#include "core/federate/merge/tensor_file_model.h"

namespace fedefm {

Result<MergeReport> mergeInto(Network& network, std::vector<WeightedModel> models,
                              const MergeOptions& options, const CancelToken& cancel)
{
    if (models.empty())
        return fail(ErrorCode::InvalidArgument, "merge", "there is no model");
    std::vector<std::unique_ptr<TensorFileModel>> sources;
    std::vector<MergeMember> members;
    for (WeightedModel& model : models) {
        sources.push_back(std::make_unique<TensorFileModel>(std::move(model.tensors)));
        members.push_back({std::move(model.name), model.weight, sources.back().get()});
    }
    const ModelSchema schema = sources.front()->schema();
    MemoryModel merged(schema);
    auto report = mergeModels(schema, members, options, merged, cancel);
    if (!report)
        return report;
    const torch::NoGradGuard noGrad;
    TensorMap state = stateOf(network);
    for (std::size_t at = 0; at < schema.size(); ++at)
        state.at(schema[at].name)
            .copy_(torch::from_blob(merged.values(at).data(), schema[at].shape, torch::kFloat));
    return report;
}

} // namespace fedefm
