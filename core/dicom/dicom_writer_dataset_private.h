// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dcmtk/config/osconfig.h"

#include "dcmtk/dcmdata/dcdatset.h"

#include <cstdint>
#include <string>

namespace fedefm::dicom {

/// Short spellings for building data sets. Insertion only fails when memory runs out, which DCMTK reports by
/// exception.
void put(DcmItem& item, const DcmTagKey& key, const std::string& value);
void putUint16(DcmItem& item, const DcmTagKey& key, std::uint16_t value);
/// Decimal string of at most 16 characters.
std::string decimalString(double value);

/// Adds an item to the sequence `key`, which is made when absent.
DcmItem& addItem(DcmItem& parent, const DcmTagKey& key);
/// Code Sequence Macro (PS3.3 8.8).
void putCode(DcmItem& parent, const DcmTagKey& key, const char* value, const char* scheme,
             const char* meaning);
/// Copies the attribute with all that is nested in it; nothing happens when `from` has none.
void copyAttribute(DcmItem& from, DcmItem& to, const DcmTagKey& key);
/// An empty attribute where there is none yet (type 2).
void ensureEmpty(DcmItem& item, const DcmTagKey& key);

/// The digits of an ISO date or time; empty unless it is a whole date (8 digits) or at least hours (2 to 6
/// digits).
std::string dicomDate(const std::string& iso);
std::string dicomTime(const std::string& iso);

/// Today and now in UTC in DICOM's form.
struct DicomNow
{
    std::string date;
    std::string time;
};
DicomNow dicomNow();

} // namespace fedefm::dicom
