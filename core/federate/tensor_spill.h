// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint/tensor_file.h"

namespace fedefm {

/// One buffer with a copy of all values. Errors: OutOfMemory.
Result<TensorFile> copyInMemory(const TensorFile& tensors);

/// The values in a file without a header, mapped: for memory that is short, not for keeping. The file is not
/// synced. Errors: DiskFull, WriteFailed; the file is then removed.
Result<TensorFile> spillTensors(const TensorFile& tensors, const std::filesystem::path& file);

} // namespace fedefm
