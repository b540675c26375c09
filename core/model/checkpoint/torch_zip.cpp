// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/pickle_private.h"
#include "core/model/checkpoint/zip_archive_private.h"

#include <nlohmann/json.hpp>

namespace fedefm {

namespace {

constexpr std::string_view kPickle = "data.pkl";
constexpr const char* kScriptCardEntry = "extra/card.json";

/// "NAME/" of the one NAME/data.pkl; nothing where there is none or more than one.
std::optional<std::string> findPrefix(const ZipArchive& archive)
{
    std::optional<std::string> prefix;
    for (const auto& [name, index] : archive.entries()) {
        const std::size_t slash = name.find('/');
        const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
        if (name.compare(start, std::string::npos, kPickle) != 0)
            continue;
        if (prefix)
            return std::nullopt;
        prefix = name.substr(0, start);
    }
    return prefix;
}

bool isScriptArchive(const ZipArchive& archive, const std::string& prefix)
{
    const std::string code = prefix + "code/";
    const auto found = archive.entries().lower_bound(code);
    return archive.has(prefix + "constants.pkl") ||
           (found != archive.entries().end() && found->first.compare(0, code.size(), code) == 0);
}

/// What writePth() and the TorchScript export put beside the tensors; other programs pass it over.
std::map<std::string, std::string> readMetadata(const ZipArchive& archive, const std::string& prefix,
                                                ByteBudget& budget)
{
    std::map<std::string, std::string> metadata;
    if (archive.has(prefix + kMetadataEntry))
        if (const auto bytes = archive.read(prefix + kMetadataEntry, budget)) {
            const auto document = nlohmann::json::parse(bytes->text(), nullptr, false);
            if (document.is_object())
                for (const auto& [name, value] : document.items())
                    if (value.is_string())
                        metadata.emplace(name, value.get<std::string>());
        }
    if (archive.has(prefix + kScriptCardEntry))
        if (const auto bytes = archive.read(prefix + kScriptCardEntry, budget))
            metadata.emplace("fedefm.card", bytes->text());
    return metadata;
}

/// Reads each storage once, however many tensors share it.
class StorageReader
{
public:
    StorageReader(const ZipArchive& archive, std::string folder, bool isSwapped, ByteBudget& budget,
                  const std::string& subject)
        : m_archive(archive), m_folder(std::move(folder)), m_isSwapped(isSwapped), m_budget(budget),
          m_subject(subject)
    {
    }

    Result<ByteView> operator()(const PickledStorage& storage)
    {
        const std::size_t width = m_isSwapped ? storage.info.elementSize : 1;
        const auto key = std::make_pair(storage.key, width);
        if (const auto found = m_known.find(key); found != m_known.end())
            return found->second;
        if (m_isSwapped && storage.info.isUntyped)
            return fail(ErrorCode::ModelBroken, m_subject,
                        "an untyped storage in the byte order of another machine");
        auto bytes = m_archive.read(m_folder + storage.key, m_budget);
        if (bytes && width > 1)
            bytes = swappedBytes(*bytes, width, m_subject);
        if (bytes)
            m_known.emplace(key, *bytes);
        return bytes;
    }

private:
    const ZipArchive& m_archive;
    std::string m_folder;
    bool m_isSwapped;
    ByteBudget& m_budget;
    const std::string& m_subject;
    std::map<std::pair<std::string, std::size_t>, ByteView> m_known;
};

} // namespace

bool isTorchScriptZip(const ZipArchive& archive)
{
    const auto prefix = findPrefix(archive);
    return prefix && isScriptArchive(archive, *prefix);
}

Result<TensorFile> readTorchZip(const ZipArchive& archive, ByteBudget& budget, const std::string& subject)
{
    const auto prefix = findPrefix(archive);
    if (!prefix)
        return fail(ErrorCode::ModelBroken, subject, "a zip archive without one data.pkl or any .npy in it");
    const auto pickle = archive.read(*prefix + std::string(kPickle), budget);
    if (!pickle)
        return tl::unexpected(pickle.error());
    bool isSwapped = false;
    if (archive.has(*prefix + "byteorder")) {
        const auto order = archive.read(*prefix + "byteorder", budget);
        if (!order)
            return tl::unexpected(order.error());
        isSwapped = order->text() == "big";
    }
    const bool isScript = isScriptArchive(archive, *prefix);
    PickleHeap heap;
    std::size_t position = 0;
    const auto root = unpickle(pickle->text(), position, heap, isScript, subject);
    if (!root)
        return tl::unexpected(root.error());
    StorageReader reader(archive, *prefix + "data/", isSwapped, budget, subject);
    const StorageLoader load = [&reader](const PickledStorage& storage) { return reader(storage); };
    auto file = isScript ? collectScript(**root, heap, load, budget, subject)
                         : collectState(**root, heap, load, budget, subject);
    if (file) {
        file->form = isScript ? "torchscript" : "pth";
        file->metadata = readMetadata(archive, *prefix, budget);
    }
    return file;
}

} // namespace fedefm
