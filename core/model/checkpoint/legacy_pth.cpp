// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/pickle_private.h"

#include <algorithm>

namespace fedefm {

namespace {

using Kind = PickleValue::Kind;

// 0x1950a86a20f9469cfc6c, as bytes and as protocols 0 and 1 write it.
constexpr std::string_view kMagicBytes("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kMagicDigits = "119547037146038801333356";

bool isMagic(const PickleValue& value)
{
    return value.is(Kind::Inert) && (value.text == kMagicBytes || value.text == kMagicDigits);
}

bool isBigEndian(const PickleValue& systemInfo)
{
    const PickleValue* little = systemInfo.find("little_endian");
    return little && little->is(Kind::Integer) && little->number == 0;
}

/// The raw storages behind the pickles: for each key in turn the count of elements and the bytes.
class StorageTable
{
public:
    Status read(const ByteView& bytes, std::size_t position, const PickleValue& keys, const PickleHeap& heap,
                const std::string& subject)
    {
        std::map<std::string, std::size_t> elementSizes;
        for (const PickledStorage& storage : heap.storages)
            elementSizes.emplace(storage.key, storage.info.elementSize);
        for (const PickleValue* key : keys.items) {
            const auto known = elementSizes.find(std::string(key->text));
            if (!key->is(Kind::Text) || known == elementSizes.end())
                return fail(ErrorCode::ModelBroken, subject, "a storage that no tensor uses");
            if (bytes.size - position < 8)
                return fail(ErrorCode::ModelBroken, subject, "truncated at byte " + std::to_string(position));
            std::uint64_t count = 0;
            for (std::size_t i = 0; i < 8; ++i)
                count |= std::to_integer<std::uint64_t>(bytes.data[position + i]) << (8 * i);
            position += 8;
            std::size_t size = 0;
            if (__builtin_mul_overflow(count, known->second, &size) || size > bytes.size - position)
                return fail(ErrorCode::ModelBroken, subject,
                            "truncated: storage " + known->first + " at byte " + std::to_string(position) +
                                " ends after the file");
            m_parts[known->first] = bytes.part(position, size);
            position += size;
        }
        return {};
    }

    const ByteView* find(const std::string& key) const
    {
        const auto found = m_parts.find(key);
        return found == m_parts.end() ? nullptr : &found->second;
    }

private:
    std::map<std::string, ByteView> m_parts;
};

} // namespace

Result<TensorFile> readLegacyPth(const ByteView& bytes, const std::string& subject)
{
    PickleHeap heap;
    std::size_t position = 0;
    const PickleValue* parts[5] = {}; // magic number, protocol, system, object, keys of storages
    for (const PickleValue*& part : parts) {
        auto value = unpickle(bytes.text(), position, heap, false, subject);
        if (!value)
            return tl::unexpected(value.error());
        part = *value;
        if (!isMagic(*parts[0]))
            return fail(ErrorCode::ModelBroken, subject, "a pickle, but not one that torch.save wrote");
    }
    StorageTable table;
    if (auto read = table.read(bytes, position, *parts[4], heap, subject); !read)
        return tl::unexpected(read.error());
    const bool isSwapped = isBigEndian(*parts[2]);
    ByteBudget budget(bytes.size);
    const StorageLoader load = [&](const PickledStorage& storage) -> Result<ByteView> {
        const ByteView* found = table.find(storage.key);
        if (!found)
            return fail(ErrorCode::ModelBroken, subject, "storage " + storage.key + " is missing");
        if (!isSwapped || storage.info.elementSize == 1)
            return *found;
        if (auto allowed = budget.spend(found->size, subject); !allowed)
            return tl::unexpected(allowed.error());
        return swappedBytes(*found, storage.info.elementSize, subject);
    };
    auto file = collectState(*parts[3], heap, load, budget, subject);
    if (file)
        file->form = "pth (legacy)";
    return file;
}

} // namespace fedefm
