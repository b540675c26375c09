// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/structure_walker_private.h"

#include <algorithm>

namespace fedefm::dicom {

namespace {

/// DCMTK needs a few hundred bytes per element, so their number bounds its memory.
constexpr long long kMaxElements = 1'000'000;
constexpr std::uint32_t kMaxValueBytes = 16U << 20;
constexpr std::size_t kMaxWarnings = 20;
constexpr std::size_t kHeadBytes = 12;
constexpr Encoding kImplicitLittle{false, false};

} // namespace

void StructureWalker::warn(const std::string& text)
{
    if (m_scan.warnings.size() < kMaxWarnings)
        m_scan.warnings.push_back(text);
}

tl::unexpected<Error> StructureWalker::malformed(const std::string& text) const
{
    return fail(ErrorCode::DicomMalformed, m_subject, text);
}

Status StructureWalker::count()
{
    if (++m_elements > kMaxElements)
        return fail(ErrorCode::TooLarge, m_subject,
                    "more than " + std::to_string(kMaxElements) + " elements");
    if (static_cast<long long>(m_scan.header.size()) > m_limits.maxHeaderBytes)
        return fail(ErrorCode::TooLarge, m_subject,
                    "the header is larger than " + std::to_string(m_limits.maxHeaderBytes) + " bytes");
    return {};
}

Status StructureWalker::walk(std::uint64_t start)
{
    const std::uint64_t size = m_scan.source->size();
    for (std::uint64_t position = start; position < size;) {
        const auto head = readHead(m_window, position, m_scan.encoding);
        if (!head) {
            warn("the last " + std::to_string(size - position) + " bytes are no element");
            break;
        }
        if (head->tag == 0 && head->length == 0) {
            warn("padding from offset " + std::to_string(position));
            break;
        }
        const std::size_t mark = m_writer.mark();
        const Next next = topLevel(*head);
        if (!next) {
            // What follows the pixels (padding, signatures) is not needed to show them.
            if (!m_scan.pixels.present || next.error().code != ErrorCode::DicomMalformed)
                return tl::unexpected<Error>(next.error());
            m_writer.rewind(mark);
            warn("ignored after the pixel data: " + next.error().detail);
            break;
        }
        position = *next;
    }
    return {};
}

StructureWalker::Next StructureWalker::topLevel(const ElementHead& head)
{
    if (head.isDelimiter()) {
        warn("stray delimiter " + where(head));
        if (Status status = count(); !status)
            return tl::unexpected<Error>(status.error());
        return head.valueOffset;
    }
    if (!m_scan.pixels.present &&
        (head.tag == kPixelData || head.tag == kFloatPixelData || head.tag == kDoublePixelData))
        return pixelData(head);
    if (head.tag == kExtendedOffsets && !head.isUndefined())
        if (Status status = readExtendedOffsets(head); !status)
            return tl::unexpected<Error>(status.error());
    return element(head, m_scan.source->size(), m_scan.encoding, 0);
}

StructureWalker::Next StructureWalker::element(const ElementHead& head, std::uint64_t end, Encoding encoding,
                                               int depth)
{
    if (Status status = count(); !status)
        return tl::unexpected<Error>(status.error());
    const bool isUntyped = head.vr.empty() || head.vr == "UN";
    const Encoding implicitHere{false, encoding.explicitVr ? false : encoding.bigEndian};
    if (head.isUndefined()) {
        if (head.tag == kPixelData || head.vr == "OB" || head.vr == "OW")
            return fragments(head.valueOffset, nullptr);
        if (head.vr == "SQ")
            return sequence(head, end, encoding, encoding, depth);
        if (isUntyped)
            return sequence(head, end, encoding, implicitHere, depth);
        return malformed(where(head) + " has an undefined length, which its VR " + head.vr +
                         " does not allow");
    }
    if (head.valueOffset > end || head.length > end - head.valueOffset)
        return malformed(where(head) + " claims " + std::to_string(head.length) + " bytes, but only " +
                         std::to_string(end - std::min(end, head.valueOffset)) + " follow");
    if (head.vr == "SQ")
        return sequence(head, head.valueOffset + head.length, encoding, encoding, depth);
    if (isUntyped && (dictionaryVr(head.tag) == "SQ" || startsWithItem(head, implicitHere.bigEndian)))
        return hiddenSequence(head, encoding, depth);
    if (head.element() == 0 && depth == 0)
        return head.valueOffset + head.length; // group lengths are not needed and often wrong
    return value(head, encoding);
}

bool StructureWalker::startsWithItem(const ElementHead& head, bool bigEndian)
{
    if (head.length < 8)
        return false;
    const std::uint8_t* bytes = m_window.at(head.valueOffset, 4);
    return bytes && u16(bytes, bigEndian) == 0xFFFE && u16(bytes + 2, bigEndian) == 0xE000;
}

/// Implicit VR and UN do not say what is a sequence. DCMTK decides by its dictionary and would recurse, so
/// whatever looks like one is walked; what does not hold together stays an opaque value or, if DCMTK would
/// still recurse, is left out.
StructureWalker::Next StructureWalker::hiddenSequence(const ElementHead& head, Encoding encoding, int depth)
{
    const std::uint64_t next = head.valueOffset + head.length;
    const std::size_t mark = m_writer.mark();
    if (startsWithItem(head, !encoding.explicitVr && encoding.bigEndian)) {
        const Encoding inner{false, encoding.explicitVr ? false : encoding.bigEndian};
        Next result = sequence(head, next, encoding, inner, depth);
        if (result || result.error().code != ErrorCode::DicomMalformed)
            return result;
        m_writer.rewind(mark);
    }
    if (dictionaryVr(head.tag) != "SQ")
        return value(head, encoding);
    if (head.length > 0)
        warn("left out: " + where(head) + ", whose items are damaged");
    return next;
}

StructureWalker::Next StructureWalker::value(const ElementHead& head, Encoding encoding)
{
    const std::uint64_t next = head.valueOffset + head.length;
    const auto size = static_cast<long long>(m_scan.header.size());
    if (head.length > kMaxValueBytes ||
        (head.group() % 2 == 1 && size + head.length > m_limits.maxHeaderBytes)) {
        warn("left out: " + where(head) + " with " + std::to_string(head.length) + " bytes");
        return next;
    }
    if (size + static_cast<long long>(head.length + kHeadBytes) > m_limits.maxHeaderBytes)
        return fail(ErrorCode::TooLarge, m_subject,
                    "the header is larger than " + std::to_string(m_limits.maxHeaderBytes) + " bytes at " +
                        where(head));
    std::string vr = head.vr;
    if (vr.empty() || vr == "UN") {
        const std::string known = encoding.bigEndian ? std::string() : dictionaryVr(head.tag);
        const bool fits = isLongVr(known) || head.length <= 0xFFFF;
        vr = known.empty() || known == "SQ" || !fits ? "UN" : known;
    }
    m_writer.head(head.tag, vr, head.length, encoding);
    if (!m_writer.value(*m_scan.source, head.valueOffset, head.length))
        return fail(ErrorCode::FileUnreadable, m_subject, where(head));
    return next;
}

StructureWalker::Next StructureWalker::sequence(const ElementHead& head, std::uint64_t end, Encoding outer,
                                                Encoding inner, int depth)
{
    if (depth >= m_limits.maxNesting)
        return fail(ErrorCode::DicomTooDeep, m_subject,
                    where(head) + " is nested deeper than " + std::to_string(m_limits.maxNesting));
    const std::size_t mark = m_writer.mark();
    const bool isUntyped = outer.explicitVr && !inner.explicitVr;
    m_writer.head(head.tag, isUntyped ? "UN" : "SQ", kUndefinedLength, outer);
    const Next next = items(head.valueOffset, end, !head.isUndefined(), inner, depth + 1);
    if (!next)
        return next;
    m_writer.delimiter(kSequenceEnd, 0, isUntyped ? kImplicitLittle : inner);
    if (isUntyped && outer.bigEndian) {
        m_writer.rewind(
            mark); // little-endian items in a big-endian header: nothing that we show is stored so
        warn("left out: " + where(head) + ", an untyped sequence");
    }
    return next;
}

StructureWalker::Next StructureWalker::items(std::uint64_t position, std::uint64_t end, bool hasLength,
                                             Encoding encoding, int depth)
{
    while (position < end) {
        const auto head = readHead(m_window, position, encoding);
        if (!head || head->valueOffset > end) {
            if (hasLength)
                return malformed("a sequence item at offset " + std::to_string(position) + " is cut off");
            break;
        }
        if (head->tag == kSequenceEnd || head->tag == kItemEnd)
            return hasLength ? end : head->valueOffset;
        if (head->tag != kItem)
            return malformed(where(*head) + " stands where a sequence item is expected");
        if (Status status = count(); !status)
            return tl::unexpected<Error>(status.error());
        if (!head->isUndefined() && head->length > end - head->valueOffset)
            return malformed("the item at offset " + std::to_string(position) + " claims " +
                             std::to_string(head->length) + " bytes, but only " +
                             std::to_string(end - head->valueOffset) + " follow");
        const std::uint64_t itemEnd = head->isUndefined() ? end : head->valueOffset + head->length;
        m_writer.delimiter(kItem, kUndefinedLength, encoding);
        const Next next = itemContent(head->valueOffset, itemEnd, !head->isUndefined(), encoding, depth);
        if (!next)
            return next;
        m_writer.delimiter(kItemEnd, 0, encoding);
        position = *next;
    }
    if (!hasLength)
        warn("a sequence is not closed at the end of the file");
    return end;
}

StructureWalker::Next StructureWalker::itemContent(std::uint64_t position, std::uint64_t end, bool hasLength,
                                                   Encoding encoding, int depth)
{
    while (position < end) {
        const auto head = readHead(m_window, position, encoding);
        if (!head || head->valueOffset > end)
            return malformed("an element at offset " + std::to_string(position) + " is cut off");
        if (head->tag == kItemEnd)
            return hasLength ? end : head->valueOffset;
        if (head->tag == kSequenceEnd && !hasLength) {
            warn("an item is not closed at offset " + std::to_string(position));
            return position;
        }
        if (head->isDelimiter())
            return malformed(where(*head) + " stands where an element is expected");
        const Next next = element(*head, end, encoding, depth);
        if (!next)
            return next;
        position = *next;
    }
    return position;
}

} // namespace fedefm::dicom
