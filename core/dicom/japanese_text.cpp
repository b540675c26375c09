// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/japanese_text_private.h"

#include <iconv.h>

namespace fedefm::dicom {

namespace {

/// One run without 8-bit characters. ISO-2022-JP-2 knows JIS X 0212, only -3 knows the katakana of JIS X
/// 0201.
bool appendRun(std::string run, std::string& utf8)
{
    if (run.empty())
        return true;
    const bool hasKatakana = run.find("\x1B(I") != std::string::npos;
    const iconv_t converter = iconv_open("UTF-8", hasKatakana ? "ISO-2022-JP-3" : "ISO-2022-JP-2");
    if (converter == reinterpret_cast<iconv_t>(-1))
        return false;
    std::string out(run.size() * 4 + 16, '\0');
    char* source = run.data();
    char* target = out.data();
    std::size_t left = run.size();
    std::size_t room = out.size();
    const bool isGood =
        iconv(converter, &source, &left, &target, &room) != static_cast<std::size_t>(-1) && left == 0;
    iconv_close(converter);
    utf8.append(out.data(), out.size() - room);
    return isGood;
}

/// Half-width katakana in the upper half, U+FF61 and following.
void appendKatakana(unsigned char byte, std::string& utf8)
{
    const unsigned code = 0xFF61U + byte - 0xA1U;
    utf8 += static_cast<char>(0xE0U | code >> 12);
    utf8 += static_cast<char>(0x80U | (code >> 6 & 0x3FU));
    utf8 += static_cast<char>(0x80U | (code & 0x3FU));
}

} // namespace

std::optional<std::string> japaneseToUtf8(const std::string& stored)
{
    std::string utf8;
    std::string run;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const auto byte = static_cast<unsigned char>(stored[i]);
        if (stored.compare(i, 3, "\x1B)I") == 0) {
            i += 2; // puts katakana into the upper half, where they are anyway
        } else if (byte < 0x80) {
            run += stored[i];
        } else {
            if (byte < 0xA1 || byte > 0xDF || !appendRun(run, utf8))
                return std::nullopt;
            run.clear();
            appendKatakana(byte, utf8);
        }
    }
    if (!appendRun(run, utf8))
        return std::nullopt;
    return utf8;
}

} // namespace fedefm::dicom
