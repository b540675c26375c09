// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/model_stream.h"

#include <algorithm>

namespace fedefm {

namespace {

std::string shapeText(const TensorShape& tensor)
{
    std::string text;
    for (const std::int64_t length : tensor.shape)
        text += (text.empty() ? "" : "x") + std::to_string(length);
    return text.empty() ? "scalar" : text;
}

} // namespace

std::size_t TensorShape::elementCount() const
{
    std::size_t count = 1;
    for (const std::int64_t length : shape)
        count *= static_cast<std::size_t>(std::max<std::int64_t>(0, length));
    return count;
}

std::string schemaDifference(const ModelSchema& expected, const ModelSchema& actual)
{
    const std::size_t common = std::min(expected.size(), actual.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (expected[i].name != actual[i].name)
            return actual[i].name + " stands where " + expected[i].name + " is expected";
        if (expected[i].shape != actual[i].shape)
            return expected[i].name + " is " + shapeText(actual[i]) + ", expected " + shapeText(expected[i]);
    }
    if (expected.size() > common)
        return expected[common].name + " is missing";
    if (actual.size() > common)
        return actual[common].name + " is unknown";
    return {};
}

ModelSource::~ModelSource() = default;
ModelSink::~ModelSink() = default;

MemoryModel::MemoryModel(ModelSchema schema) : m_schema(std::move(schema))
{
    for (const TensorShape& tensor : m_schema)
        m_values.emplace_back(tensor.elementCount(), 0.0F);
}

Status MemoryModel::check(std::size_t tensor, std::size_t offset, std::size_t count) const
{
    if (tensor >= m_values.size() || offset > m_values[tensor].size() ||
        count > m_values[tensor].size() - offset)
        return fail(ErrorCode::OutOfRange, "tensor " + std::to_string(tensor));
    return {};
}

Status MemoryModel::read(std::size_t tensor, std::size_t offset, std::size_t count, float* values)
{
    if (auto checked = check(tensor, offset, count); !checked)
        return checked;
    std::copy_n(m_values[tensor].data() + offset, count, values);
    return {};
}

Status MemoryModel::write(std::size_t tensor, std::size_t offset, std::size_t count, const float* values)
{
    if (auto checked = check(tensor, offset, count); !checked)
        return checked;
    std::copy_n(values, count, m_values[tensor].data() + offset);
    return {};
}

} // namespace fedefm
