// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_weights.h"

namespace fedefm {

Status copyWeights(const std::filesystem::path& weights, const std::filesystem::path& target,
                   Overwrite overwrite)
{
    constexpr std::size_t kMostBytes = std::size_t(4) << 30U;
    const auto bytes = readFile(weights, kMostBytes);
    if (!bytes)
        return tl::unexpected(bytes.error());
    std::error_code code;
    std::filesystem::create_directories(target.parent_path(), code);
    return writeFile(target, *bytes, overwrite);
}

} // namespace fedefm
