// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/gif_reader_private.h"

#include "core/base/atomic_file.h"
#include "core/image/picture_sequence.h"

#include <algorithm>
#include <array>

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(256) << 20;
constexpr unsigned kMostCodes = 4096;

/// Reads little-endian values; beyond the end it gives 0 and says so.
class ByteReader
{
public:
    explicit ByteReader(const std::string& data) : m_data(data) {}
    unsigned byte()
    {
        if (m_at >= m_data.size()) {
            m_failed = true;
            return 0;
        }
        return static_cast<unsigned char>(m_data[m_at++]);
    }
    unsigned word()
    {
        const unsigned low = byte();
        return low | byte() << 8;
    }
    void skip(std::size_t count)
    {
        m_failed = m_failed || count > m_data.size() - m_at;
        m_at = std::min(m_data.size(), m_at + count);
    }
    bool failed() const { return m_failed; }

private:
    const std::string& m_data;
    std::size_t m_at = 0;
    bool m_failed = false;
};

using Palette3 = std::vector<std::array<std::uint8_t, 3>>;

Palette3 readPalette(ByteReader& reader, unsigned flags)
{
    Palette3 palette(std::size_t(2) << (flags & 7U));
    for (auto& colour : palette)
        for (std::uint8_t& channel : colour)
            channel = static_cast<std::uint8_t>(reader.byte());
    return palette;
}

/// All sub-blocks behind each other.
std::vector<std::uint8_t> readBlocks(ByteReader& reader)
{
    std::vector<std::uint8_t> bytes;
    for (unsigned size = reader.byte(); size > 0 && !reader.failed(); size = reader.byte())
        for (unsigned i = 0; i < size; ++i)
            bytes.push_back(static_cast<std::uint8_t>(reader.byte()));
    return bytes;
}

/// LZW with codes of growing length, least significant bit first. Stops at `count` indices, at the end code
/// or at the first impossible code; what is missing stays 0.
class LzwDecoder
{
public:
    LzwDecoder(const std::vector<std::uint8_t>& bytes, unsigned minimumBits)
        : m_bytes(bytes), m_minimumBits(minimumBits)
    {
    }

    std::vector<std::uint8_t> decode(std::size_t count)
    {
        std::vector<std::uint8_t> out;
        out.reserve(count);
        const unsigned clear = 1U << m_minimumBits;
        reset(clear);
        unsigned code = 0;
        unsigned previous = kMostCodes;
        while (out.size() < count && nextCode(code) && code != clear + 1) {
            if (code == clear) {
                reset(clear);
                previous = kMostCodes;
                continue;
            }
            if (code > m_next || (code == m_next && previous == kMostCodes))
                break;
            const unsigned shown = code == m_next ? previous : code;
            expand(shown);
            if (code == m_next)
                m_string.push_back(m_string.front());
            out.insert(out.end(), m_string.begin(), m_string.end());
            if (previous != kMostCodes && m_next < kMostCodes) {
                m_prefix[m_next] = previous;
                m_last[m_next] = m_string.front();
                if (++m_next == 1U << m_bits && m_bits < 12)
                    ++m_bits;
            }
            previous = code;
        }
        out.resize(count);
        return out;
    }

private:
    void reset(unsigned clear)
    {
        m_bits = m_minimumBits + 1;
        m_next = clear + 2;
        for (unsigned i = 0; i < clear; ++i) {
            m_prefix[i] = kMostCodes;
            m_last[i] = static_cast<std::uint8_t>(i);
        }
    }
    bool nextCode(unsigned& code)
    {
        code = 0;
        for (unsigned i = 0; i < m_bits; ++i, ++m_bit) {
            if (m_bit / 8 >= m_bytes.size())
                return false;
            code |= static_cast<unsigned>(m_bytes[m_bit / 8] >> (m_bit % 8) & 1U) << i;
        }
        return true;
    }
    void expand(unsigned code)
    {
        m_string.clear();
        for (unsigned c = code; c < kMostCodes && m_string.size() <= kMostCodes; c = m_prefix[c])
            m_string.push_back(m_last[c]);
        std::reverse(m_string.begin(), m_string.end());
    }

    const std::vector<std::uint8_t>& m_bytes;
    const unsigned m_minimumBits;
    unsigned m_bits = 0;
    unsigned m_next = 0;
    std::size_t m_bit = 0;
    std::array<unsigned, kMostCodes> m_prefix{};
    std::array<std::uint8_t, kMostCodes> m_last{};
    std::vector<std::uint8_t> m_string;
};

/// Row order of interlaced pictures.
std::vector<unsigned> rowOrder(unsigned height, bool isInterlaced)
{
    std::vector<unsigned> rows;
    const std::array<std::pair<unsigned, unsigned>, 4> passes{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    if (!isInterlaced)
        for (unsigned y = 0; y < height; ++y)
            rows.push_back(y);
    else
        for (const auto& [start, step] : passes)
            for (unsigned y = start; y < height; y += step)
                rows.push_back(y);
    return rows;
}

struct Screen
{
    unsigned width = 0, height = 0, background = 0;
    Palette3 palette;
};

Result<FramePtr> readPicture(ByteReader& reader, const Screen& screen, const std::string& name)
{
    const auto broken = [&](const char* detail) { return fail(ErrorCode::PictureUnreadable, name, detail); };
    const unsigned left = reader.word();
    const unsigned top = reader.word();
    const unsigned width = reader.word();
    const unsigned height = reader.word();
    const unsigned flags = reader.byte();
    const Palette3 palette = flags & 0x80U ? readPalette(reader, flags) : screen.palette;
    const unsigned minimumBits = reader.byte();
    if (reader.failed() || minimumBits < 1 || minimumBits > 8 || palette.empty())
        return broken("broken picture descriptor");
    if (left + width > screen.width || top + height > screen.height)
        return broken("picture beyond the screen");
    const std::vector<std::uint8_t> packed = readBlocks(reader);
    if (packed.empty())
        return broken("no picture data");
    const auto indices = LzwDecoder(packed, minimumBits).decode(static_cast<std::size_t>(width) * height);
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(screen.width) * screen.height * 3);
    const auto put = [&](std::size_t pixel, std::size_t index, const Palette3& colours) {
        if (index < colours.size())
            std::copy(colours[index].begin(), colours[index].end(),
                      rgb.begin() + static_cast<std::ptrdiff_t>(3 * pixel));
    };
    for (std::size_t i = 0; i < rgb.size() / 3; ++i)
        put(i, screen.background, screen.palette);
    const std::vector<unsigned> rows = rowOrder(height, (flags & 0x40U) != 0);
    for (unsigned k = 0; k < height; ++k)
        for (unsigned x = 0; x < width; ++x)
            put(static_cast<std::size_t>(top + rows[k]) * screen.width + left + x,
                indices[static_cast<std::size_t>(k) * width + x], palette);
    return std::make_shared<const Frame>(static_cast<int>(screen.width), static_cast<int>(screen.height), 3,
                                         PixelType::U8, std::move(rgb));
}

} // namespace

Result<FramePtr> readGif(const std::filesystem::path& file)
{
    const auto data = readFile(file, kFileLimit);
    if (!data)
        return tl::unexpected(data.error());
    const std::string name = file.string();
    if (data->compare(0, 6, "GIF87a") != 0 && data->compare(0, 6, "GIF89a") != 0)
        return fail(ErrorCode::PictureUnreadable, name, "not a GIF file");
    ByteReader reader(*data);
    reader.skip(6);
    Screen screen;
    screen.width = reader.word();
    screen.height = reader.word();
    const unsigned flags = reader.byte();
    screen.background = reader.byte();
    reader.skip(1);
    if (flags & 0x80U)
        screen.palette = readPalette(reader, flags);
    if (static_cast<long long>(screen.width) * screen.height > kMaxPicturePixels)
        return fail(ErrorCode::TooLarge, name);
    while (!reader.failed()) {
        const unsigned block = reader.byte();
        if (block == 0x2C)
            return readPicture(reader, screen, name);
        if (block != 0x21)
            break;
        reader.skip(1);
        readBlocks(reader);
    }
    return fail(ErrorCode::PictureUnreadable, name, "no picture in the file");
}

} // namespace fedefm
