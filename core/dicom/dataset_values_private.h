// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dcmtk/config/osconfig.h"

#include "core/dicom/text_decoder_private.h"

#include "dcmtk/dcmdata/dcitem.h"
#include "dcmtk/dcmdata/dctagkey.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fedefm::dicom {

/// A decimal number that fills the whole text; empty for anything else and for what is not finite.
std::optional<double> numberOf(const std::string& text);

/// Reads values of one data set or item whatever VR they were stored with; absent, empty and unreadable ones
/// are the same.
class DatasetValues
{
public:
    DatasetValues(DcmItem& item, const TextDecoder& decoder) : m_item(&item), m_decoder(&decoder) {}

    bool has(const DcmTagKey& tag) const; ///< present and not empty

    /// All values as stored, joined by "\", trimmed.
    std::string raw(const DcmTagKey& tag) const;
    /// The same in UTF-8.
    std::string text(const DcmTagKey& tag) const;
    /// One value of a list of codes, trimmed; empty when there are fewer.
    std::string code(const DcmTagKey& tag, std::size_t index = 0) const;
    std::vector<std::string> codes(const DcmTagKey& tag) const;

    /// Values that are no finite numbers are left out of a list.
    std::vector<double> numbers(const DcmTagKey& tag) const;
    std::optional<double> number(const DcmTagKey& tag, std::size_t index = 0) const;
    std::optional<int> integer(const DcmTagKey& tag, std::size_t index = 0) const;
    std::optional<std::pair<double, double>> pair(const DcmTagKey& tag) const;

    /// Binary words in native byte order; 8-bit data are packed low byte first, as OW is.
    std::vector<std::uint16_t> words(const DcmTagKey& tag) const;
    std::vector<std::uint8_t> bytes(const DcmTagKey& tag) const;

    std::vector<DatasetValues> items(const DcmTagKey& sequence) const;
    std::optional<DatasetValues> firstItem(const DcmTagKey& sequence) const;

private:
    DcmItem* m_item;
    const TextDecoder* m_decoder;
};

} // namespace fedefm::dicom
