// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/merge/model_stream.h"
#include "core/model/checkpoint/tensor_file.h"

namespace fedefm {

/// The float32 tensors of a checkpoint, in the order of their names. Others (BatchNorm's counters) take no
/// part in merges.
class TensorFileModel final : public ModelSource
{
public:
    explicit TensorFileModel(TensorFile tensors);

    const ModelSchema& schema() const override { return m_schema; }
    Status read(std::size_t tensor, std::size_t offset, std::size_t count, float* values) override;

private:
    std::vector<StoredTensor> m_tensors;
    ModelSchema m_schema;
};

} // namespace fedefm
