// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_writer_dataset_private.h"

#include "core/base/clock.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcsequen.h"

#include <cmath>
#include <cstdio>
#include <new>

namespace fedefm::dicom {

namespace {

std::string digitsOf(const std::string& text)
{
    std::string digits;
    for (const char c : text)
        if (c >= '0' && c <= '9')
            digits += c;
    return digits;
}

} // namespace

void put(DcmItem& item, const DcmTagKey& key, const std::string& value)
{
    item.putAndInsertOFStringArray(key, OFString(value.data(), value.size()));
}

void putUint16(DcmItem& item, const DcmTagKey& key, std::uint16_t value)
{
    item.putAndInsertUint16(key, value);
}

std::string decimalString(double value)
{
    char text[32];
    for (int digits = 12; digits > 0; --digits) {
        const int length = std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (length > 0 && length <= 16)
            break;
    }
    return text;
}

DcmItem& addItem(DcmItem& parent, const DcmTagKey& key)
{
    DcmItem* item = nullptr;
    if (parent.findOrCreateSequenceItem(key, item, -2).bad() || item == nullptr)
        throw std::bad_alloc();
    return *item;
}

void putCode(DcmItem& parent, const DcmTagKey& key, const char* value, const char* scheme,
             const char* meaning)
{
    DcmItem& code = addItem(parent, key);
    put(code, DCM_CodeValue, value);
    put(code, DCM_CodingSchemeDesignator, scheme);
    put(code, DCM_CodeMeaning, meaning);
}

void copyAttribute(DcmItem& from, DcmItem& to, const DcmTagKey& key)
{
    if (from.tagExists(key))
        from.findAndInsertCopyOfElement(key, &to, OFTrue);
}

void ensureEmpty(DcmItem& item, const DcmTagKey& key)
{
    if (!item.tagExists(key))
        item.insertEmptyElement(key);
}

std::string dicomDate(const std::string& iso)
{
    const std::string digits = digitsOf(iso);
    return digits.size() == 8 ? digits : std::string();
}

std::string dicomTime(const std::string& iso)
{
    const std::string digits = digitsOf(iso.substr(0, iso.find('.')));
    return digits.size() == 2 || digits.size() == 4 || digits.size() == 6 ? digits : std::string();
}

DicomNow dicomNow()
{
    const std::string digits = digitsOf(isoTimeUtc());
    return {digits.substr(0, 8), digits.substr(8)};
}

} // namespace fedefm::dicom
