// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/forms_private.h"

#include "core/image/picture_sequence.h"

#include <algorithm>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kExamples = 16; ///< masks that are looked at when nothing says what their values mean
constexpr std::size_t kMostLabelChecks = 256;

struct MaskOptions
{
    std::string suffix;
    std::string imageFolder;
    std::string maskFolder;
    bool recursive = false;
    Json classes;
    std::vector<std::string> classNames;
};

bool isImageName(const fs::path& file)
{
    return isPictureName(file) || hasExtension(file, {".gif", ".dcm"});
}

bool isLabelName(const fs::path& file)
{
    return isPictureName(file) || hasExtension(file, {".gif", ".npy"});
}

/// Relative path without extension.
std::string keyOf(const fs::path& file, const fs::path& folder)
{
    return (file.parent_path().lexically_relative(folder) / stemOf(file)).lexically_normal().generic_string();
}

/// Files that are no picture of their own but another annotation of one: "x_2ndHO" beside "x".
bool isAnnotationOfAnother(const std::string& key, const std::set<std::string>& keys)
{
    for (std::size_t at = key.find('_'); at != std::string::npos; at = key.find('_', at + 1))
        if (at > 0 && keys.count(key.substr(0, at)) > 0)
            return true;
    return false;
}

Result<std::map<std::string, fs::path>> masksOf(const FormOptions& form, const MaskOptions& options)
{
    const fs::path folder =
        options.maskFolder.empty() ? form.folder / options.imageFolder : form.folder / options.maskFolder;
    const auto files = filesIn(folder, options.recursive);
    if (!files)
        return tl::unexpected(files.error());
    std::map<std::string, fs::path> masks;
    for (const fs::path& file : *files) {
        if (!isLabelName(file))
            continue;
        const std::string key = keyOf(file, folder);
        const std::string& suffix = options.suffix;
        if (key.size() > suffix.size() && key.compare(key.size() - suffix.size(), suffix.size(), suffix) == 0)
            masks.emplace(key.substr(0, key.size() - suffix.size()), file);
    }
    return masks;
}

Status listPairs(const FormOptions& form, const MaskOptions& options, Listing& listing)
{
    const auto masks = masksOf(form, options);
    if (!masks)
        return tl::unexpected(masks.error());
    const fs::path folder = form.folder / options.imageFolder;
    const auto files = filesIn(folder, options.recursive);
    if (!files)
        return tl::unexpected(files.error());
    std::set<fs::path> maskFiles;
    for (const auto& mask : *masks)
        maskFiles.insert(mask.second);
    std::set<std::string> keys;
    for (const fs::path& file : *files)
        keys.insert(keyOf(file, folder));
    for (const fs::path& file : *files) {
        if (!isImageName(file) || maskFiles.count(file) > 0)
            continue;
        const std::string key = keyOf(file, folder);
        const auto mask = masks->find(key);
        if (mask == masks->end()) {
            if (!isAnnotationOfAnother(key, keys))
                listing.fault(file, "no mask " + fs::path(key).filename().string() + options.suffix);
            continue;
        }
        ListedItem item;
        item.info.id = key;
        item.image = file;
        item.label = mask->second;
        if (assignGroup(item, ownGroup(key, form), form, listing))
            listing.items.push_back(std::move(item));
        if (form.limit > 0 && listing.items.size() == static_cast<std::size_t>(form.limit))
            break;
    }
    return {};
}

Result<LabelMapping> mappingOf(const MaskOptions& options, const Listing& listing)
{
    const int named = static_cast<int>(options.classNames.size());
    if (!options.classes.is_null())
        return LabelMapping::parse(options.classes, named);
    std::vector<RawLabels> examples;
    const std::size_t count = std::min(kExamples, listing.items.size());
    for (std::size_t k = 0; k < count; ++k)
        if (auto raw = readLabelFile(listing.items[k * listing.items.size() / count].label))
            examples.push_back(std::move(*raw));
    return LabelMapping::guess(examples, named);
}

/// Small sets are looked through at once, so that faults are known before a training begins.
void checkLabels(Listing& listing, const LabelMapping& mapping)
{
    if (listing.items.size() > kMostLabelChecks)
        return;
    const auto isBroken = [&](const ListedItem& item) {
        const auto raw = readLabelFile(item.label);
        if (!raw) {
            listing.fault(item.label, raw.error());
            return true;
        }
        const auto labels = mapping.apply(*raw, item.info.id);
        if (!labels)
            listing.fault(item.label, labels.error());
        return !labels;
    };
    listing.items.erase(std::remove_if(listing.items.begin(), listing.items.end(), isBroken),
                        listing.items.end());
}

std::vector<std::string> classNamesOf(const MaskOptions& options, int classCount)
{
    if (!options.classNames.empty())
        return options.classNames;
    if (classCount == 2)
        return {"background", "foreground"};
    std::vector<std::string> names{"background"};
    for (int c = 1; c < classCount; ++c)
        names.push_back("class " + std::to_string(c));
    return names;
}

} // namespace

FormResult openMasks(const Json& description, const fs::path& base)
{
    MaskOptions masks;
    StrictObject options(description, "data");
    options.text("image_folder", masks.imageFolder);
    options.text("mask_folder", masks.maskFolder);
    masks.suffix = masks.maskFolder.empty() ? "_mask" : "";
    options.text("mask_suffix", masks.suffix);
    options.flag("recursive", masks.recursive);
    options.texts("class_names", masks.classNames);
    masks.classes = options.value("classes");
    if (masks.suffix.empty() && masks.maskFolder.empty())
        options.refuse("mask_suffix", "may be empty only with a mask_folder");
    if (masks.classNames.size() == 1 || masks.classNames.size() > 255)
        options.refuse("class_names", "2 to 255 names, background first, are needed");
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    Listing listing;
    if (const auto listed = listPairs(*form, masks, listing); !listed)
        return tl::unexpected(listed.error());
    checkHeaders(listing);
    if (listing.items.empty())
        return listedDataset(std::move(listing), form->folder);
    const auto mapping = mappingOf(masks, listing);
    if (!mapping)
        return tl::unexpected(mapping.error());
    checkLabels(listing, *mapping);
    listing.classNames = classNamesOf(masks, mapping->classCount());
    listing.read = [mapping = *mapping](const ListedItem& item) { return readPair(item, mapping); };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace fedefm
