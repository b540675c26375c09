// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/mask_pairs.h"

#include "core/image/picture_sequence.h"
#include "core/train/readers/label_file_private.h"
#include "core/train/readers/npy_reader_private.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::array kEndings{"_classes", "_label", "_labels", "_mask", "_masks"};

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Equal for names that differ in leading zeros only; compares numbers by value.
std::string sortKey(const std::string& name)
{
    std::string key;
    for (std::size_t i = 0; i < name.size();) {
        if (!isDigit(name[i])) {
            key += name[i++];
            continue;
        }
        std::size_t end = i;
        while (end < name.size() && isDigit(name[end]))
            ++end;
        while (i + 1 < end && name[i] == '0')
            ++i;
        // A longer number is a larger one; the digit keeps its place among other characters.
        key += '0';
        key += static_cast<char>(std::min<std::size_t>(end - i, 127));
        key += name.substr(i, end - i);
        i = end;
    }
    return key;
}

std::string extensionOf(const fs::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return extension;
}

bool canBeMask(const fs::path& file)
{
    const std::string extension = extensionOf(file);
    return file.filename().string().front() != '.' &&
           (extension == ".npy" || extension == ".gif" || isPictureName(file));
}

bool endsWith(const std::string& text, const std::string& ending)
{
    return text.size() > ending.size() &&
           text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

/// Place of the file's ending in the order of preference, or that list's length without one.
std::size_t rankOf(const std::string& stem, const std::vector<std::string>& endings)
{
    const auto found = std::find_if(endings.begin(), endings.end(),
                                    [&stem](const std::string& ending) { return endsWith(stem, ending); });
    return static_cast<std::size_t>(found - endings.begin());
}

std::string frameName(std::size_t index)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "frame_%04zu", index);
    return text.data();
}

/// Frames of a stack, or the one mask that the file is.
Result<std::vector<MaskEntry>> entriesOf(const fs::path& file, const std::string& name, bool isAlone)
{
    if (extensionOf(file) != ".npy")
        return std::vector<MaskEntry>{{name, file, -1}};
    const auto shape = npyShape(file);
    if (!shape)
        return tl::unexpected(shape.error());
    if (shape->size() != 3)
        return std::vector<MaskEntry>{{name, file, -1}};
    std::vector<MaskEntry> entries;
    const bool isPlain = isAlone || name == "masks" || name == "labels";
    for (std::size_t i = 0; i < shape->front(); ++i)
        entries.push_back({(isPlain ? "" : name + "_") + frameName(i), file, static_cast<int>(i)});
    return entries;
}

struct FolderContent
{
    std::vector<fs::path> files; ///< that can be masks
    std::vector<fs::path> folders;
};

Result<FolderContent> contentOf(const fs::path& folder)
{
    FolderContent content;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
        std::error_code ignored;
        if (entry->is_directory(ignored))
            content.folders.push_back(entry->path());
        else if (entry->is_regular_file(ignored) && canBeMask(entry->path()))
            content.files.push_back(entry->path());
    }
    if (code)
        return fail(ErrorCode::FileUnreadable, folder.string(), code.message());
    std::sort(content.files.begin(), content.files.end());
    std::sort(content.folders.begin(), content.folders.end());
    return content;
}

/// The masks among the files of one folder.
Result<std::vector<MaskEntry>> masksAmong(const std::vector<fs::path>& files, const std::string& ending)
{
    const std::vector<std::string> endings =
        ending.empty() ? std::vector<std::string>(kEndings.begin(), kEndings.end()) : std::vector{ending};
    const bool hasEndings = std::any_of(files.begin(), files.end(), [&](const fs::path& file) {
        return rankOf(file.stem().string(), endings) < endings.size();
    });
    if (!ending.empty() && !hasEndings)
        return std::vector<MaskEntry>();
    std::map<std::string, std::pair<std::size_t, fs::path>> best; // by name
    for (const fs::path& file : files) {
        const std::string stem = file.stem().string();
        const std::size_t rank = rankOf(stem, endings);
        if (hasEndings && rank == endings.size())
            continue;
        const std::string name = hasEndings ? stem.substr(0, stem.size() - endings[rank].size()) : stem;
        const auto known = best.find(name);
        if (known == best.end() || rank < known->second.first)
            best[name] = {rank, file};
    }
    std::vector<MaskEntry> entries;
    std::set<std::string> names;
    // Pictures before stacks: where the same frames are there in both forms, one of them counts.
    for (const bool isStack : {false, true})
        for (const auto& [name, ranked] : best) {
            if ((extensionOf(ranked.second) == ".npy") != isStack)
                continue;
            auto found = entriesOf(ranked.second, name, best.size() == 1);
            if (!found)
                return found;
            for (MaskEntry& entry : *found)
                if (names.insert(sortKey(entry.name)).second)
                    entries.push_back(std::move(entry));
        }
    return entries;
}

Result<std::vector<MaskEntry>> masksBelow(const std::vector<fs::path>& folders, const std::string& ending)
{
    for (const char* name : {"masks", "labels", "mask", "label"})
        for (const fs::path& folder : folders)
            if (folder.filename() == name)
                return listMasks(folder, ending);
    std::vector<MaskEntry> entries;
    for (const fs::path& folder : folders) {
        const auto content = contentOf(folder);
        if (!content)
            return tl::unexpected(content.error());
        const auto found = masksAmong(content->files, ending);
        if (!found)
            return found;
        for (const MaskEntry& entry : *found) {
            const std::string lead = folder.filename().string();
            entries.push_back({found->size() == 1 ? lead : lead + "/" + entry.name, entry.file, entry.part});
        }
    }
    return entries;
}

} // namespace

Result<std::vector<MaskEntry>> listMasks(const fs::path& folder, const std::string& ending)
{
    std::error_code ignored;
    if (!fs::exists(folder, ignored))
        return fail(ErrorCode::FileNotFound, folder.string());
    Result<std::vector<MaskEntry>> entries;
    if (!fs::is_directory(folder, ignored)) {
        entries = entriesOf(folder, folder.stem().string(), true);
    } else {
        const auto content = contentOf(folder);
        if (!content)
            return tl::unexpected(content.error());
        entries = masksAmong(content->files, ending);
        if (entries && entries->empty())
            entries = masksBelow(content->folders, ending);
    }
    if (!entries)
        return entries;
    if (entries->empty())
        return fail(ErrorCode::NotRecognised, folder.string(),
                    "no masks" + (ending.empty() ? std::string() : " that end in " + ending));
    std::sort(entries->begin(), entries->end(),
              [](const MaskEntry& a, const MaskEntry& b) { return sortKey(a.name) < sortKey(b.name); });
    return entries;
}

MaskPairs pairMasks(const std::vector<MaskEntry>& predictions, const std::vector<MaskEntry>& references)
{
    std::map<std::string, const MaskEntry*> byName;
    for (const MaskEntry& prediction : predictions)
        byName[sortKey(prediction.name)] = &prediction;
    MaskPairs result;
    for (const MaskEntry& reference : references) {
        const auto found = byName.find(sortKey(reference.name));
        if (found == byName.end()) {
            result.unpredicted.push_back(reference);
            continue;
        }
        result.pairs.emplace_back(*found->second, reference);
        byName.erase(found);
    }
    if (result.pairs.empty() && predictions.size() == references.size()) {
        result.unpredicted.clear();
        for (std::size_t i = 0; i < references.size(); ++i)
            result.pairs.emplace_back(predictions[i], references[i]);
        result.isByOrder = true;
        return result;
    }
    for (const MaskEntry& prediction : predictions)
        if (byName.count(sortKey(prediction.name)) != 0)
            result.unreferenced.push_back(prediction);
    return result;
}

Result<MaskValues> readMask(const MaskEntry& entry)
{
    const auto raw = readLabelFile(entry.file, entry.part);
    if (!raw)
        return tl::unexpected(raw.error());
    if (raw->isLossy || raw->isColor)
        return fail(ErrorCode::UnsupportedPixels, entry.file.string(),
                    raw->isLossy ? "a lossy picture holds no exact class numbers"
                                 : "a colour picture holds no class numbers");
    MaskValues mask;
    mask.width = raw->width;
    mask.height = raw->height;
    mask.values.reserve(raw->values.size());
    for (const std::int32_t stored : raw->values) {
        const std::int32_t value = stored == 65535 ? 255 : stored; // white of 16 bits
        if (value < 0 || value > 255)
            return fail(ErrorCode::UnsupportedPixels, entry.file.string(),
                        "the value " + std::to_string(value) + " is no class number");
        mask.values.push_back(static_cast<std::uint8_t>(value));
    }
    return mask;
}

} // namespace fedefm
