// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg.h"

#include "core/dicom/dicom_seg_codes_private.h"

#include <algorithm>
#include <map>
#include <set>

namespace fedefm {

namespace {

using MasksOfFrame = std::map<WireClass, RleMask>;

std::map<int, WireClass> classesOf(const SegObject& seg)
{
    std::map<int, WireClass> classes;
    for (const SegSegment& segment : seg.segments)
        classes[segment.number] = segmentClass(segment).value_or(WireClass::Catheter);
    return classes;
}

std::string labelsOf(const SegObject& seg)
{
    std::string labels;
    for (const SegSegment& segment : seg.segments) {
        const std::string& text = segment.label.empty() ? segment.typeMeaning : segment.label;
        labels += (labels.empty() ? "" : ", ") + (text.empty() ? std::to_string(segment.number) : text);
    }
    return labels;
}

/// A file that names no image at all belongs to one of the same study only.
bool refersTo(const SegObject& seg, const SegFrame& frame, const SequenceInfo& image)
{
    if (!frame.sourceSopInstanceUid.empty())
        return frame.sourceSopInstanceUid == image.ids.sopInstanceUid;
    return !seg.studyUid.empty() && seg.studyUid == image.ids.studyUid;
}

void unite(MasksOfFrame& masks, WireClass wireClass, const RleMask& mask)
{
    auto [place, isNew] = masks.try_emplace(wireClass, mask);
    if (!isNew)
        place->second = place->second.unite(mask);
}

SegmentationPtr toSegmentation(const MasksOfFrame& masks, const SegObject& seg, const SequenceInfo& image,
                               int index, const std::string& labels)
{
    auto result = std::make_shared<Segmentation>();
    result->width = image.width;
    result->height = image.height;
    result->provenance.modelId = "SEG " + labels;
    result->provenance.modelVersion = seg.sopInstanceUid;
    result->provenance.frame = frameId(image, index);
    result->provenance.device = "file";
    const auto wire = masks.find(WireClass::Guidewire);
    for (const auto& [wireClass, mask] : masks) {
        const bool isCovered = wireClass != WireClass::Guidewire && wire != masks.end();
        RleMask visible = isCovered ? mask.subtract(wire->second) : mask;
        if (!visible.isEmpty())
            result->masks.push_back({wireClass, std::move(visible)});
    }
    result->confidence = result->masks.empty() ? 0.0 : 1.0;
    return result;
}

} // namespace

Result<std::vector<std::pair<int, SegmentationPtr>>> segmentationsFor(const SegObject& seg,
                                                                      const SequenceInfo& image)
{
    const auto classes = classesOf(seg);
    std::map<int, MasksOfFrame> frames;
    bool refers = false;
    for (const SegFrame& frame : seg.frames) {
        if (!refersTo(seg, frame, image))
            continue;
        refers = true;
        const int first = frame.allFrames ? 0 : frame.sourceFrame;
        const int last = frame.allFrames ? image.frameCount - 1 : frame.sourceFrame;
        const auto known = classes.find(frame.segmentNumber);
        const WireClass wireClass = known == classes.end() ? WireClass::Catheter : known->second;
        if (frame.mask.width() != image.width || frame.mask.height() != image.height)
            continue;
        for (int index = std::max(first, 0); index <= last && index < image.frameCount; ++index)
            unite(frames[index], wireClass, frame.mask);
    }
    if (!refers)
        return fail(ErrorCode::ReferenceMismatch, image.path,
                    seg.frames.empty() ? "the SEG has no frames"
                                       : "the SEG refers to " + seg.frames.front().sourceSopInstanceUid);
    if (seg.columns != image.width || seg.rows != image.height)
        return fail(ErrorCode::ReferenceMismatch, image.path,
                    "the SEG has " + std::to_string(seg.columns) + "x" + std::to_string(seg.rows) +
                        " pixels");

    const std::string labels = labelsOf(seg);
    std::vector<std::pair<int, SegmentationPtr>> results;
    for (const auto& [index, masks] : frames)
        results.emplace_back(index, toSegmentation(masks, seg, image, index, labels));
    return results;
}

} // namespace fedefm
