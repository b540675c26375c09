// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/checkpoint_private.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fedefm {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kFreeBudget = std::size_t{256} << 20;
constexpr std::size_t kBudgetPerFileByte = 64;

/// Closes the descriptor however the function ends.
struct Descriptor
{
    int number;
    ~Descriptor() { ::close(number); }
};

struct Mappings
{
    std::mutex mutex;
    std::map<void*, std::size_t> sizes;
};

/// Never destroyed: the last owner of a mapping may outlive everything else.
Mappings& mappings()
{
    static auto* const kMappings = new Mappings;
    return *kMappings;
}

void unmap(const void* start)
{
    Mappings& live = mappings();
    const std::lock_guard lock(live.mutex);
    const auto mapping = live.sizes.find(const_cast<void*>(start));
    ::munmap(mapping->first, mapping->second);
    live.sizes.erase(mapping);
}

} // namespace

void releaseMappedPages()
{
    Mappings& live = mappings();
    const std::lock_guard lock(live.mutex);
    for (const auto& [start, size] : live.sizes)
        ::madvise(start, size, MADV_DONTNEED);
}

Result<ByteView> mapFile(const std::filesystem::path& file)
{
    const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (descriptor.number < 0)
        return fail(errno == ENOENT || errno == ENOTDIR ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable,
                    file.string(), errno == ENOENT ? "" : std::strerror(errno));
    struct stat status
    {
    };
    if (::fstat(descriptor.number, &status) != 0)
        return fail(ErrorCode::FileUnreadable, file.string(), std::strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::FileUnreadable, file.string(), "not a file");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0)
        return ByteView{};
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
    if (start == MAP_FAILED)
        return fail(ErrorCode::FileUnreadable, file.string(), std::strerror(errno));
    Mappings& live = mappings();
    const std::lock_guard lock(live.mutex);
    live.sizes[start] = size;
    std::shared_ptr<const void> owner(start, unmap);
    return ByteView{static_cast<const std::byte*>(start), size, std::move(owner)};
}

std::shared_ptr<std::byte> allocateBytes(std::size_t size)
{
    const std::size_t rounded = (std::max(size, std::size_t{1}) + kAlignment - 1) / kAlignment * kAlignment;
    if (rounded < size)
        return nullptr;
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
    if (!memory)
        return nullptr;
    std::memset(memory, 0, rounded);
    return {memory, [](std::byte* p) { std::free(p); }};
}

ByteBudget::ByteBudget(std::size_t fileSize)
    : m_left(kFreeBudget + std::min(fileSize, SIZE_MAX / (2 * kBudgetPerFileByte)) * kBudgetPerFileByte)
{
}

Status ByteBudget::spend(std::size_t bytes, const std::string& subject)
{
    if (bytes > m_left)
        return fail(ErrorCode::TooLarge, subject, "its values take far more memory than the file is long");
    m_left -= bytes;
    return {};
}

Result<ByteView> swappedBytes(const ByteView& bytes, std::size_t elementSize, const std::string& subject)
{
    const auto copy = allocateBytes(bytes.size);
    if (!copy)
        return fail(ErrorCode::OutOfMemory, subject);
    for (std::size_t i = 0; i + elementSize <= bytes.size; i += elementSize)
        std::reverse_copy(bytes.data + i, bytes.data + i + elementSize, copy.get() + i);
    return ByteView{copy.get(), bytes.size, copy};
}

} // namespace fedefm
