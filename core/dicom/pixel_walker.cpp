// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/structure_walker_private.h"

#include <algorithm>

namespace fedefm::dicom {

namespace {

constexpr std::size_t kMaxFragments = 1'000'000;
constexpr std::uint64_t kMaxOffsetTableBytes = 16U << 20;

} // namespace

StructureWalker::Next StructureWalker::pixelData(const ElementHead& head)
{
    PixelData& pixels = m_scan.pixels;
    pixels.present = true;
    pixels.isFloat = head.tag != kPixelData;
    pixels.vr = head.vr;
    pixels.offset = head.valueOffset;
    if (head.isUndefined()) {
        pixels.encapsulated = true;
        return fragments(head.valueOffset, &pixels);
    }
    const std::uint64_t left = m_scan.source->size() - head.valueOffset;
    pixels.length = head.length;
    pixels.available = std::min<std::uint64_t>(left, head.length);
    return head.valueOffset + pixels.available;
}

/// Walks the items of encapsulated pixel data; with `pixels` null they are only skipped (icons).
StructureWalker::Next StructureWalker::fragments(std::uint64_t position, PixelData* pixels)
{
    const std::uint64_t size = m_scan.source->size();
    const Encoding encoding{false, m_scan.encoding.bigEndian};
    std::size_t seen = 0;
    while (position < size) {
        const auto head = readHead(m_window, position, encoding);
        if (!head)
            return size;
        if (head->tag == kSequenceEnd)
            return head->valueOffset;
        if (head->tag != kItem) {
            warn("the pixel data are not closed; they end at offset " + std::to_string(position));
            return pixels ? Next(position)
                          : Next(malformed(where(*head) + " stands where a fragment is expected"));
        }
        if (head->isUndefined())
            return malformed("the fragment at offset " + std::to_string(position) + " has no length");
        if (++seen > kMaxFragments)
            return fail(ErrorCode::TooLarge, m_subject,
                        "more than " + std::to_string(kMaxFragments) + " fragments");
        Fragment fragment{position, head->valueOffset, head->length};
        const std::uint64_t left = size - fragment.offset;
        const bool isCut = fragment.length > left;
        if (isCut)
            fragment.length = left;
        if (pixels) {
            pixels->truncated = isCut;
            if (seen == 1)
                readOffsets(fragment, *pixels);
            else
                pixels->fragments.push_back(fragment);
        }
        position = fragment.offset + fragment.length;
    }
    warn("the pixel data are not closed at the end of the file");
    return size;
}

void StructureWalker::readOffsets(const Fragment& table, PixelData& pixels)
{
    if (table.length == 0 || !pixels.frameOffsets.empty())
        return;
    if (table.length > kMaxOffsetTableBytes) {
        warn("the basic offset table is too large and is ignored");
        return;
    }
    Bytes bytes(static_cast<std::size_t>(table.length));
    if (!m_scan.source->read(table.offset, bytes.data(), bytes.size()))
        return;
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4)
        pixels.frameOffsets.push_back(u32(bytes.data() + i, m_scan.encoding.bigEndian));
}

Status StructureWalker::readExtendedOffsets(const ElementHead& head)
{
    if (head.length > kMaxOffsetTableBytes || head.length > m_scan.source->size() - head.valueOffset)
        return {};
    Bytes bytes(head.length);
    if (!m_scan.source->read(head.valueOffset, bytes.data(), bytes.size()))
        return fail(ErrorCode::FileUnreadable, m_subject, where(head));
    m_scan.pixels.frameOffsets.clear();
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8)
        m_scan.pixels.frameOffsets.push_back(u64(bytes.data() + i, m_scan.encoding.bigEndian));
    return {};
}

} // namespace fedefm::dicom
