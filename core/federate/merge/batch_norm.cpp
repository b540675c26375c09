// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/batch_norm.h"

#include <map>
#include <string_view>

namespace fedefm {

namespace {

struct LayerName
{
    std::string_view layer; ///< empty: the tensor belongs to the model itself
    std::string_view part;
};

LayerName splitName(std::string_view name)
{
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? LayerName{{}, name}
                                         : LayerName{name.substr(0, dot), name.substr(dot + 1)};
}

} // namespace

std::vector<TensorRole> tensorRoles(const ModelSchema& schema)
{
    struct Running
    {
        const TensorShape* mean = nullptr;
        const TensorShape* variance = nullptr;
    };
    std::map<std::string_view, Running> layers;
    for (const TensorShape& tensor : schema) {
        const LayerName name = splitName(tensor.name);
        if (name.part == "running_mean")
            layers[name.layer].mean = &tensor;
        else if (name.part == "running_var")
            layers[name.layer].variance = &tensor;
    }
    std::vector<TensorRole> roles;
    for (const TensorShape& tensor : schema) {
        const LayerName name = splitName(tensor.name);
        const auto found = layers.find(name.layer);
        const bool isBatchNorm = found != layers.end() && found->second.mean && found->second.variance &&
                                 found->second.mean->shape == found->second.variance->shape &&
                                 found->second.mean->shape.size() == 1;
        TensorRole role = TensorRole::Weight;
        if (isBatchNorm) {
            const bool isParameter = name.part == "weight" || name.part == "bias";
            if (name.part == "running_mean" || name.part == "running_var" ||
                name.part == "num_batches_tracked")
                role = TensorRole::BatchNormStatistic;
            else if (isParameter && tensor.shape == found->second.mean->shape)
                role = TensorRole::BatchNormParameter;
        }
        roles.push_back(role);
    }
    return roles;
}

bool isMerged(TensorRole role, BatchNormPolicy policy)
{
    if (policy == BatchNormPolicy::Average)
        return true;
    return role == TensorRole::Weight ||
           (role == TensorRole::BatchNormParameter && policy == BatchNormPolicy::KeepStatistics);
}

} // namespace fedefm
