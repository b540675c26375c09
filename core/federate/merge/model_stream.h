// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fedefm {

/// Name and shape of a float32 tensor.
struct TensorShape
{
    std::string name;
    std::vector<std::int64_t> shape; ///< empty: scalar

    std::size_t elementCount() const;
    bool operator==(const TensorShape& other) const { return name == other.name && shape == other.shape; }
    bool operator!=(const TensorShape& other) const { return !(*this == other); }
};

/// The tensors of a model in a fixed order.
using ModelSchema = std::vector<TensorShape>;

/// "layer1.weight is 64x3x7x7, expected 64x1x7x7", "layer1.bias is missing" …; empty when equal. The order of
/// tensors counts.
std::string schemaDifference(const ModelSchema& expected, const ModelSchema& actual);

/// A model to read from in pieces: values in memory, a file, an object that an exchange has fetched.
class ModelSource
{
public:
    virtual ~ModelSource();
    virtual const ModelSchema& schema() const = 0;
    /// Writes `count` values from element `offset` of a tensor to `values`. Pieces are read in order, the
    /// whole model up to three times.
    virtual Status read(std::size_t tensor, std::size_t offset, std::size_t count, float* values) = 0;
};

/// A model to write to in pieces; each tensor and its pieces come in order, once.
class ModelSink
{
public:
    virtual ~ModelSink();
    virtual Status write(std::size_t tensor, std::size_t offset, std::size_t count, const float* values) = 0;
};

/// A model whose values lie in memory.
class MemoryModel final : public ModelSource, public ModelSink
{
public:
    /// All values 0.
    explicit MemoryModel(ModelSchema schema);

    const ModelSchema& schema() const override { return m_schema; }
    Status read(std::size_t tensor, std::size_t offset, std::size_t count, float* values) override;
    Status write(std::size_t tensor, std::size_t offset, std::size_t count, const float* values) override;

    std::vector<float>& values(std::size_t tensor) { return m_values[tensor]; }
    const std::vector<float>& values(std::size_t tensor) const { return m_values[tensor]; }

private:
    Status check(std::size_t tensor, std::size_t offset, std::size_t count) const;

    ModelSchema m_schema;
    std::vector<std::vector<float>> m_values;
};

} // namespace fedefm
