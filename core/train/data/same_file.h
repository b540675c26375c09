// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace fedefm {

/// What files with the same content have in common: their size and a hash of some bytes in the middle, where
/// pictures differ. Quick however large the file is. Empty when it cannot be read.
struct FileSketch
{
    std::uintmax_t size = 0;
    std::uint64_t hash = 0;
    friend bool operator==(const FileSketch& a, const FileSketch& b)
    {
        return a.size == b.size && a.hash == b.hash;
    }
};
std::optional<FileSketch> sketchOf(const std::filesystem::path& file);

/// Whether two files hold the same bytes; false when one cannot be read.
bool haveSameBytes(const std::filesystem::path& first, const std::filesystem::path& second);

} // namespace fedefm
