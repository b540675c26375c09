// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/byte_source_private.h"
#include "core/dicom/transfer_syntax_private.h"

#include <optional>
#include <string>
#include <string_view>

namespace fedefm::dicom {

inline constexpr std::uint32_t kUndefinedLength = 0xFFFFFFFF;
inline constexpr std::uint32_t kItem = 0xFFFEE000;
inline constexpr std::uint32_t kItemEnd = 0xFFFEE00D;
inline constexpr std::uint32_t kSequenceEnd = 0xFFFEE0DD;
inline constexpr std::uint32_t kPixelData = 0x7FE00010;
inline constexpr std::uint32_t kFloatPixelData = 0x7FE00008;
inline constexpr std::uint32_t kDoublePixelData = 0x7FE00009;
inline constexpr std::uint32_t kExtendedOffsets = 0x7FE00001;

/// Tag, VR and length of one element, as read.
struct ElementHead
{
    std::uint32_t tag = 0;
    std::string vr; ///< empty when written without VR
    std::uint32_t length = 0;
    std::uint64_t offset = 0; ///< of the tag
    std::uint64_t valueOffset = 0;

    std::uint16_t group() const { return static_cast<std::uint16_t>(tag >> 16); }
    std::uint16_t element() const { return static_cast<std::uint16_t>(tag & 0xFFFF); }
    bool isUndefined() const { return length == kUndefinedLength; }
    bool isDelimiter() const { return group() == 0xFFFE; }
};

/// "(0028,0010) at offset 1234"
std::string where(const ElementHead& head);

bool isKnownVr(std::string_view vr);
/// VRs with two reserved bytes and a 32-bit length (PS3.5 7.1.2).
bool isLongVr(std::string_view vr);

/// The VR of the dictionary for a public tag: "SQ", "US", …; empty when unknown.
std::string dictionaryVr(std::uint32_t tag);

/// Empty when the source ends within the head. VRs that nobody knows become "UN"; a missing VR in an explicit
/// data set is taken as one implicit element when its length then fits.
std::optional<ElementHead> readHead(ByteWindow& window, std::uint64_t offset, Encoding encoding);

} // namespace fedefm::dicom
