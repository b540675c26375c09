// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"

#include "core/model/checkpoint/checkpoint_private.h"
#include "core/model/checkpoint/npy_private.h"
#include "core/model/checkpoint/pickle_private.h"
#include "core/model/checkpoint/zip_archive_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr std::string_view kModulePrefix = "module.";

bool startsWith(std::string_view text, std::string_view beginning)
{
    return text.substr(0, beginning.size()) == beginning;
}

/// What DataParallel puts before every name.
void dropModulePrefix(TensorFile& file)
{
    const bool everywhere =
        !file.tensors.empty() && std::all_of(file.tensors.begin(), file.tensors.end(), [](const auto& named) {
            return startsWith(named.first, kModulePrefix) && named.first.size() > kModulePrefix.size();
        });
    if (!everywhere)
        return;
    std::map<std::string, StoredTensor> renamed;
    for (auto& [name, tensor] : file.tensors)
        renamed.emplace(name.substr(kModulePrefix.size()), std::move(tensor));
    file.tensors = std::move(renamed);
}

bool isZip(std::string_view text)
{
    return startsWith(text, "PK\x03\x04") || startsWith(text, "PK\x05\x06");
}

Result<TensorFile> readZip(const ByteView& bytes, const std::string& subject)
{
    const auto archive = ZipArchive::open(bytes, subject);
    if (!archive)
        return tl::unexpected(archive.error());
    ByteBudget budget(bytes.size);
    const auto& entries = archive->entries();
    const bool isNpz = std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
        return entry.first.size() > 4 && entry.first.compare(entry.first.size() - 4, 4, ".npy") == 0;
    });
    return isNpz ? readNpz(*archive, budget, subject) : readTorchZip(*archive, budget, subject);
}

Result<TensorFile> readSingleNpy(const ByteView& bytes, const std::filesystem::path& path)
{
    ByteBudget budget(bytes.size);
    auto tensor = readNpy(bytes, budget, path.string());
    if (!tensor)
        return tl::unexpected(tensor.error());
    TensorFile file;
    file.form = "npy";
    if (*tensor)
        file.tensors.emplace(path.stem().string(), std::move(**tensor));
    return file;
}

Result<TensorFile> readByContent(const ByteView& bytes, const std::filesystem::path& path)
{
    const std::string_view text = bytes.text();
    if (isZip(text))
        return readZip(bytes, path.string());
    if (startsWith(text, kNpyMagic))
        return readSingleNpy(bytes, path);
    if ((text.size() > 8 && text[8] == '{') || path.extension() == ".safetensors")
        return readSafetensors(bytes, path.string());
    if (text.empty())
        return fail(ErrorCode::ModelBroken, path.string(), "the file is empty");
    auto file = readLegacyPth(bytes, path.string());
    if (!file && text.front() != '\x80')
        return fail(file.error().code, path.string(),
                    "not safetensors, a zip archive or an array; read as a pickle, " + file.error().detail);
    return file;
}

} // namespace

Result<TensorFile> readTensorFile(const std::filesystem::path& file)
{
    const auto bytes = mapFile(file);
    if (!bytes)
        return tl::unexpected(bytes.error());
    try {
        auto read = readByContent(*bytes, file);
        if (read)
            dropModulePrefix(*read);
        return read;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, file.string());
    }
}

bool isTorchScript(const std::filesystem::path& file)
{
    const auto bytes = mapFile(file);
    if (!bytes || !isZip(bytes->text()))
        return false;
    const auto archive = ZipArchive::open(*bytes, file.string());
    return archive && isTorchScriptZip(*archive);
}

} // namespace fedefm
