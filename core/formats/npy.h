// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/image/frame.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Writes a NumPy .npy file (format 1.0, C order, little endian) piece by piece, so that no whole array is in
/// memory.
class NpyWriter
{
public:
    /// `dtype`: "|u1", "<u2" or "<i2"; `shape` is final.
    static Result<NpyWriter> create(const std::filesystem::path& target, const std::string& dtype,
                                    const std::vector<std::size_t>& shape, Overwrite overwrite);
    Status append(const void* bytes, std::size_t count);
    /// Errors: Internal when fewer bytes than the shape needs were appended; DiskFull, WriteFailed.
    Status finish();

private:
    struct Closer
    {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    NpyWriter(std::filesystem::path target, AtomicFile file, std::unique_ptr<std::FILE, Closer> stream,
              std::size_t expected);
    std::filesystem::path m_target;
    AtomicFile m_file;
    std::unique_ptr<std::FILE, Closer> m_stream;
    std::size_t m_expected;
    std::size_t m_written = 0;
};

/// The .npy type code of stored values.
const char* npyType(PixelType type);

} // namespace fedefm
