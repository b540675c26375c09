// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/same_file.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <vector>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kSketchBytes = 8192;
constexpr std::size_t kCompareBytes = std::size_t(1) << 18;

/// As many bytes as there are, at most those of the buffer.
std::size_t fill(std::ifstream& stream, std::vector<char>& buffer)
{
    stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    return static_cast<std::size_t>(stream.gcount());
}

} // namespace

std::optional<FileSketch> sketchOf(const fs::path& file)
{
    std::error_code code;
    FileSketch sketch;
    sketch.size = fs::file_size(file, code);
    std::ifstream stream(file, std::ios::binary);
    if (code || !stream)
        return std::nullopt;
    const std::uintmax_t length = std::min<std::uintmax_t>(sketch.size, kSketchBytes);
    stream.seekg(static_cast<std::streamoff>((sketch.size - length) / 2));
    std::vector<char> bytes(static_cast<std::size_t>(length));
    if (fill(stream, bytes) != bytes.size())
        return std::nullopt;
    sketch.hash = 0xCBF29CE484222325ULL; // FNV-1a
    for (const char byte : bytes)
        sketch.hash = (sketch.hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
    return sketch;
}

bool haveSameBytes(const fs::path& first, const fs::path& second)
{
    std::error_code code;
    std::error_code otherCode;
    if (fs::file_size(first, code) != fs::file_size(second, otherCode) || code || otherCode)
        return false;
    std::ifstream one(first, std::ios::binary);
    std::ifstream other(second, std::ios::binary);
    std::vector<char> bytes(kCompareBytes);
    std::vector<char> others(kCompareBytes);
    while (one && other) {
        const std::size_t count = fill(one, bytes);
        if (fill(other, others) != count || std::memcmp(bytes.data(), others.data(), count) != 0)
            return false;
        if (count < bytes.size())
            return one.eof() && other.eof();
    }
    return false;
}

} // namespace fedefm
