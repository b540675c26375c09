// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/pnm_reader_private.h"

#include <cstring>
#include <optional>
#include <vector>

namespace fedefm {

namespace {

bool isBlank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Decimal numbers between blanks and comments.
class Tokens
{
public:
    Tokens(std::string_view text, std::size_t position) : m_text(text), m_position(position) {}

    std::optional<long long> next()
    {
        while (m_position < m_text.size() && (isBlank(m_text[m_position]) || m_text[m_position] == '#'))
            skipOne();
        const std::size_t begin = m_position;
        long long value = 0;
        while (m_position < m_text.size() && m_text[m_position] >= '0' && m_text[m_position] <= '9' &&
               value < 1'000'000'000)
            value = value * 10 + (m_text[m_position++] - '0');
        if (m_position == begin)
            return std::nullopt;
        return value;
    }

    std::size_t position() const { return m_position; }

private:
    void skipOne()
    {
        if (m_text[m_position] == '#')
            while (m_position < m_text.size() && m_text[m_position] != '\n')
                ++m_position;
        else
            ++m_position;
    }

    std::string_view m_text;
    std::size_t m_position;
};

void store(std::vector<std::uint8_t>& bytes, std::size_t index, std::uint16_t value, bool isWide)
{
    if (isWide)
        std::memcpy(bytes.data() + 2 * index, &value, 2);
    else
        bytes[index] = static_cast<std::uint8_t>(value);
}

} // namespace

Result<PnmHeader> readPnmHeader(std::string_view start)
{
    PnmHeader header;
    if (start.size() < 3)
        return fail(ErrorCode::PictureUnreadable, {}, "PGM header");
    header.isPlain = start[1] == '2' || start[1] == '3';
    header.samples = start[1] == '3' || start[1] == '6' ? 3 : 1;
    Tokens tokens(start, 2);
    const auto width = tokens.next();
    const auto height = tokens.next();
    const auto highest = tokens.next();
    if (!width || !height || !highest || *width < 1 || *height < 1 || *highest < 1 || *highest > 65535 ||
        tokens.position() >= start.size() || !isBlank(start[tokens.position()]))
        return fail(ErrorCode::PictureUnreadable, {}, "PGM header");
    header.width = *width;
    header.height = *height;
    header.highest = static_cast<int>(*highest);
    header.dataOffset = tokens.position() + 1;
    return header;
}

Result<FramePtr> readPnm(std::string_view file)
{
    const auto header = readPnmHeader(file);
    if (!header)
        return tl::unexpected(header.error());
    const bool isWide = header->highest > 255;
    const auto samples = static_cast<std::size_t>(header->width * header->height * header->samples);
    const std::size_t width = isWide ? 2 : 1;
    if (!header->isPlain && file.size() - header->dataOffset < samples * width)
        return fail(ErrorCode::SizeMismatch, {}, std::to_string(file.size()) + " bytes in the file");
    std::vector<std::uint8_t> bytes(samples * width);
    Tokens tokens(file, header->dataOffset);
    const auto* raw = reinterpret_cast<const std::uint8_t*>(file.data()) + header->dataOffset;
    for (std::size_t i = 0; i < samples; ++i) {
        long long value = 0;
        if (header->isPlain) {
            const auto token = tokens.next();
            if (!token || *token > 65535)
                return fail(ErrorCode::SizeMismatch, {}, "sample " + std::to_string(i));
            value = *token;
        } else {
            value = isWide ? (raw[2 * i] << 8) | raw[2 * i + 1] : raw[i];
        }
        store(bytes, i, static_cast<std::uint16_t>(value), isWide);
    }
    return std::make_shared<const Frame>(static_cast<int>(header->width), static_cast<int>(header->height),
                                         header->samples, isWide ? PixelType::U16 : PixelType::U8,
                                         std::move(bytes));
}

} // namespace fedefm
