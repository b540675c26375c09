// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_seg_codes_private.h"
#include "core/dicom/dicom_seg_pixels_private.h"
#include "core/dicom/dicom_seg_references_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcsequen.h"
#include "dcmtk/dcmdata/dcuid.h"

#include <algorithm>
#include <exception>

namespace fedefm {

using namespace dicom;

namespace {

// Runs take 12 bytes each; a file of noise may not fill the memory.
constexpr std::size_t kMaxRuns = 24U << 20;

enum class SegKind { Binary, Fractional, LabelMap };

Result<SegKind> segKind(const DatasetValues& values, const std::string& subject)
{
    const std::string sopClass = values.raw(DCM_SOPClassUID);
    const std::string modality = values.raw(DCM_Modality);
    const bool isSeg = sopClass == UID_SegmentationStorage || sopClass == kLabelMapSegmentationStorage ||
                       (sopClass.empty() && modality == "SEG");
    if (!isSeg)
        return fail(ErrorCode::InvalidArgument, subject,
                    "not a segmentation: SOP class " + sopClass + ", modality " + modality);
    const std::string type = values.raw(DCM_SegmentationType);
    if (type == "LABELMAP" || sopClass == kLabelMapSegmentationStorage)
        return SegKind::LabelMap;
    if (type == "FRACTIONAL")
        return SegKind::Fractional;
    if (type == "BINARY" || type.empty())
        return SegKind::Binary;
    return fail(ErrorCode::UnsupportedPixels, subject, "Segmentation Type (0062,0001) " + type.substr(0, 16));
}

SegSegment readSegment(DcmItem& item, const TextDecoder& decoder)
{
    const DatasetValues values(item, decoder);
    SegSegment segment;
    segment.number = values.integer(DCM_SegmentNumber).value_or(1);
    segment.label = values.text(DCM_SegmentLabel);
    segment.algorithm = values.text(DCM_SegmentAlgorithmName);
    segment.trackingId = values.text(DCM_TrackingID);
    if (DcmItem* type = firstItem(&item, DCM_SegmentedPropertyTypeCodeSequence)) {
        segment.typeCode = DatasetValues(*type, decoder).raw(DCM_CodeValue);
        segment.typeMeaning = DatasetValues(*type, decoder).text(DCM_CodeMeaning);
    }
    DicomLab lab{};
    bool hasColor = true;
    for (unsigned long i = 0; i < 3; ++i)
        hasColor = item.findAndGetUint16(DCM_RecommendedDisplayCIELabValue, lab[i], i).good() && hasColor;
    if (hasColor)
        segment.rgb = rgbFromLab(lab);
    return segment;
}

void readSegments(const DicomHeader& header, SegObject& seg)
{
    DcmDataset& dataset = *header.dataset;
    DcmSequenceOfItems* items = nullptr;
    if (dataset.findAndGetSequence(DCM_SegmentSequence, items).good() && items != nullptr)
        for (DcmObject* item = items->nextInContainer(nullptr); item != nullptr;
             item = items->nextInContainer(item))
            seg.segments.push_back(readSegment(static_cast<DcmItem&>(*item), *header.decoder));
    if (seg.segments.empty())
        seg.warnings.emplace_back("no Segment Sequence (0062,0002)");
    for (const SegSegment& segment : seg.segments)
        if (!segmentClass(segment))
            seg.warnings.push_back("segment " + std::to_string(segment.number) + " \"" + segment.label +
                                   "\" is neither catheter nor guidewire; shown as catheter");
}

int fractionThreshold(const DatasetValues& values)
{
    const int maximum = values.integer(DCM_MaximumFractionalValue).value_or(255);
    return maximum < 1 || maximum > 255 ? 128 : (maximum + 1) / 2;
}

/// Turns frames of pixels into masks and keeps count of their size.
class MaskCollector
{
public:
    MaskCollector(SegObject& seg, const SegLayout& layout, SegKind kind, int threshold, std::string subject)
        : m_seg(seg), m_layout(layout), m_kind(kind), m_threshold(threshold), m_subject(std::move(subject))
    {
    }

    Status add(std::vector<std::uint8_t>& pixels, const SegFrameReference& reference)
    {
        if (m_kind == SegKind::LabelMap)
            return addLabels(pixels, reference);
        if (m_kind == SegKind::Fractional && m_layout.bitsAllocated != 1)
            for (std::uint8_t& value : pixels)
                value = value >= m_threshold ? 1 : 0;
        int segment = reference.segmentNumber;
        if (segment == 0) {
            segment = m_seg.segments.empty() ? 1 : m_seg.segments.front().number;
            warnOnce("frames do not say which segment they belong to");
        }
        return push(RleMask::fromBytes(pixels.data(), m_layout.columns, m_layout.rows), segment, reference);
    }

private:
    Status addLabels(const std::vector<std::uint8_t>& pixels, const SegFrameReference& reference)
    {
        std::array<bool, 256> present{};
        for (const std::uint8_t value : pixels)
            present[value] = true;
        for (int label = 1; label < 256; ++label) {
            if (!present[static_cast<std::size_t>(label)])
                continue;
            auto mask = RleMask::fromLabel(pixels.data(), m_layout.columns, m_layout.rows,
                                           static_cast<std::uint8_t>(label));
            if (auto pushed = push(std::move(mask), label, reference); !pushed)
                return pushed;
        }
        return {};
    }

    Status push(RleMask mask, int segment, const SegFrameReference& reference)
    {
        const std::size_t copies = std::max<std::size_t>(1, reference.sourceFrames.size());
        m_runs += (mask.runs().size() + 16) * copies;
        if (m_runs > kMaxRuns)
            return fail(ErrorCode::TooLarge, m_subject,
                        "masks of more than " + std::to_string(kMaxRuns) + " runs");
        SegFrame frame;
        frame.segmentNumber = segment;
        frame.sourceSopInstanceUid = reference.sopInstanceUid;
        frame.allFrames = reference.allFrames;
        frame.mask = std::move(mask);
        for (std::size_t i = 1; i < copies; ++i) {
            frame.sourceFrame = reference.sourceFrames[i];
            m_seg.frames.push_back(frame);
        }
        frame.sourceFrame = reference.sourceFrames.empty() ? 0 : reference.sourceFrames.front();
        m_seg.frames.push_back(std::move(frame));
        return {};
    }

    void warnOnce(const std::string& text)
    {
        if (std::find(m_seg.warnings.begin(), m_seg.warnings.end(), text) == m_seg.warnings.end())
            m_seg.warnings.push_back(text);
    }

    SegObject& m_seg;
    SegLayout m_layout;
    SegKind m_kind;
    int m_threshold;
    std::string m_subject;
    std::size_t m_runs = 0;
};

Result<SegObject> readOpened(const DicomHeader& header, const std::filesystem::path& path)
{
    const std::string subject = path.string();
    const DatasetValues values = header.values();
    const auto kind = segKind(values, subject);
    if (!kind)
        return tl::unexpected(kind.error());
    const auto layout = readSegLayout(header, subject);
    if (!layout)
        return tl::unexpected(layout.error());
    auto pixels = openSegPixels(header.scan, *layout, path);
    if (!pixels)
        return tl::unexpected(pixels.error());

    SegObject seg;
    seg.rows = layout->rows;
    seg.columns = layout->columns;
    seg.fractional = *kind == SegKind::Fractional;
    seg.sopInstanceUid = values.raw(DCM_SOPInstanceUID);
    seg.seriesUid = values.raw(DCM_SeriesInstanceUID);
    seg.studyUid = values.raw(DCM_StudyInstanceUID);
    readSegments(header, seg);
    const auto references = readSegReferences(*header.dataset, layout->frameCount, seg.warnings);

    MaskCollector collector(seg, *layout, *kind, fractionThreshold(values), subject);
    std::vector<std::uint8_t> frame;
    for (int i = 0; i < layout->frameCount; ++i) {
        if (auto read = (*pixels)->frame(i, frame); !read)
            return tl::unexpected(read.error());
        if (auto added = collector.add(frame, references[static_cast<std::size_t>(i)]); !added)
            return tl::unexpected(added.error());
    }
    return seg;
}

} // namespace

Result<SegObject> readSeg(const std::filesystem::path& file)
try {
    auto opened = openHeader(file);
    if (!opened)
        return tl::unexpected(opened.error());
    return readOpened(*opened, file);
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, file.string());
} catch (const std::exception& error) {
    return fail(ErrorCode::DicomMalformed, file.string(), error.what());
}

} // namespace fedefm
