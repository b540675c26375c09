// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_sequence.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// One item for a picture, one per frame for DICOM.
void addFile(const fs::path& file, const FormOptions& form, int imageClass, Listing& listing)
{
    const fs::path relative = file.lexically_relative(form.folder);
    const std::string key = (relative.parent_path() / relative.stem()).generic_string();
    int frames = 1;
    if (!isPictureName(file) && !hasExtension(file, {".gif"})) {
        const auto sequence = openImage(file);
        if (!sequence)
            return listing.fault(file, sequence.error());
        frames = (*sequence)->info().frameCount;
    }
    // A file of several frames is a video of its own where its name is but a number.
    const bool isNumberedVideo = frames > 1 && withoutFrameNumber(relative.stem().string()).empty();
    const std::string own = isNumberedVideo ? key : ownGroup(key, form);
    for (int frame = 0; frame < frames; ++frame) {
        ListedItem item;
        item.info.id = frames == 1 ? key : key + "#" + std::to_string(frame + 1);
        item.info.imageClass = imageClass;
        item.image = file;
        item.frame = frame;
        if (!assignGroup(item, own, form, listing))
            return;
        listing.items.push_back(std::move(item));
    }
}

} // namespace

FormResult openFolders(const Json& description, const fs::path& base)
{
    std::vector<std::string> names;
    StrictObject options(description, "data");
    options.texts("class_names", names);
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto files = filesIn(form->folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const auto classOf = [&](const fs::path& file) {
        return file.lexically_relative(form->folder).begin()->string();
    };
    if (names.empty()) {
        std::set<std::string> found;
        for (const fs::path& file : *files)
            if (file.parent_path() != form->folder)
                found.insert(classOf(file));
        names.assign(found.begin(), found.end());
    }
    Listing listing;
    listing.imageClassNames = names;
    for (const fs::path& file : *files) {
        if (file.parent_path() == form->folder ||
            !(isPictureName(file) || hasExtension(file, {".dcm", ".gif"}) || !file.has_extension()))
            continue;
        const auto name = std::find(names.begin(), names.end(), classOf(file));
        if (name == names.end())
            continue;
        FormOptions own = *form;
        own.source = *name;
        addFile(file, own, static_cast<int>(name - names.begin()), listing);
        if (form->limit > 0 && listing.items.size() >= static_cast<std::size_t>(form->limit)) {
            listing.items.resize(static_cast<std::size_t>(form->limit));
            break;
        }
    }
    checkHeaders(listing);
    listing.read = [](const ListedItem& item) { return readImage(item.image, item.frame); };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace fedefm
