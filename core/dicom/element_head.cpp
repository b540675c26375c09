// SPDX-License-Identifier: GPL-3.0-or-later
#include "dcmtk/config/osconfig.h"

#include "core/dicom/element_head_private.h"

#include "dcmtk/dcmdata/dctag.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fedefm::dicom {

namespace {

constexpr std::array<std::string_view, 13> kLongVrs{"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                    "SV", "UC", "UN", "UR", "UT", "UV"};
constexpr std::array<std::string_view, 21> kShortVrs{"AE", "AS", "AT", "CS", "DA", "DS", "DT",
                                                     "FL", "FD", "IS", "LO", "LT", "PN", "SH",
                                                     "SL", "SS", "ST", "TM", "UI", "UL", "US"};

bool isUpper(std::uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

} // namespace

std::string where(const ElementHead& head)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "(%04X,%04X) at offset %llu", unsigned(head.group()),
                  unsigned(head.element()), static_cast<unsigned long long>(head.offset));
    return text.data();
}

bool isLongVr(std::string_view vr)
{
    return std::find(kLongVrs.begin(), kLongVrs.end(), vr) != kLongVrs.end();
}

bool isKnownVr(std::string_view vr)
{
    return isLongVr(vr) || std::find(kShortVrs.begin(), kShortVrs.end(), vr) != kShortVrs.end();
}

std::string dictionaryVr(std::uint32_t tag)
{
    const auto group = static_cast<Uint16>(tag >> 16);
    if (group % 2 == 1)
        return {};
    const DcmTag entry(group, static_cast<Uint16>(tag & 0xFFFF));
    switch (entry.getEVR()) {
    case EVR_ox:
    case EVR_px:
    case EVR_lt:
        return "OW";
    case EVR_xs:
        return "US";
    default: {
        const DcmVR vr(entry.getEVR());
        const std::string name = vr.isStandard() ? vr.getVRName() : "";
        return isKnownVr(name) && name != "UN" ? name : std::string();
    }
    }
}

std::optional<ElementHead> readHead(ByteWindow& window, std::uint64_t offset, Encoding encoding)
{
    const std::uint8_t* bytes = window.at(offset, 8);
    if (!bytes)
        return std::nullopt;
    ElementHead head;
    head.offset = offset;
    head.tag = std::uint32_t(u16(bytes, encoding.bigEndian)) << 16 | u16(bytes + 2, encoding.bigEndian);
    const std::uint32_t length32 = u32(bytes + 4, encoding.bigEndian);
    const std::uint16_t length16 = u16(bytes + 6, encoding.bigEndian);
    head.length = length32;
    head.valueOffset = offset + 8;
    if (!encoding.explicitVr || head.isDelimiter())
        return head;

    const std::string vr{static_cast<char>(bytes[4]), static_cast<char>(bytes[5])};
    const bool known = isKnownVr(vr);
    const bool upper = isUpper(bytes[4]) && isUpper(bytes[5]);
    if (!upper && (length32 <= window.source().size() - head.valueOffset || head.isUndefined()))
        return head;
    head.vr = known ? vr : "UN";
    const bool isLong = known ? isLongVr(vr) : upper && length16 == 0;
    if (!isLong) {
        head.length = length16;
        return head;
    }
    bytes = window.at(offset, 12);
    if (!bytes)
        return std::nullopt;
    head.length = u32(bytes + 8, encoding.bigEndian);
    head.valueOffset = offset + 12;
    return head;
}

} // namespace fedefm::dicom
