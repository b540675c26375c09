// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/zip_archive_private.h"

#ifdef FEDEFM_HAS_ZIP
#include <zip.h>
#endif

namespace fedefm {

#ifdef FEDEFM_HAS_ZIP

namespace {

constexpr zip_int64_t kMaxEntries = 200'000;
constexpr std::uint64_t kMaxDeflateRatio = 1040; // of the format; more is a lie in the directory

zip_t* handleOf(const std::shared_ptr<void>& handle)
{
    return static_cast<zip_t*>(handle.get());
}

} // namespace

Result<ZipArchive> ZipArchive::open(const ByteView& bytes, const std::string& subject)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data, bytes.size, 0, &error);
    zip_t* handle = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
    if (!handle) {
        if (source)
            zip_source_free(source);
        const std::string message = zip_error_strerror(&error);
        zip_error_fini(&error);
        return fail(ErrorCode::ModelBroken, subject, "truncated or broken zip archive: " + message);
    }
    zip_error_fini(&error);
    ZipArchive archive;
    archive.m_handle = {handle, [owner = bytes.owner](void* p) { zip_discard(static_cast<zip_t*>(p)); }};
    archive.m_fileSize = bytes.size;
    archive.m_subject = subject;
    const zip_int64_t count = zip_get_num_entries(handle, 0);
    if (count > kMaxEntries)
        return fail(ErrorCode::TooLarge, subject, std::to_string(count) + " entries");
    for (zip_int64_t i = 0; i < count; ++i) {
        const auto index = static_cast<zip_uint64_t>(i);
        const char* name = zip_get_name(handle, index, ZIP_FL_ENC_RAW);
        if (!name || !archive.m_entries.emplace(name, index).second)
            return fail(ErrorCode::ModelBroken, subject, "a zip entry twice or without name");
    }
    return archive;
}

Result<ByteView> ZipArchive::read(const std::string& name, ByteBudget& budget) const
{
    const auto broken = [&](const std::string& what) {
        return fail(ErrorCode::ModelBroken, m_subject, "zip entry " + name.substr(0, 100) + " " + what);
    };
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        return broken("is missing");
    zip_stat_t status;
    zip_stat_init(&status);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(handleOf(m_handle), found->second, 0, &status) != 0 ||
        (status.valid & kNeeded) != kNeeded)
        return broken("has no size");
    const bool isStored = status.comp_method == ZIP_CM_STORE;
    if (!isStored && status.comp_method != ZIP_CM_DEFLATE)
        return broken("is packed by method " + std::to_string(status.comp_method));
    if (status.comp_size > m_fileSize || status.size / (isStored ? 1 : kMaxDeflateRatio) > status.comp_size)
        return broken("claims " + std::to_string(status.size) + " bytes");
    if (auto allowed = budget.spend(status.size, m_subject); !allowed)
        return tl::unexpected(allowed.error());
    const auto memory = allocateBytes(status.size);
    if (!memory)
        return fail(ErrorCode::OutOfMemory, m_subject);
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
        zip_fopen_index(handleOf(m_handle), found->second, 0), &zip_fclose);
    if (!file)
        return broken("cannot be opened: " + std::string(zip_strerror(handleOf(m_handle))));
    for (std::size_t done = 0; done < status.size;) {
        const zip_int64_t count = zip_fread(file.get(), memory.get() + done, status.size - done);
        if (count <= 0)
            return broken("is truncated or damaged at byte " + std::to_string(done));
        done += static_cast<std::size_t>(count);
    }
    std::byte more;
    if (zip_fread(file.get(), &more, 1) != 0) // the checksum is compared at the end
        return broken("has a wrong checksum or length");
    return ByteView{memory.get(), status.size, memory};
}

#else

Result<ZipArchive> ZipArchive::open(const ByteView&, const std::string& subject)
{
    return fail(ErrorCode::NotRecognised, subject,
                "this build reads no zip archives (.pth, .npz); convert the file to safetensors");
}

Result<ByteView> ZipArchive::read(const std::string&, ByteBudget&) const
{
    return fail(ErrorCode::Internal, m_subject);
}

#endif

} // namespace fedefm
