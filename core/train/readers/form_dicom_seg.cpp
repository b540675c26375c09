// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_study.h"
#include "core/train/data/frame_sample.h"
#include "core/train/data/same_file.h"
#include "core/train/readers/forms_private.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// A patient's key holds a name, which must not reach a run's record: only a hash does.
std::string hashedGroup(const std::string& patientKey)
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : patientKey)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    char text[24];
    std::snprintf(text, sizeof text, "p%016llx", static_cast<unsigned long long>(hash));
    return text;
}

struct Images
{
    std::map<std::string, StudyEntry> byUid;
    std::set<std::string> ambiguous; ///< UIDs of several images that differ
};

/// A SEG names its image by UID alone: where two have one, the labels could be those of the other.
void addImage(const StudyEntry& entry, Images& images, Listing& listing)
{
    const auto [known, isNew] = images.byUid.emplace(entry.ids.sopInstanceUid, entry);
    if (isNew)
        return;
    const std::string other = fs::path(known->second.path).filename().string();
    if (haveSameBytes(entry.path, known->second.path))
        return listing.fault(entry.path, "a copy of " + other + ", left out");
    listing.fault(entry.path, "its SOP instance UID is that of " + other +
                                  ", too: neither is used, a SEG may mean either");
    images.ambiguous.insert(entry.ids.sopInstanceUid);
}

/// Labels of the frames, which one SEG has or several together (one for each device).
struct FrameLabels
{
    std::vector<SegmentationPtr> masks;      ///< by ListedItem::number
    std::map<std::string, std::size_t> byId; ///< of the item
};

bool shareClasses(const Segmentation& one, const Segmentation& other)
{
    return std::any_of(one.masks.begin(), one.masks.end(),
                       [&other](const ClassMask& mask) { return other.mask(mask.wireClass) != nullptr; });
}

SegmentationPtr joined(const Segmentation& one, const Segmentation& other)
{
    auto both = std::make_shared<Segmentation>(one);
    both->masks.insert(both->masks.end(), other.masks.begin(), other.masks.end());
    std::sort(both->masks.begin(), both->masks.end(),
              [](const ClassMask& a, const ClassMask& b) { return a.wireClass < b.wireClass; });
    both->curves.insert(both->curves.end(), other.curves.begin(), other.curves.end());
    both->tips.insert(both->tips.end(), other.tips.begin(), other.tips.end());
    return both;
}

void addSeg(const StudyEntry& entry, const Images& images, const FormOptions& form, Listing& listing,
            FrameLabels& labels)
{
    const auto seg = readSeg(entry.path);
    if (!seg)
        return listing.fault(entry.path, seg.error());
    std::map<std::string, bool> named;
    for (const SegFrame& frame : seg->frames)
        named[frame.sourceSopInstanceUid] = true;
    std::size_t used = 0;
    bool isAmbiguous = false;
    std::size_t repeated = 0;
    for (const auto& source : named) {
        const auto image = images.byUid.find(source.first);
        isAmbiguous = isAmbiguous || images.ambiguous.count(source.first) > 0;
        if (image == images.byUid.end() || images.ambiguous.count(source.first) > 0)
            continue;
        const auto sequence = openDicom(image->second.path);
        if (!sequence) {
            listing.fault(image->second.path, sequence.error());
            continue;
        }
        const auto frames = segmentationsFor(*seg, (*sequence)->info());
        if (!frames) {
            listing.fault(entry.path, frames.error());
            continue;
        }
        const std::string name =
            fs::path(image->second.path).lexically_relative(form.folder).replace_extension().generic_string();
        for (const auto& [index, segmentation] : *frames) {
            ListedItem item;
            item.info.id = name + "#" + std::to_string(index + 1);
            item.image = image->second.path;
            item.frame = index;
            item.number = labels.masks.size();
            if (const auto known = labels.byId.find(item.info.id); known != labels.byId.end()) {
                SegmentationPtr& before = labels.masks[known->second];
                const bool isNew = !shareClasses(*before, *segmentation);
                before = isNew ? joined(*before, *segmentation) : before;
                ++(isNew ? used : repeated);
                continue;
            }
            if (!assignGroup(item, form.hasGroupPattern ? name : hashedGroup(image->second.ids.patientKey),
                             form, listing))
                continue;
            labels.byId.emplace(item.info.id, labels.masks.size());
            listing.items.push_back(std::move(item));
            labels.masks.push_back(segmentation);
            ++used;
        }
    }
    if (repeated > 0)
        return listing.fault(entry.path, "marks in " + std::to_string(repeated) +
                                             " frames what another SEG marks there, too: the other is used");
    if (used == 0)
        listing.fault(entry.path, isAmbiguous ? "two images have the UID that it refers to"
                                              : "the image that it belongs to is not in the folder");
}

Result<Sample> readDicomSample(const ListedItem& item, const Segmentation& segmentation)
{
    auto sample = readImage(item.image, item.frame);
    if (!sample)
        return sample;
    sample->labels = segmentation.labelImage();
    for (const WireCurve& curve : segmentation.curves)
        sample->curves.push_back({static_cast<int>(curve.wireClass), curve.points, curve.widthPx});
    return sample;
}

} // namespace

FormResult openDicomSeg(const Json& description, const fs::path& base)
{
    StrictObject options(description, "data");
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto scan = scanStudies(form->folder, {}, {}, {});
    if (!scan)
        return tl::unexpected(scan.error());
    Listing listing;
    for (const Error& problem : scan->problems)
        listing.fault(problem.subject, problem);
    Images images;
    for (const StudyEntry& entry : scan->entries)
        if (entry.kind == "image")
            addImage(entry, images, listing);
    FrameLabels labels;
    for (const StudyEntry& entry : scan->entries)
        if (entry.kind == "SEG")
            addSeg(entry, images, *form, listing, labels);
    if (form->limit > 0 && listing.items.size() > static_cast<std::size_t>(form->limit))
        listing.items.resize(static_cast<std::size_t>(form->limit));
    listing.classNames = wireClassNames();
    listing.read = [masks = std::move(labels.masks)](const ListedItem& item) {
        return readDicomSample(item, *masks[item.number]);
    };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace fedefm
