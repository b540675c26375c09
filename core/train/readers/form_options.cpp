// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/forms_private.h"

#include "core/train/readers/pair_finder_private.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace fedefm {

Result<FormOptions> readFormOptions(StrictObject& options, const fs::path& base)
{
    FormOptions form;
    std::string formName, path, group;
    options.text("form", formName);
    options.text("path", path);
    options.text("source", form.source);
    options.text("group", group);
    options.integer("limit", form.limit, 0, 100'000'000);
    if (path.empty())
        options.refuse("path", "the folder of the data is needed");
    if (const auto done = options.finish(); !done)
        return tl::unexpected(done.error());
    auto rule = GroupRule::create(group);
    if (!rule)
        return tl::unexpected(rule.error());
    form.group = std::move(*rule);
    form.hasGroupPattern = !group.empty();
    form.folder = (base / path).lexically_normal();
    std::error_code ignored;
    if (!fs::exists(form.folder, ignored))
        return fail(ErrorCode::FileNotFound, form.folder.string());
    if (form.source.empty())
        form.source =
            (form.folder.has_filename() ? form.folder : form.folder.parent_path()).filename().string();
    return form;
}

std::string ownGroup(const std::string& id, const FormOptions& form)
{
    return form.hasGroupPattern ? id : videoOf(id, form.source);
}

bool assignGroup(ListedItem& item, const std::string& text, const FormOptions& form, Listing& listing)
{
    const auto group = form.group.groupOf(text);
    if (!group) {
        listing.fault(text, "the group pattern does not match");
        return false;
    }
    item.info.group = *group;
    item.info.source = form.source;
    return true;
}

void checkHeaders(Listing& listing)
{
    if (listing.items.size() > kMostHeaderChecks)
        return;
    const auto isBroken = [&listing](const ListedItem& item) {
        const auto image = openImage(item.image);
        if (!image) {
            listing.fault(item.image, image.error());
            return true;
        }
        if (item.label.empty())
            return false;
        const auto size = labelFileSize(item.label);
        if (!size) {
            listing.fault(item.label, size.error());
            return true;
        }
        const SequenceInfo& info = (*image)->info();
        if (info.width == size->width && info.height == size->height)
            return false;
        listing.fault(item.label, "mask of " + std::to_string(size->width) + "×" +
                                      std::to_string(size->height) + " beside a picture of " +
                                      std::to_string(info.width) + "×" + std::to_string(info.height));
        return true;
    };
    listing.items.erase(std::remove_if(listing.items.begin(), listing.items.end(), isBroken),
                        listing.items.end());
}

Status readMask(Sample& sample, const fs::path& mask, int part, const LabelMapping& mapping,
                const std::string& id)
{
    const auto raw = readLabelFile(mask, part);
    if (!raw)
        return tl::unexpected(raw.error());
    if (raw->width != sample.width || raw->height != sample.height)
        return fail(ErrorCode::SizeMismatch, id, "mask and picture differ in size");
    auto labels = mapping.apply(*raw, id);
    if (!labels)
        return tl::unexpected(labels.error());
    sample.labels = std::move(*labels);
    return {};
}

Result<Sample> readPair(const ListedItem& item, const LabelMapping& mapping)
{
    auto sample = readImage(item.image, item.frame);
    if (!sample || item.label.empty())
        return sample;
    if (const Status read = readMask(*sample, item.label, -1, mapping, item.info.id); !read)
        return tl::unexpected(read.error());
    return sample;
}

} // namespace fedefm
