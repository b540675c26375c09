// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint/checkpoint_private.h"

namespace fedefm {

/// A zip archive in memory, for reading. Entries may be stored or deflated; checksums are verified.
class ZipArchive
{
public:
    /// Errors: ModelBroken (not a whole archive, a name twice), NotRecognised where this build has no libzip.
    static Result<ZipArchive> open(const ByteView& bytes, const std::string& subject);

    const std::map<std::string, std::uint64_t>& entries() const { return m_entries; } ///< name → index
    bool has(const std::string& name) const { return m_entries.count(name) > 0; }

    /// The whole entry, on `budget`. Errors: ModelBroken (missing, encrypted, truncated, checksum), TooLarge.
    Result<ByteView> read(const std::string& name, ByteBudget& budget) const;

private:
    std::shared_ptr<void> m_handle;
    std::map<std::string, std::uint64_t> m_entries;
    std::size_t m_fileSize = 0;
    std::string m_subject;
};

/// torch.save since version 1.6, or a TorchScript archive.
Result<TensorFile> readTorchZip(const ZipArchive& archive, ByteBudget& budget, const std::string& subject);

/// Whether it is a TorchScript archive.
bool isTorchScriptZip(const ZipArchive& archive);

/// NumPy's archive: its .npy entries.
Result<TensorFile> readNpz(const ZipArchive& archive, ByteBudget& budget, const std::string& subject);

} // namespace fedefm
