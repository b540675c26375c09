// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/object_id.h"
#include "core/model/checkpoint/tensor_file.h"

namespace fedefm {

/// Names, shapes and element types of the tensors that one kind of object has. Images fit no schema, so they
/// have no way out of a silo.
class TensorSchema
{
public:
    void add(const std::string& name, DType type, std::vector<std::int64_t> shape);
    /// Of tensors that are there.
    static TensorSchema of(const TensorFile& tensors);

    bool isEmpty() const { return m_entries.empty(); }
    std::size_t byteCount() const;
    /// Exactly these names, shapes and types, and no metadata. Errors: ReferenceMismatch; detail names the
    /// first tensor that differs.
    Status check(const TensorFile& tensors, const std::string& subject) const;

private:
    struct Entry
    {
        DType type = DType::F32;
        std::vector<std::int64_t> shape;
    };
    std::map<std::string, Entry> m_entries;
};
using SchemaByKind = std::map<ObjectKind, TensorSchema>;

/// Errors: ModelBroken naming the first tensor that holds NaN or infinity.
Status checkFinite(const TensorFile& tensors, const std::string& subject);

std::size_t byteCountOf(const TensorFile& tensors);

} // namespace fedefm
