// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dataset_values_private.h"

#include "dcmtk/dcmdata/dcelem.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace fedefm::dicom {

namespace {

/// Attributes that we read as text are short; anything longer is damage.
constexpr Uint32 kMaxTextBytes = 1U << 20;

std::string trimmed(const std::string& text)
{
    constexpr std::string_view kBlank(" \0\t\r\n", 5);
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

DcmElement* find(DcmItem& item, const DcmTagKey& tag)
{
    DcmElement* element = nullptr;
    return item.findAndGetElement(tag, element).good() ? element : nullptr;
}

} // namespace

std::optional<double> numberOf(const std::string& text)
{
    const char* begin = text.data();
    const char* end = begin + text.size();
    if (begin != end && *begin == '+')
        ++begin;
    double value = 0.0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value))
        return std::nullopt;
    return value;
}

bool DatasetValues::has(const DcmTagKey& tag) const
{
    DcmElement* element = find(*m_item, tag);
    return element && element->getLength() > 0;
}

std::string DatasetValues::raw(const DcmTagKey& tag) const
{
    DcmElement* element = find(*m_item, tag);
    if (!element || !element->isLeaf() || element->getLength() > kMaxTextBytes)
        return {};
    const DcmEVR vr = element->getVR();
    if (vr == EVR_UN || vr == EVR_OB || vr == EVR_UNKNOWN || vr == EVR_UNKNOWN2B) {
        // Text that was stored without its VR; other untyped values are no text and give nothing useful.
        Uint8* data = nullptr;
        if (element->getUint8Array(data).bad() || !data)
            return {};
        return trimmed(std::string(reinterpret_cast<const char*>(data), element->getLength()));
    }
    OFString value;
    if (element->getOFStringArray(value, OFFalse).bad())
        return {};
    return trimmed(std::string(value.data(), value.size()));
}

std::string DatasetValues::text(const DcmTagKey& tag) const
{
    return m_decoder->toUtf8(raw(tag));
}

std::vector<std::string> DatasetValues::codes(const DcmTagKey& tag) const
{
    std::vector<std::string> values;
    const std::string all = raw(tag);
    if (all.empty())
        return values;
    for (std::size_t start = 0;;) {
        const std::size_t end = all.find('\\', start);
        values.push_back(trimmed(all.substr(start, end == std::string::npos ? end : end - start)));
        if (end == std::string::npos)
            return values;
        start = end + 1;
    }
}

std::string DatasetValues::code(const DcmTagKey& tag, std::size_t index) const
{
    const std::vector<std::string> values = codes(tag);
    return index < values.size() ? values[index] : std::string();
}

std::vector<double> DatasetValues::numbers(const DcmTagKey& tag) const
{
    std::vector<double> values;
    for (const std::string& value : codes(tag))
        if (const auto number = numberOf(value))
            values.push_back(*number);
    return values;
}

std::optional<double> DatasetValues::number(const DcmTagKey& tag, std::size_t index) const
{
    return numberOf(code(tag, index));
}

std::optional<int> DatasetValues::integer(const DcmTagKey& tag, std::size_t index) const
{
    const auto value = number(tag, index);
    if (!value || std::fabs(*value) > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(std::lround(*value));
}

std::optional<std::pair<double, double>> DatasetValues::pair(const DcmTagKey& tag) const
{
    const auto first = number(tag, 0);
    const auto second = number(tag, 1);
    if (!first || !second)
        return std::nullopt;
    return std::make_pair(*first, *second);
}

std::vector<std::uint16_t> DatasetValues::words(const DcmTagKey& tag) const
{
    DcmElement* element = find(*m_item, tag);
    if (!element || !element->isLeaf())
        return {};
    const std::size_t count = element->getLength() / 2;
    Uint16* data = nullptr;
    if (element->getUint16Array(data).good() && data)
        return {data, data + count};
    Sint16* signedData = nullptr;
    if (element->getSint16Array(signedData).good() && signedData) {
        std::vector<std::uint16_t> values(count);
        std::memcpy(values.data(), signedData, count * 2);
        return values;
    }
    const std::vector<std::uint8_t> packed = bytes(tag);
    std::vector<std::uint16_t> values;
    for (std::size_t i = 0; i + 2 <= packed.size(); i += 2)
        values.push_back(static_cast<std::uint16_t>(packed[i] | packed[i + 1] << 8));
    return values;
}

std::vector<std::uint8_t> DatasetValues::bytes(const DcmTagKey& tag) const
{
    DcmElement* element = find(*m_item, tag);
    if (!element || !element->isLeaf())
        return {};
    Uint8* data = nullptr;
    if (element->getUint8Array(data).good() && data)
        return {data, data + element->getLength()};
    Uint16* words = nullptr;
    std::vector<std::uint8_t> values;
    if (element->getUint16Array(words).good() && words)
        for (std::size_t i = 0; i < element->getLength() / 2; ++i) {
            values.push_back(static_cast<std::uint8_t>(words[i] & 0xFF));
            values.push_back(static_cast<std::uint8_t>(words[i] >> 8));
        }
    return values;
}

std::vector<DatasetValues> DatasetValues::items(const DcmTagKey& sequence) const
{
    std::vector<DatasetValues> found;
    DcmElement* element = find(*m_item, sequence);
    if (!element || element->ident() != EVR_SQ)
        return found;
    for (DcmObject* object = element->nextInContainer(nullptr); object;
         object = element->nextInContainer(object))
        if (object->ident() == EVR_item)
            found.emplace_back(*static_cast<DcmItem*>(object), *m_decoder);
    return found;
}

std::optional<DatasetValues> DatasetValues::firstItem(const DcmTagKey& sequence) const
{
    DcmElement* element = find(*m_item, sequence);
    if (!element || element->ident() != EVR_SQ)
        return std::nullopt;
    DcmObject* object = element->nextInContainer(nullptr);
    if (!object || object->ident() != EVR_item)
        return std::nullopt;
    return DatasetValues(*static_cast<DcmItem*>(object), *m_decoder);
}

} // namespace fedefm::dicom
