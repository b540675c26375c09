// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Element types that occur in checkpoints.
enum class DType : std::uint8_t { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };
std::size_t bytesPerElement(DType type);
const char* dtypeName(DType type); ///< safetensors' name: "F32", "BF16", "BOOL" …

/// A tensor as a file holds it: row-major, contiguous, little endian. The bytes belong to `owner` (a memory
/// mapping or a buffer) and stay valid as long as it lives.
struct StoredTensor
{
    DType type = DType::F32;
    std::vector<std::int64_t> shape; ///< empty: scalar
    const std::byte* data = nullptr;
    std::shared_ptr<const void> owner;

    std::size_t elementCount() const;
    std::size_t byteCount() const { return elementCount() * bytesPerElement(type); }
    std::string shapeText() const; ///< "3x64x7x7", "scalar"
    /// A tensor over a copy of the values.
    static StoredTensor copyOf(DType type, std::vector<std::int64_t> shape, const void* bytes);
};

/// The tensors of a checkpoint by name, and what is stored beside them.
struct TensorFile
{
    std::map<std::string, StoredTensor> tensors;
    /// safetensors' __metadata__; writePth() keeps it too, and a TorchScript archive's card is "fedefm.card".
    std::map<std::string, std::string> metadata;
    std::string form; ///< "safetensors", "pth", "pth (legacy)", "npz", "npy", "torchscript"
};

/// Reads tensors from safetensors (memory-mapped), .pth (zip or pre-1.6 pickle; read by a strict unpickler,
/// nothing is executed: any global outside a closed list is refused), .npz/.npy and TorchScript archives
/// (parameters and buffers). Content decides, not the name. Nested wrappings are opened: "model_state",
/// "state_dict", "model"; optimiser state, `mask_values` and other plain values beside tensors are dropped;
/// the prefix "module." is removed where every name has it.
/// Errors: FileNotFound, FileUnreadable, ModelBroken (detail says what and at which byte: truncated, offsets
/// outside the file, overlapping, refused global "os.system" …), TooLarge.
Result<TensorFile> readTensorFile(const std::filesystem::path& file);

/// Whether a file is a TorchScript archive: code beside its tensors. Content decides, not the name; false for
/// what cannot be read.
bool isTorchScript(const std::filesystem::path& file);

/// Whole-file-then-rename. Names are written sorted, so equal tensors give equal bytes.
Status writeSafetensors(const std::filesystem::path& target, const TensorFile& tensors, Overwrite overwrite);

/// A zip archive that Python's torch.load(weights_only=True) reads as OrderedDict of tensors.
Status writePth(const std::filesystem::path& target, const TensorFile& tensors, Overwrite overwrite);

} // namespace fedefm
