// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_codes_private.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace fedefm {

namespace {

constexpr std::array<SegClassCode, 2> kCodes{{
    {WireClass::Catheter, "19923001", "Catheter", {0x56, 0xB4, 0xE9}},
    {WireClass::Guidewire, "47424002", "Guide wire", {0xE6, 0x9F, 0x00}},
}};

std::string lettersOf(const std::string& text)
{
    std::string letters;
    for (const unsigned char c : text)
        if (std::isalnum(c))
            letters += static_cast<char>(std::tolower(c));
    return letters;
}

std::optional<WireClass> classOfText(const std::string& text)
{
    const std::string letters = lettersOf(text);
    // The wire first: "guidewire in catheter" is about the wire, "guide catheter" about the catheter.
    if (letters.find("wire") != std::string::npos)
        return WireClass::Guidewire;
    if (letters.find("catheter") != std::string::npos)
        return WireClass::Catheter;
    return std::nullopt;
}

} // namespace

const SegClassCode& segClassCode(WireClass wireClass)
{
    return wireClass == WireClass::Guidewire ? kCodes[1] : kCodes[0];
}

std::optional<WireClass> segmentClass(const SegSegment& segment)
{
    for (const SegClassCode& code : kCodes)
        if (segment.typeCode == code.typeCode)
            return code.wireClass;
    if (auto byLabel = classOfText(segment.label))
        return byLabel;
    return classOfText(segment.typeMeaning);
}

} // namespace fedefm
