// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_references_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcsequen.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fedefm {

namespace {

constexpr int kMaxSourceFrames = 4096;

DcmSequenceOfItems* sequence(DcmItem* parent, const DcmTagKey& key)
{
    DcmSequenceOfItems* found = nullptr;
    return parent != nullptr && parent->findAndGetSequence(key, found).good() ? found : nullptr;
}

// Walks by successor: DCMTK's getItem(i) counts from the start each time.
template <typename Visit> void forEachItem(DcmSequenceOfItems* items, Visit visit)
{
    if (items == nullptr)
        return;
    for (DcmObject* item = items->nextInContainer(nullptr); item != nullptr;
         item = items->nextInContainer(item))
        visit(static_cast<DcmItem&>(*item));
}

std::string uidOf(DcmItem& reference)
{
    static const dicom::TextDecoder plain("");
    return dicom::DatasetValues(reference, plain).raw(DCM_ReferencedSOPInstanceUID);
}

void addSourceFrames(DcmItem& image, SegFrameReference& reference)
{
    DcmElement* element = nullptr;
    if (image.findAndGetElement(DCM_ReferencedFrameNumber, element).bad() || element == nullptr)
        return;
    const unsigned long count = std::min<unsigned long>(element->getVM(), kMaxSourceFrames);
    for (unsigned long i = 0; i < count; ++i) {
        Sint32 number = 0;
        if (element->getSint32(number, i).good() && number > 0)
            reference.sourceFrames.push_back(number - 1);
    }
}

void readGroups(DcmItem* groups, SegFrameReference& reference)
{
    if (DcmItem* identification = firstItem(groups, DCM_SegmentIdentificationSequence)) {
        Uint16 number = 0;
        if (identification->findAndGetUint16(DCM_ReferencedSegmentNumber, number).good())
            reference.segmentNumber = number;
    }
    DcmItem* image = firstItem(firstItem(groups, DCM_DerivationImageSequence), DCM_SourceImageSequence);
    if (image != nullptr) {
        reference.sopInstanceUid = uidOf(*image);
        reference.sourceFrames.clear();
        addSourceFrames(*image, reference);
    }
}

std::vector<std::string> referencedInstances(DcmItem& dataset)
{
    std::vector<std::string> uids;
    const auto add = [&uids](DcmItem& item) {
        const std::string uid = uidOf(item);
        if (!uid.empty() && (uids.empty() || uids.back() != uid))
            uids.push_back(uid);
    };
    forEachItem(sequence(&dataset, DCM_ReferencedSeriesSequence), [&add](DcmItem& series) {
        forEachItem(sequence(&series, DCM_ReferencedInstanceSequence), add);
    });
    if (uids.empty())
        forEachItem(sequence(&dataset, DCM_SourceImageSequence), add);
    if (uids.empty())
        forEachItem(sequence(&dataset, DCM_ReferencedImageSequence), add);
    return uids;
}

/// Gives frames without Derivation Image an instance by their order within the segment.
void attributeByOrder(DcmItem& dataset, std::vector<SegFrameReference>& references,
                      std::vector<std::string>& warnings)
{
    std::map<int, int> framesOfSegment;
    for (const SegFrameReference& reference : references)
        if (reference.sopInstanceUid.empty())
            ++framesOfSegment[reference.segmentNumber];
    if (framesOfSegment.empty())
        return;
    const std::vector<std::string> instances = referencedInstances(dataset);
    std::map<int, std::size_t> seen;
    bool isUnknown = false;
    for (SegFrameReference& reference : references) {
        if (!reference.sopInstanceUid.empty())
            continue;
        const std::size_t order = seen[reference.segmentNumber]++;
        const auto count = static_cast<std::size_t>(framesOfSegment[reference.segmentNumber]);
        if (instances.size() == 1)
            reference.sopInstanceUid = instances.front();
        else if (instances.size() == count)
            reference.sopInstanceUid = instances[order];
        else
            isUnknown = true;
    }
    warnings.emplace_back(isUnknown
                              ? "frames do not say which image they belong to"
                              : "frames name no source image; taken in the order of the referenced series");
}

/// Frames that name an instance but no frame of it: one per segment holds for every frame, several are in
/// order.
void resolveMissingNumbers(std::vector<SegFrameReference>& references)
{
    using Key = std::pair<int, std::string>;
    std::map<Key, int> count;
    for (const SegFrameReference& reference : references)
        if (reference.sourceFrames.empty())
            ++count[{reference.segmentNumber, reference.sopInstanceUid}];
    std::map<Key, int> seen;
    for (SegFrameReference& reference : references) {
        if (!reference.sourceFrames.empty())
            continue;
        const Key key{reference.segmentNumber, reference.sopInstanceUid};
        if (count[key] == 1)
            reference.allFrames = true;
        else
            reference.sourceFrames.push_back(seen[key]++);
    }
}

} // namespace

DcmItem* firstItem(DcmItem* parent, const DcmTagKey& key)
{
    DcmItem* item = nullptr;
    return parent != nullptr && parent->findAndGetSequenceItem(key, item, 0).good() ? item : nullptr;
}

std::vector<SegFrameReference> readSegReferences(DcmItem& dataset, int frameCount,
                                                 std::vector<std::string>& warnings)
{
    SegFrameReference shared;
    readGroups(firstItem(&dataset, DCM_SharedFunctionalGroupsSequence), shared);
    std::vector<SegFrameReference> references(static_cast<std::size_t>(frameCount), shared);

    std::size_t index = 0;
    forEachItem(sequence(&dataset, DCM_PerFrameFunctionalGroupsSequence), [&](DcmItem& groups) {
        if (index < references.size())
            readGroups(&groups, references[index]);
        ++index;
    });
    if (index != references.size())
        warnings.push_back("functional groups for " + std::to_string(index) + " of " +
                           std::to_string(references.size()) + " frames");
    attributeByOrder(dataset, references, warnings);
    resolveMissingNumbers(references);
    return references;
}

} // namespace fedefm
