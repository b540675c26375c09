// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_sequence.h"
#include "core/train/readers/curve_file_private.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/npy_reader_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <cstdio>
#include <map>
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

bool isIn(const std::vector<SampleCurve>& known, const SampleCurve& curve)
{
    return std::any_of(known.begin(), known.end(), [&curve](const SampleCurve& other) {
        return other.label == curve.label && other.points.size() == curve.points.size() &&
               std::equal(other.points.begin(), other.points.end(), curve.points.begin(),
                          [](const Point& a, const Point& b) { return a.x == b.x && a.y == b.y; });
    });
}

void append(std::vector<SampleCurve>& known, const std::vector<SampleCurve>& further)
{
    for (const SampleCurve& curve : further)
        if (!isIn(known, curve))
            known.push_back(curve);
}

/// The pictures of a folder with their curves, as its JSON files tell them one after another.
class CurveList
{
public:
    CurveList(const FormOptions& form, const std::vector<fs::path>& files, Listing& listing)
        : m_form(form), m_finder(form.folder, files), m_listing(listing)
    {
    }

    void addFile(const fs::path& json)
    {
        const auto records = readCurveFile(json);
        if (!records)
            return m_listing.fault(json, records.error());
        std::map<std::string, std::size_t> own; // where pictures of this file stand among the curves
        std::size_t knownElsewhere = 0;
        for (const CurveRecord& record : *records)
            if (!addRecord(record, json, own))
                ++knownElsewhere;
        if (knownElsewhere > 0)
            m_listing.fault(json, "another file describes its pictures (" + std::to_string(knownElsewhere) +
                                      ") already; name one file as \"annotations\"");
    }

    std::vector<CurveItem> take() { return std::move(m_curves); }

private:
    /// False for a picture of which another file has told the curves: a result beside the truth, perhaps.
    bool addRecord(const CurveRecord& record, const fs::path& json, std::map<std::string, std::size_t>& own)
    {
        ListedItem item;
        if (!m_finder.locate(record, json, item)) {
            m_listing.fault(record.image.empty() ? record.series : record.image, "no such picture");
            return true;
        }
        if (!record.fault.empty()) {
            m_listing.fault(record.image.empty() ? record.series : record.image, record.fault);
            return true;
        }
        const fs::path relative = item.image.lexically_relative(m_form.folder);
        const std::string key = (relative.parent_path() / relative.stem()).generic_string();
        item.info.id = isPictureName(item.image) ? key : key + "#" + std::to_string(item.frame + 1);
        // Several lines of one picture may stand in several records.
        if (const auto known = own.find(item.info.id); known != own.end()) {
            append(m_curves[known->second].curves, record.curves);
            append(m_curves[known->second].tips, record.tips);
            return true;
        }
        if (!m_seen.insert(item.info.id).second)
            return false;
        if (!assignGroup(item, isPictureName(item.image) ? ownGroup(key, m_form) : key, m_form, m_listing))
            return true;
        const auto mask = m_finder.maskOf(record, json, item);
        item.number = m_curves.size();
        own.emplace(item.info.id, item.number);
        m_curves.push_back({record.curves, record.tips, mask.first, mask.second});
        m_listing.items.push_back(std::move(item));
        return true;
    }

    const FormOptions& m_form;
    const RecordFiles m_finder;
    Listing& m_listing;
    std::vector<CurveItem> m_curves;
    std::set<std::string> m_seen;
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
    Listing listing;
    CurveList list(*form, *files, listing);
    for (const fs::path& json : *files) {
        const bool isWanted = only.empty() || json == (form->folder / only).lexically_normal();
        if (hasExtension(json, {".json"}) && isWanted)
            list.addFile(json);
    }
    std::vector<CurveItem> curves = list.take();
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
