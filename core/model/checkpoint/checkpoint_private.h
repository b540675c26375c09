// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers and writers of this folder share.
#pragma once

#include "core/model/checkpoint/mapped_file.h"
#include "core/model/checkpoint/tensor_file.h"

#include <optional>

namespace fedefm {

/// TensorFile::metadata in a .pth archive: a JSON object of texts.
inline constexpr const char* kMetadataEntry = "metadata.json";

/// Zeroed memory of that size, aligned for every element type; nothing when there is not enough.
std::shared_ptr<std::byte> allocateBytes(std::size_t size);

/// Bytes of a shape; nothing when a length is negative or the product does not fit into 63 bits.
std::optional<std::size_t> checkedByteCount(DType type, const std::vector<std::int64_t>& shape);

/// A tensor over `bytes`, which has exactly the size of the shape. Values that do not lie on a multiple of
/// their size are copied: not every reader of memory forgives that.
Result<StoredTensor> tensorOver(DType type, std::vector<std::int64_t> shape, const ByteView& bytes,
                                const std::string& subject);

/// A view of elements in a larger memory, as strides say; all in elements, not bytes.
struct StridedView
{
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
    std::int64_t offset = 0;
};

/// What materialising may still cost, so that a small file cannot ask for all memory.
class ByteBudget
{
public:
    explicit ByteBudget(std::size_t fileSize);
    /// Errors: TooLarge.
    Status spend(std::size_t bytes, const std::string& subject);

private:
    std::size_t m_left;
};

/// The view as tensor: over `storage` itself where it is contiguous, else a copy. Errors: ModelBroken
/// (negative lengths, outside of the storage), TooLarge.
Result<StoredTensor> viewTensor(DType type, const StridedView& view, const ByteView& storage,
                                ByteBudget& budget, const std::string& subject);

/// The same values with the bytes of each turned around.
Result<ByteView> swappedBytes(const ByteView& bytes, std::size_t elementSize, const std::string& subject);

Result<TensorFile> readSafetensors(const ByteView& bytes, const std::string& subject);

} // namespace fedefm
