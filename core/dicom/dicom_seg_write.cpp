// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/uid.h"
#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_seg_bits_private.h"
#include "core/dicom/dicom_seg_header_private.h"
#include "core/dicom/dicom_writer_stream_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <algorithm>
#include <exception>
#include <map>

namespace fedefm {

using namespace dicom;

namespace {

using FrameMasks = std::map<std::pair<WireClass, int>, RleMask>;

Result<SegSource> describeSource(const std::filesystem::path& file)
{
    auto opened = openHeader(file);
    if (!opened)
        return tl::unexpected(opened.error());
    SegSource source;
    source.header = std::move(*opened);
    const DatasetValues values = source.header.values();
    source.sopClassUid = values.raw(DCM_SOPClassUID);
    source.sopInstanceUid = values.raw(DCM_SOPInstanceUID);
    source.seriesUid = values.raw(DCM_SeriesInstanceUID);
    if (source.sopClassUid.empty() || source.sopInstanceUid.empty())
        return fail(ErrorCode::DicomMalformed, file.string(),
                    "no SOP class or instance UID (0008,0016), (0008,0018)");
    source.rows = values.integer(DCM_Rows).value_or(0);
    source.columns = values.integer(DCM_Columns).value_or(0);
    source.frameCount = std::max(1, values.integer(DCM_NumberOfFrames).value_or(1));
    if (source.rows < 1 || source.columns < 1 || source.rows > 65535 || source.columns > 65535)
        return fail(ErrorCode::DicomMalformed, file.string(), "no image size (0028,0010), (0028,0011)");
    return source;
}

/// Collects the masks in the order of the file: by segment, then by frame.
Result<FrameMasks> collectMasks(const SegSource& source, const std::string& subject,
                                const std::vector<SegmentationPtr>& results)
{
    FrameMasks masks;
    for (const SegmentationPtr& result : results) {
        if (!result)
            continue;
        if (result->width != source.columns || result->height != source.rows)
            return fail(ErrorCode::ReferenceMismatch, subject,
                        "result of " + std::to_string(result->width) + "x" + std::to_string(result->height) +
                            " for an image of " + std::to_string(source.columns) + "x" +
                            std::to_string(source.rows));
        const FrameId& frame = result->provenance.frame;
        if (!frame.instance.empty() && frame.instance != source.sopInstanceUid && frame.instance != subject)
            return fail(ErrorCode::ReferenceMismatch, subject, "a result belongs to " + frame.instance);
        if (frame.index < 0 || frame.index >= source.frameCount)
            return fail(ErrorCode::OutOfRange, subject, "result of frame " + std::to_string(frame.index));
        for (const ClassMask& found : result->masks) {
            if (found.mask.isEmpty() || found.wireClass == WireClass::Background)
                continue;
            if (found.mask.width() != source.columns || found.mask.height() != source.rows)
                return fail(ErrorCode::InvalidArgument, subject, "a mask differs in size from its result");
            auto [place, isNew] = masks.try_emplace({found.wireClass, frame.index}, found.mask);
            if (!isNew)
                place->second = place->second.unite(found.mask);
        }
    }
    if (masks.empty())
        return fail(ErrorCode::InvalidArgument, subject, "no frame has a mask");
    return masks;
}

std::string algorithmName(const std::vector<SegmentationPtr>& results)
{
    for (const SegmentationPtr& result : results) {
        if (!result || result->provenance.modelId.empty())
            continue;
        return result->provenance.modelId + " " + result->provenance.modelVersion;
    }
    return "FedEFM Studio";
}

SegContent describeContent(const FrameMasks& masks, const std::vector<SegmentationPtr>& results)
{
    SegContent content;
    content.algorithm = algorithmName(results);
    for (const auto& [key, mask] : masks) {
        if (content.classes.empty() || content.classes.back() != key.first)
            content.classes.push_back(key.first);
        content.frames.push_back({static_cast<int>(content.classes.size()), key.second});
    }
    return content;
}

} // namespace

Status writeSeg(const std::filesystem::path& target, const std::filesystem::path& source,
                const std::vector<SegmentationPtr>& results, bool overwrite)
try {
    auto image = describeSource(source);
    if (!image)
        return tl::unexpected(image.error());
    auto masks = collectMasks(*image, source.string(), results);
    if (!masks)
        return tl::unexpected(masks.error());

    UidGenerator uids;
    auto header = segHeader(*image, describeContent(*masks, results), uids);
    const std::uint64_t frameBits =
        static_cast<std::uint64_t>(image->rows) * static_cast<unsigned>(image->columns);
    PixelElement pixels;
    pixels.bytes = (frameBits * masks->size() + 7) / 8;
    auto writer = PixelStreamWriter::create(target, overwrite, *header, pixels);
    if (!writer)
        return tl::unexpected(writer.error());

    SegBitPacker packer(image->columns, image->rows);
    for (const auto& [key, mask] : *masks) {
        const std::vector<std::uint8_t>& packed = packer.append(mask);
        if (auto written = writer->write(packed.data(), packed.size()); !written)
            return written;
    }
    const std::vector<std::uint8_t>& rest = packer.finish();
    if (auto written = writer->write(rest.data(), rest.size()); !written)
        return written;
    return writer->finish();
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, target.string());
} catch (const std::exception& error) {
    return fail(ErrorCode::Internal, target.string(), error.what());
}

} // namespace fedefm
