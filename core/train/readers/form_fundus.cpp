// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <map>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// "21" of "21_training.tif"; empty when the name begins with no number.
std::string leadingNumber(const fs::path& file)
{
    const std::string name = file.filename().string();
    return name.substr(0, name.find_first_not_of("0123456789"));
}

/// Files of a folder by their leading number.
std::map<std::string, fs::path> byNumber(const fs::path& folder)
{
    std::map<std::string, fs::path> found;
    if (const auto files = filesIn(folder, false))
        for (const fs::path& file : *files)
            if (hasExtension(file, {".gif", ".png", ".tif", ".bmp"}) && !leadingNumber(file).empty())
                found.emplace(leadingNumber(file), file);
    return found;
}

/// Beyond the camera's round field there is nothing to be right or wrong about.
Result<Sample> readFundus(const ListedItem& item, const fs::path& field)
{
    auto sample = readPair(item, LabelMapping::anyAsOne());
    if (!sample || field.empty())
        return sample;
    const auto raw = readLabelFile(field);
    if (!raw)
        return tl::unexpected(raw.error());
    if (raw->values.size() != sample->labels.size())
        return fail(ErrorCode::SizeMismatch, item.info.id, "field mask and picture differ in size");
    for (std::size_t i = 0; i < raw->values.size(); ++i)
        if (raw->values[i] == 0)
            sample->labels[i] = kIgnoreLabel;
    return sample;
}

} // namespace

FormResult openDrive(const Json& description, const fs::path& base)
{
    std::string observer = "1st_manual";
    StrictObject options(description, "data");
    options.text("observer", observer);
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    Listing listing;
    std::vector<fs::path> fields;
    for (const char* part : {"training", "test", ""}) {
        const fs::path folder = (form->folder / part).lexically_normal();
        const auto files = filesIn(folder / "images", false);
        if (!files)
            continue;
        const auto manuals = byNumber(folder / observer);
        const auto masks = byNumber(folder / "mask");
        for (const fs::path& file : *files) {
            const auto manual = manuals.find(leadingNumber(file));
            if (!hasExtension(file, {".tif", ".png", ".jpg"}))
                continue;
            if (manual == manuals.end()) {
                listing.fault(file, "no file of its number in " + observer);
                continue;
            }
            ListedItem item;
            item.info.id = (fs::path(part) / file.stem()).generic_string();
            item.image = file;
            item.label = manual->second;
            item.number = fields.size();
            const auto field = masks.find(leadingNumber(file));
            fields.push_back(field == masks.end() ? fs::path() : field->second);
            if (assignGroup(item, form->hasGroupPattern ? item.info.id : leadingNumber(file), *form, listing))
                listing.items.push_back(std::move(item));
        }
    }
    if (form->limit > 0 && listing.items.size() > static_cast<std::size_t>(form->limit))
        listing.items.resize(static_cast<std::size_t>(form->limit));
    checkHeaders(listing);
    listing.classNames = {"background", "vessel"};
    listing.read = [fields = std::move(fields)](const ListedItem& item) {
        return readFundus(item, fields[item.number]);
    };
    return listedDataset(std::move(listing), form->folder);
}

FormResult openSenNet(const Json& description, const fs::path& base)
{
    StrictObject options(description, "data");
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto files = filesIn(form->folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const PairFinder finder(form->folder, *files);
    Listing listing;
    for (const fs::path& file : *files) {
        if (!finder.isImage(file) || !hasExtension(file, {".tif", ".tiff", ".png"}))
            continue;
        const auto mask = finder.maskOf(file);
        if (!mask) {
            listing.fault(file, "no mask");
            continue;
        }
        ListedItem item;
        const fs::path relative = file.lexically_relative(form->folder);
        item.info.id = (relative.parent_path() / relative.stem()).generic_string();
        item.image = file;
        item.label = *mask;
        // Slices of one kidney stand in KIDNEY/images.
        const std::string kidney = file.parent_path().parent_path().filename().string();
        if (assignGroup(item, form->hasGroupPattern ? item.info.id : kidney, *form, listing))
            listing.items.push_back(std::move(item));
        if (form->limit > 0 && listing.items.size() == static_cast<std::size_t>(form->limit))
            break;
    }
    checkHeaders(listing);
    listing.classNames = {"background", "vessel"};
    listing.read = [](const ListedItem& item) { return readPair(item, LabelMapping::anyAsOne()); };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace fedefm
