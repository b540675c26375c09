// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_tags.h"

#include "core/dicom/dicom_header_private.h"

#include "dcmtk/dcmdata/dcelem.h"

#include <algorithm>
#include <new>

namespace fedefm {

namespace {

using namespace dicom;

constexpr std::size_t kMaxShownBytes = 256;
constexpr Uint32 kMaxReadBytes = 4096; ///< of a value; enough to show its beginning
constexpr Uint32 kMaxNumericBytes = 1024;

bool isBinary(DcmEVR vr)
{
    switch (vr) {
    case EVR_OB:
    case EVR_OD:
    case EVR_OF:
    case EVR_OL:
    case EVR_OV:
    case EVR_OW:
    case EVR_ox:
    case EVR_UN:
    case EVR_UNKNOWN:
    case EVR_UNKNOWN2B:
    case EVR_PixelData:
    case EVR_OverlayData:
        return true;
    default:
        return false;
    }
}

std::string bytesText(std::uint64_t count)
{
    return "<" + std::to_string(count) + " bytes>";
}

std::string shortened(std::string text, std::uint64_t storedBytes)
{
    if (text.size() <= kMaxShownBytes)
        return text;
    std::size_t end = kMaxShownBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    return text + "… " + bytesText(storedBytes);
}

std::string uidNamed(const std::string& uid)
{
    const std::string name = transferSyntaxName(uid);
    return name == uid ? uid : uid + " " + name;
}

std::string valueText(DcmElement& element, const TextDecoder& decoder)
{
    const Uint32 length = element.getLength();
    if (length == 0)
        return {};
    const DcmEVR vr = element.getVR();
    if (isBinary(vr))
        return bytesText(length);
    char* text = nullptr;
    Uint32 textLength = 0;
    if (element.isaString() && element.getString(text, textLength).good() && text) {
        const std::string stored(text, std::min(textLength, kMaxReadBytes));
        const std::string value = shortened(decoder.toUtf8(stored), length);
        return vr == EVR_UI ? uidNamed(value) : value;
    }
    if (length > kMaxNumericBytes)
        return bytesText(length);
    OFString value;
    if (element.getOFStringArray(value).bad())
        return bytesText(length);
    return shortened(decoder.toUtf8({value.data(), value.size()}), length);
}

std::string nameOf(DcmElement& element)
{
    DcmTag tag(element.getTag());
    const char* name = tag.getTagName();
    const std::string text = name ? name : "";
    if (text.empty() || text == DcmTag_ERROR_TagName || text == "Unknown Tag & Data")
        return tag.isPrivate() ? "Private" : "Unknown";
    return text;
}

std::string tagText(const DcmTagKey& key)
{
    char text[16];
    std::snprintf(text, sizeof text, "(%04X,%04X)", static_cast<unsigned>(key.getGroup()),
                  static_cast<unsigned>(key.getElement()));
    return text;
}

void append(DcmItem& item, const TextDecoder& decoder, std::vector<DicomTag>& tags);

DicomTag tagOf(DcmElement& element, const TextDecoder& decoder)
{
    DicomTag tag;
    tag.tag = tagText(element.getTag());
    tag.vr = element.getTag().getVR().getValidVRName();
    tag.name = nameOf(element);
    if (element.ident() != EVR_SQ) {
        tag.value = valueText(element, decoder);
        return tag;
    }
    tag.vr = "SQ";
    for (DcmObject* object = element.nextInContainer(nullptr); object;
         object = element.nextInContainer(object)) {
        if (object->ident() != EVR_item)
            continue;
        DicomTag child;
        child.tag = "Item " + std::to_string(tag.children.size() + 1);
        append(*static_cast<DcmItem*>(object), decoder, child.children);
        tag.children.push_back(std::move(child));
    }
    tag.value = std::to_string(tag.children.size()) + (tag.children.size() == 1 ? " item" : " items");
    return tag;
}

void append(DcmItem& item, const TextDecoder& decoder, std::vector<DicomTag>& tags)
{
    for (DcmObject* object = item.nextInContainer(nullptr); object; object = item.nextInContainer(object))
        tags.push_back(tagOf(*static_cast<DcmElement*>(object), decoder));
}

DicomTag pixelTag(const PixelData& pixels)
{
    DicomTag tag;
    tag.tag = "(7FE0,0010)";
    tag.vr = pixels.vr.empty() ? "OW" : pixels.vr;
    tag.name = "PixelData";
    if (pixels.isFloat) {
        tag.tag = pixels.vr == "OD" ? "(7FE0,0009)" : "(7FE0,0008)";
        tag.name = pixels.vr == "OD" ? "DoubleFloatPixelData" : "FloatPixelData";
    }
    if (!pixels.encapsulated) {
        tag.value = bytesText(pixels.available);
        return tag;
    }
    std::uint64_t total = 0;
    for (const Fragment& fragment : pixels.fragments)
        total += fragment.length;
    tag.value =
        "<" + std::to_string(pixels.fragments.size()) + " fragments, " + std::to_string(total) + " bytes>";
    return tag;
}

} // namespace

Result<std::vector<DicomTag>> readTags(const std::filesystem::path& file)
{
    const Result<DicomHeader> header = openHeader(file);
    if (!header)
        return tl::unexpected<Error>(header.error());
    try {
        std::vector<DicomTag> tags;
        append(*header->meta, *header->decoder, tags);
        append(*header->dataset, *header->decoder, tags);
        if (header->scan.pixels.present) {
            DicomTag pixels = pixelTag(header->scan.pixels);
            // Upper-case hexadecimal of fixed width sorts as the numbers do.
            const auto place = std::find_if(tags.begin(), tags.end(),
                                            [&](const DicomTag& tag) { return tag.tag > pixels.tag; });
            tags.insert(place, std::move(pixels));
        }
        return tags;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, file.string(), "while listing the header");
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, file.string(), exception.what());
    }
}

} // namespace fedefm
