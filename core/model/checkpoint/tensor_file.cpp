// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"

#include "core/model/checkpoint/checkpoint_private.h"

namespace fedefm {

Result<TensorFile> readTensorFile(const std::filesystem::path& file)
{
    const auto bytes = mapFile(file);
    if (!bytes)
        return tl::unexpected(bytes.error());
    return readSafetensors(*bytes, file.string());
}

} // namespace fedefm
