// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_scan_private.h"

#include "core/dicom/inflate_private.h"
#include "core/dicom/structure_walker_private.h"

#include <cstring>

namespace fedefm::dicom {

namespace {

constexpr Encoding kExplicitLittle{true, false};
constexpr std::uint64_t kMaxMetaBytes = 1U << 20;

bool isMagic(ByteWindow& window, std::uint64_t offset)
{
    const std::uint8_t* bytes = window.at(offset, 4);
    return bytes && std::memcmp(bytes, "DICM", 4) == 0;
}

/// Offset behind "DICM", or 0 when the file starts with elements.
std::uint64_t afterPreamble(ByteWindow& window)
{
    if (isMagic(window, 128))
        return 132;
    return isMagic(window, 0) ? 4 : 0;
}

bool hasVr(const std::uint8_t* head)
{
    return isKnownVr({reinterpret_cast<const char*>(head) + 4, 2});
}

/// The encoding that the first element shows; files exist that declare another one.
Encoding encodingAt(ByteWindow& window, std::uint64_t offset, Encoding declared)
{
    const std::uint8_t* head = window.at(offset, 8);
    if (!head)
        return declared;
    Encoding found = declared;
    // First groups are small numbers (0004, 0008), so the zero byte tells the byte order.
    if (u16(head, declared.bigEndian) > 0x00FF && u16(head, !declared.bigEndian) <= 0x00FF)
        found.bigEndian = !declared.bigEndian;
    const std::uint64_t left = window.source().size() - offset - 8;
    const std::uint32_t implicitLength = u32(head + 4, found.bigEndian);
    const bool fitsImplicit = implicitLength <= left || implicitLength == kUndefinedLength;
    if (declared.explicitVr)
        found.explicitVr = hasVr(head) || !fitsImplicit;
    else
        found.explicitVr = hasVr(head) && !fitsImplicit;
    return found;
}

bool looksLikeElements(ByteWindow& window)
{
    const std::uint64_t size = window.source().size();
    const Encoding encoding = encodingAt(window, 0, kExplicitLittle);
    std::uint32_t lastTag = 0;
    std::uint64_t position = 0;
    for (int i = 0; i < 3; ++i) {
        const auto head = readHead(window, position, encoding);
        if (!head || head->isUndefined() || head->length > size - head->valueOffset)
            return false;
        if (i == 0 && head->group() != 0x0002 && head->group() != 0x0004 && head->group() != 0x0008)
            return false;
        if (i > 0 && head->tag <= lastTag)
            return false;
        lastTag = head->tag;
        position = head->valueOffset + head->length;
        if (position == size)
            return true;
    }
    return true;
}

/// Copies the file meta group to scan.meta and finds the transfer syntax. Returns the offset of the data set.
Result<std::uint64_t> readMeta(ByteWindow& window, std::uint64_t start, const std::string& subject,
                               DicomScan& scan, std::string& syntaxUid)
{
    ElementWriter writer(scan.meta);
    std::uint64_t position = start;
    const std::uint64_t size = window.source().size();
    while (position < size) {
        const std::uint8_t* group = window.at(position, 2);
        if (!group || u16(group, false) != 0x0002)
            break;
        const auto head = readHead(window, position, kExplicitLittle);
        if (!head || head->isUndefined() || head->length > size - head->valueOffset ||
            scan.meta.size() + head->length > kMaxMetaBytes)
            return fail(ErrorCode::DicomMalformed, subject,
                        "the file meta information is damaged at offset " + std::to_string(position));
        std::string vr = head->vr.empty() || head->vr == "UN" ? dictionaryVr(head->tag) : head->vr;
        if (vr.empty() || vr == "SQ" || (!isLongVr(vr) && head->length > 0xFFFF))
            vr = "UN";
        writer.head(head->tag, vr, head->length, kExplicitLittle);
        const std::size_t valueAt = scan.meta.size();
        if (!writer.value(window.source(), head->valueOffset, head->length))
            return fail(ErrorCode::FileUnreadable, subject, where(*head));
        if (head->tag == 0x00020010) {
            const auto* text = reinterpret_cast<const char*>(scan.meta.data()) + valueAt;
            const std::string_view value(text, head->length);
            const std::size_t used = value.find_last_not_of(std::string_view(" \0", 2));
            syntaxUid = value.substr(0, used == std::string_view::npos ? 0 : used + 1);
        }
        position = head->valueOffset + head->length;
    }
    return position;
}

std::string impliedSyntax(Encoding encoding)
{
    if (encoding.bigEndian)
        return "1.2.840.10008.1.2.2";
    return encoding.explicitVr ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
}

} // namespace

bool startsLikeDicom(const ByteSource& file)
{
    ByteWindow window(file);
    return afterPreamble(window) > 0 || looksLikeElements(window);
}

Result<DicomScan> scanDicom(const ByteSourcePtr& file, const std::string& subject, const DicomLimits& limits)
{
    DicomScan scan;
    scan.source = file;
    ByteWindow window(*file);
    const std::uint64_t start = afterPreamble(window);
    if (start == 0 && !looksLikeElements(window))
        return fail(ErrorCode::NotDicom, subject,
                    "no DICM at offset 128 and no plausible elements at the start");
    std::string uid;
    const Result<std::uint64_t> dataset = readMeta(window, start, subject, scan, uid);
    if (!dataset)
        return tl::unexpected<Error>(dataset.error());
    std::uint64_t position = *dataset;
    if (uid.empty())
        uid = impliedSyntax(encodingAt(window, position, kExplicitLittle));
    scan.syntax = transferSyntax(uid);
    if (scan.syntax.deflated) {
        Result<Bytes> inflated = inflateDataset(*file, position, limits.maxInflatedBytes, subject);
        if (!inflated)
            return tl::unexpected<Error>(inflated.error());
        scan.source = memorySource(std::move(*inflated));
        position = 0;
    }
    ByteWindow data(*scan.source);
    scan.encoding = encodingAt(data, position, scan.syntax.encoding);
    if (scan.encoding.explicitVr != scan.syntax.encoding.explicitVr ||
        scan.encoding.bigEndian != scan.syntax.encoding.bigEndian)
        scan.warnings.push_back("the data set is not encoded as its transfer syntax " + uid + " says");
    if (Status walked = StructureWalker(scan, subject, limits).walk(position); !walked)
        return tl::unexpected<Error>(walked.error());
    return scan;
}

} // namespace fedefm::dicom
