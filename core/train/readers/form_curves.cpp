// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_sequence.h"
#include "core/train/readers/curve_file_private.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/npy_reader_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// Finds the files that a record names: relative to the JSON file, to the root, and in the usual folders.
class RecordFiles
{
public:
    RecordFiles(const fs::path& root, const std::vector<fs::path>& files)
        : m_root(root), m_files(files.begin(), files.end()), m_finder(root, files)
    {
    }

    bool locate(const CurveRecord& record, const fs::path& json, ListedItem& item) const
    {
        if (const auto image = imageOf(record.image, json)) {
            item.image = *image;
            item.frame = 0;
            return true;
        }
        if (record.series.empty())
            return false;
        for (const fs::path& folder : {json.parent_path(), json.parent_path().parent_path(), m_root}) {
            const fs::path candidate = (folder / record.series).lexically_normal();
            if (m_files.count(candidate) > 0) {
                item.image = candidate;
                item.frame = record.frame;
                return true;
            }
        }
        return false;
    }

    /// Mask file of the record and, in an array of several, its entry; empty: the curves are drawn.
    std::pair<fs::path, int> maskOf(const CurveRecord& record, const fs::path& json,
                                    const ListedItem& item) const
    {
        if (isPictureName(item.image))
            if (const auto mask = m_finder.maskOf(item.image))
                return {*mask, -1};
        const fs::path folder = json.parent_path();
        char frameName[32];
        std::snprintf(frameName, sizeof frameName, "frame_%04d.png", record.frame);
        for (const fs::path& candidate :
             {folder / (json.stem().string() + "_classes.png"), folder / frameName})
            if (candidate != item.image && m_files.count(candidate) > 0)
                return {candidate, -1};
        if (m_files.count(folder / "masks.npy") > 0)
            return {folder / "masks.npy", static_cast<int>(record.order)};
        return {};
    }

private:
    std::optional<fs::path> imageOf(const std::string& name, const fs::path& json) const
    {
        if (name.empty())
            return std::nullopt;
        const fs::path folder = json.parent_path();
        for (const fs::path& start : {folder, folder / "images", folder.parent_path(),
                                      folder.parent_path() / "images", m_root, m_root / "images"})
            for (const char* extension : {"", ".png", ".jpg", ".tif"}) {
                const fs::path candidate = (start / (name + extension)).lexically_normal();
                if (isPictureName(candidate) && m_files.count(candidate) > 0)
                    return candidate;
            }
        return std::nullopt;
    }

    const fs::path m_root;
    const std::set<fs::path> m_files;
    const PairFinder m_finder;
};

struct CurveItem
{
    std::vector<SampleCurve> curves;
    std::vector<SampleCurve> tips;
    fs::path mask;
    int maskPart = -1;
};

Result<Sample> readCurves(const ListedItem& item, const CurveItem& curves, const LabelMapping& mapping)
{
    auto sample = readImage(item.image, item.frame);
    if (!sample)
        return sample;
    sample->curves = curves.curves;
    if (curves.mask.empty()) {
        sample->labels = drawCurves(curves.curves, sample->width, sample->height);
    } else {
        const Status read = readMask(*sample, curves.mask, curves.maskPart, mapping, item.info.id);
        if (!read)
            return tl::unexpected(read.error());
    }
    sample->curves.insert(sample->curves.end(), curves.tips.begin(), curves.tips.end());
    return sample;
}

/// Guide3D's masks are white lines, ours hold class numbers.
Result<LabelMapping> mappingOf(const Json& classes, bool isGuide3d, const std::vector<CurveItem>& items)
{
    if (!classes.is_null())
        return LabelMapping::parse(classes, 3);
    if (isGuide3d)
        for (const CurveItem& item : items)
            if (!item.mask.empty())
                if (const auto raw = readLabelFile(item.mask, item.maskPart))
                    for (const std::int32_t value : raw->values)
                        if (value > kGuidewireLabel)
                            return LabelMapping::parse({{"0", 0}, {std::to_string(value), kGuidewireLabel}},
                                                       3);
    return LabelMapping::identity(3);
}

FormResult openCurves(const Json& description, const fs::path& base, bool isGuide3d)
{
    StrictObject options(description, "data");
    const Json classes = options.value("classes");
    std::string only;
    options.text("annotations", only);
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto files = filesIn(form->folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const RecordFiles finder(form->folder, *files);
    Listing listing;
    std::vector<CurveItem> curves;
    std::set<std::string> seen;
    for (const fs::path& json : *files) {
        const bool isWanted = only.empty() || json == (form->folder / only).lexically_normal();
        if (!hasExtension(json, {".json"}) || !isWanted)
            continue;
        const auto records = readCurveFile(json);
        if (!records) {
            listing.fault(json, records.error());
            continue;
        }
        for (const CurveRecord& record : *records) {
            ListedItem item;
            if (!finder.locate(record, json, item)) {
                listing.fault(record.image.empty() ? record.series : record.image, "no such picture");
                continue;
            }
            const fs::path relative = item.image.lexically_relative(form->folder);
            const std::string key = (relative.parent_path() / relative.stem()).generic_string();
            item.info.id = isPictureName(item.image) ? key : key + "#" + std::to_string(item.frame + 1);
            const std::string own = isPictureName(item.image) ? ownGroup(key, *form) : key;
            if (!seen.insert(item.info.id).second || !assignGroup(item, own, *form, listing))
                continue;
            const auto mask = finder.maskOf(record, json, item);
            item.number = curves.size();
            curves.push_back({record.curves, record.tips, mask.first, mask.second});
            listing.items.push_back(std::move(item));
        }
    }
    if (form->limit > 0 && listing.items.size() > static_cast<std::size_t>(form->limit))
        listing.items.resize(static_cast<std::size_t>(form->limit));
    checkHeaders(listing);
    const auto mapping = mappingOf(classes, isGuide3d, curves);
    if (!mapping)
        return tl::unexpected(mapping.error());
    listing.classNames = wireClassNames();
    listing.read = [mapping = *mapping, curves = std::move(curves)](const ListedItem& item) {
        return readCurves(item, curves[item.number], mapping);
    };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace

FormResult openGuide3d(const Json& description, const fs::path& base)
{
    return openCurves(description, base, true);
}

FormResult openFedefm(const Json& description, const fs::path& base)
{
    return openCurves(description, base, false);
}

} // namespace fedefm
