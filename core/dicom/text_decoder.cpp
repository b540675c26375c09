// SPDX-License-Identifier: GPL-3.0-or-later
#include "dcmtk/config/osconfig.h"

#include "core/dicom/text_decoder_private.h"

#include "core/base/utf8.h"
#include "core/dicom/japanese_text_private.h"

#include "dcmtk/dcmdata/dcspchrs.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iconv.h>
#include <vector>

namespace fedefm::dicom {

namespace {

bool isAscii(const std::string& text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string cleaned(std::string text)
{
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
            c = ' ';
    std::replace(text.begin(), text.end(), '\x7F', ' ');
    const auto isBlank = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
    while (!text.empty() && isBlank(text.back()))
        text.pop_back();
    const auto first = std::find_if_not(text.begin(), text.end(), isBlank);
    text.erase(text.begin(), first);
    return text;
}

/// Writers spell the terms in many ways: "ISO-IR 100", "iso_ir100", "ISO 2022 IR 87 ".
std::string normalisedTerm(std::string term)
{
    std::string plain;
    for (const char c : term)
        if (c != ' ' && c != '_' && c != '-' && c != '\0')
            plain += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (plain.rfind("ISO2022IR", 0) == 0)
        return "ISO 2022 IR " + plain.substr(9);
    if (plain.rfind("ISOIR", 0) == 0)
        return "ISO_IR " + plain.substr(5);
    if (plain == "UTF8")
        return "ISO_IR 192";
    return plain;
}

std::vector<std::string> splitTerms(const std::string& terms)
{
    std::vector<std::string> parts(1);
    for (const char c : terms)
        if (c == '\\')
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

std::string normalisedTerms(const std::string& terms)
{
    std::string result;
    for (const std::string& term : splitTerms(terms))
        result += '\\' + normalisedTerm(term);
    return result.substr(1);
}

std::string printable(const std::string& text)
{
    std::string result;
    for (const char c : text)
        if (c > 0x20 || (c == ' ' && !result.empty()))
            result += c == 0x7F ? '?' : c;
    return result.substr(0, 32);
}

bool isLatin9(const std::string& terms)
{
    return terms == "ISO_IR 203" || terms == "ISO 2022 IR 203" || terms == "\\ISO 2022 IR 203";
}

/// DCMTK does not know this set yet.
bool latin9ToUtf8(std::string stored, std::string& utf8)
{
    for (const char* escape : {"\x1B-b", "\x1B(B"}) // designate what holds anyway
        for (std::size_t at = stored.find(escape); at != std::string::npos; at = stored.find(escape, at))
            stored.erase(at, 3);
    const iconv_t converter = iconv_open("UTF-8", "ISO-8859-15");
    if (converter == reinterpret_cast<iconv_t>(-1))
        return false;
    utf8.assign(stored.size() * 3 + 1, '\0');
    char* source = stored.data();
    char* target = utf8.data();
    std::size_t left = stored.size();
    std::size_t room = utf8.size();
    const bool isGood = iconv(converter, &source, &left, &target, &room) != static_cast<std::size_t>(-1);
    iconv_close(converter);
    utf8.resize(utf8.size() - room);
    return isGood;
}

bool allDigits(const std::string& text, std::size_t start, std::size_t count)
{
    if (text.size() < start + count)
        return false;
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(start),
                       text.begin() + static_cast<std::ptrdiff_t>(start + count),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

} // namespace

class TextDecoder::Converter
{
public:
    explicit Converter(const std::string& from)
    {
        m_isJapanese = from.find("IR 87") != std::string::npos || from.find("IR 159") != std::string::npos;
        m_isLatin9 = isLatin9(from);
        m_ready = m_isJapanese || m_isLatin9 || m_set.selectCharacterSet(from.c_str(), "ISO_IR 192").good();
    }
    bool convert(const std::string& stored, std::string& utf8)
    {
        if (m_isJapanese) {
            const auto converted = japaneseToUtf8(stored);
            utf8 = converted.value_or(std::string());
            return converted.has_value();
        }
        if (m_isLatin9)
            return latin9ToUtf8(stored, utf8);
        OFString result;
        // Escape sequences are reset at these characters (PS3.5 6.1.2.5.3).
        const OFCondition condition =
            m_set.convertString(stored.data(), stored.size(), result, "\\^=\r\n\f\t");
        utf8.assign(result.data(), result.size());
        return condition.good();
    }
    bool isReady() const { return m_ready; }

private:
    DcmSpecificCharacterSet m_set;
    bool m_isJapanese = false;
    bool m_isLatin9 = false;
    bool m_ready = false;
};

TextDecoder::TextDecoder(const std::string& characterSets)
{
    const std::string terms = normalisedTerms(characterSets);
    if (terms.find_first_not_of('\\') == std::string::npos || terms == "ISO_IR 6" || terms == "ISO_IR 192")
        return;
    auto converter = std::make_unique<Converter>(terms);
    if (converter->isReady()) {
        m_converter = std::move(converter);
        return;
    }
    for (const std::string& term : splitTerms(characterSets)) {
        const std::string plain = normalisedTerm(term);
        // Terms of ISO 2022 may stand behind another value only.
        const std::string alone = plain.rfind("ISO 2022", 0) == 0 ? "\\" + plain : plain;
        if (m_unsupported.empty() && !plain.empty() && !Converter(alone).isReady())
            m_unsupported = printable(term);
    }
    if (m_unsupported.empty())
        m_unsupported = printable(characterSets);
}

TextDecoder::~TextDecoder() = default;

std::string TextDecoder::toUtf8(const std::string& stored) const
{
    if (isAscii(stored) && !m_converter)
        return cleaned(stored);
    std::string utf8;
    if (m_converter && m_converter->convert(stored, utf8) && isValidUtf8(utf8))
        return cleaned(utf8);
    return cleaned(isValidUtf8(stored) ? stored : latin1ToUtf8(stored));
}

std::string shownName(const std::string& personName)
{
    std::string group;
    for (std::size_t start = 0;
         group.find_first_not_of("^ ") == std::string::npos && start != std::string::npos;) {
        const std::size_t end = personName.find('=', start);
        group = personName.substr(start, end == std::string::npos ? end : end - start);
        start = end == std::string::npos ? end : end + 1;
    }
    const std::size_t caret = group.find('^');
    const std::string family = cleaned(group.substr(0, caret));
    if (caret == std::string::npos)
        return family;
    const std::size_t second = group.find('^', caret + 1);
    const std::string given =
        cleaned(group.substr(caret + 1, second == std::string::npos ? second : second - caret - 1));
    if (family.empty() || given.empty())
        return family + given;
    return family + ", " + given;
}

std::string isoDate(const std::string& stored)
{
    if (stored.size() == 8 && allDigits(stored, 0, 8))
        return stored.substr(0, 4) + "-" + stored.substr(4, 2) + "-" + stored.substr(6, 2);
    if (stored.size() == 10 && stored[4] == '.' && stored[7] == '.' && allDigits(stored, 0, 4))
        return stored.substr(0, 4) + "-" + stored.substr(5, 2) + "-" + stored.substr(8, 2);
    return stored;
}

std::string isoTime(const std::string& stored)
{
    const bool hasFraction = stored.size() > 6 && stored[6] == '.';
    if (allDigits(stored, 0, 6) && (stored.size() == 6 || hasFraction))
        return stored.substr(0, 2) + ":" + stored.substr(2, 2) + ":" + stored.substr(4, 2);
    return stored;
}

} // namespace fedefm::dicom
