// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_probe_private.h"

#include <set>
#include <utility>
#include <vector>

namespace fedefm {

namespace {

/// The tags that decide about size and pixel format (TIFF 6.0, section 8).
enum Tag : std::uint16_t {
    kWidth = 256,
    kHeight = 257,
    kBitsPerSample = 258,
    kCompression = 259,
    kPhotometric = 262,
    kStripOffsets = 273,
    kSamplesPerPixel = 277,
    kRowsPerStrip = 278,
    kStripByteCounts = 279,
    kTileWidth = 322,
    kTileLength = 323,
    kTileOffsets = 324,
    kTileByteCounts = 325,
    kSampleFormat = 339,
};

struct Field
{
    int bytesPerValue = 0;
    std::uint64_t count = 0;
    std::uint64_t offset = 0; ///< of the values in the file
};

int sizeOfType(std::uint64_t type)
{
    switch (type) {
    case 1: // BYTE
        return 1;
    case 3: // SHORT
        return 2;
    case 4:  // LONG
    case 13: // IFD
        return 4;
    case 16: // LONG8
    case 18: // IFD8
        return 8;
    default:
        return 0;
    }
}

class TiffReader
{
public:
    explicit TiffReader(FileBytes& bytes) : m_bytes(bytes)
    {
        m_isLittle = bytes.byte(0) == 'I';
        m_isBig = number(2, 2) == 43;
    }

    Result<PictureHeader> read()
    {
        PictureHeader header;
        header.format = PictureFormat::Tiff;
        std::set<std::uint64_t> seen;
        std::uint64_t directory = m_isBig ? number(8, 8) : number(4, 4);
        while (directory != 0) {
            if (!seen.insert(directory).second)
                return fail(ErrorCode::PictureUnreadable, {},
                            atOffset("TIFF directories form a loop", directory));
            if (seen.size() > kMaxPicturePages)
                return fail(ErrorCode::TooLarge, {},
                            "more than " + std::to_string(kMaxPicturePages) + " TIFF pages");
            if (auto status = readDirectory(directory); !status)
                return tl::unexpected(status.error());
            auto page = makePage();
            if (!page)
                return tl::unexpected(page.error());
            page->index = static_cast<int>(header.pages.size());
            header.lossy = header.lossy || value(kCompression, 1) == 6 || value(kCompression, 1) == 7;
            header.pages.push_back(*page);
            directory = m_next;
        }
        if (header.pages.empty())
            return fail(ErrorCode::PictureUnreadable, {}, "TIFF without a page");
        return header;
    }

private:
    std::uint64_t number(std::uint64_t offset, int bytes)
    {
        return m_isLittle ? m_bytes.littleEndian(offset, bytes) : m_bytes.bigEndian(offset, bytes);
    }

    Status readDirectory(std::uint64_t directory)
    {
        const int countBytes = m_isBig ? 8 : 2;
        const std::uint64_t entryBytes = m_isBig ? 20 : 12;
        const int offsetBytes = m_isBig ? 8 : 4;
        m_fields.clear();
        if (!m_bytes.holds(directory, static_cast<std::uint64_t>(countBytes)))
            return fail(ErrorCode::SizeMismatch, {},
                        atOffset("TIFF directory outside of the file", directory));
        const std::uint64_t entries = number(directory, countBytes);
        const std::uint64_t first = directory + static_cast<std::uint64_t>(countBytes);
        if (entries > 65535 ||
            !m_bytes.holds(first, entries * entryBytes + static_cast<std::uint64_t>(offsetBytes)))
            return fail(ErrorCode::SizeMismatch, {}, atOffset("TIFF directory cut off", directory));
        for (std::uint64_t i = 0; i < entries; ++i)
            if (auto status = readEntry(first + i * entryBytes, offsetBytes); !status)
                return status;
        m_next = number(first + entries * entryBytes, offsetBytes);
        return {};
    }

    Status readEntry(std::uint64_t at, int offsetBytes)
    {
        const auto tag = static_cast<std::uint16_t>(number(at, 2));
        Field field;
        field.bytesPerValue = sizeOfType(number(at + 2, 2));
        field.count = number(at + 4, offsetBytes);
        if (field.bytesPerValue == 0)
            return {}; // no tag of interest has another type
        const std::uint64_t inlineAt = at + 4 + static_cast<std::uint64_t>(offsetBytes);
        if (field.count > m_bytes.size())
            return fail(ErrorCode::SizeMismatch, {}, atOffset("TIFF tag " + std::to_string(tag), at));
        const std::uint64_t total = field.count * static_cast<std::uint64_t>(field.bytesPerValue);
        field.offset =
            total <= static_cast<std::uint64_t>(offsetBytes) ? inlineAt : number(inlineAt, offsetBytes);
        if (!m_bytes.holds(field.offset, total))
            return fail(ErrorCode::SizeMismatch, {}, atOffset("TIFF tag " + std::to_string(tag), at));
        // Decoders disagree about which of two counts.
        if (find(tag) != nullptr)
            return fail(ErrorCode::PictureUnreadable, {},
                        atOffset("second TIFF tag " + std::to_string(tag), at));
        m_fields.emplace_back(tag, field);
        return {};
    }

    const Field* find(std::uint16_t tag) const
    {
        for (const auto& [key, field] : m_fields)
            if (key == tag && field.count > 0)
                return &field;
        return nullptr;
    }

    std::uint64_t valueAt(const Field& field, std::uint64_t index)
    {
        return number(field.offset + index * static_cast<std::uint64_t>(field.bytesPerValue),
                      field.bytesPerValue);
    }

    std::uint64_t value(Tag tag, std::uint64_t fallback)
    {
        const Field* field = find(tag);
        return field == nullptr ? fallback : valueAt(*field, 0);
    }

    Result<PicturePage> makePage()
    {
        PicturePage page;
        const std::uint64_t width = value(kWidth, 0);
        const std::uint64_t height = value(kHeight, 0);
        if (find(kPhotometric) == nullptr)
            return fail(ErrorCode::PictureUnreadable, {}, "TIFF without photometric interpretation");
        if (width == 0 || height == 0 || width > 0x7FFFFFFF || height > 0x7FFFFFFF)
            return fail(ErrorCode::PictureUnreadable, {},
                        "TIFF size " + std::to_string(width) + "×" + std::to_string(height));
        page.width = static_cast<long long>(width);
        page.height = static_cast<long long>(height);
        if (auto status = setPixels(page); !status)
            return tl::unexpected(status.error());
        if (auto status = checkData(page); !status)
            return tl::unexpected(status.error());
        return page;
    }

    Status setPixels(PicturePage& page)
    {
        const std::uint64_t stored = value(kSamplesPerPixel, 1);
        const std::uint64_t bits = value(kBitsPerSample, 1);
        const std::uint64_t format = value(kSampleFormat, 1);
        const std::uint64_t photometric = value(kPhotometric, 1);
        const bool isGrey = photometric <= 1;
        const bool knownBits =
            bits == 1 || bits == 4 || bits == 8 || bits == 10 || bits == 12 || bits == 14 || bits == 16;
        const bool knownFormat = format == 1 || format == 4 || (format == 2 && bits == 16 && isGrey);
        if (!knownBits || !knownFormat || stored < 1 || stored > 5)
            return fail(ErrorCode::UnsupportedPixels, {},
                        "TIFF with " + std::to_string(stored) + " samples of " + std::to_string(bits) +
                            " bits, sample format " + std::to_string(format));
        if (const Field* all = find(kBitsPerSample))
            for (std::uint64_t i = 1; i < all->count && i < stored; ++i)
                if (valueAt(*all, i) != bits)
                    return fail(ErrorCode::UnsupportedPixels, {}, "TIFF samples differ in bits");
        page.samples = isGrey && stored <= 2 ? 1 : 3;
        page.bits = bits < 8 ? 8 : static_cast<int>(bits);
        page.isSigned = format == 2;
        // Eight bits are turned round by the decoder.
        page.minIsWhite = photometric == 0 && bits > 8;
        m_bitsPerPixel = stored * bits;
        return {};
    }

    /// Strips or tiles must lie in the file; the buffer that a decoder makes of one must stay in proportion.
    Status checkData(const PicturePage& page)
    {
        constexpr std::uint64_t kLargestPart = 256ULL << 20;
        const bool isTiled = find(kTileOffsets) != nullptr;
        const Field* offsets = find(isTiled ? kTileOffsets : kStripOffsets);
        const Field* counts = find(isTiled ? kTileByteCounts : kStripByteCounts);
        if (offsets == nullptr)
            return fail(ErrorCode::PictureUnreadable, {}, "TIFF without pixel data");
        const auto height = static_cast<std::uint64_t>(page.height);
        std::uint64_t partRows = value(isTiled ? kTileLength : kRowsPerStrip, height);
        partRows = !isTiled && partRows > 0x7FFFFFFF ? height : partRows;
        const std::uint64_t partColumns =
            isTiled ? value(kTileWidth, 0) : static_cast<std::uint64_t>(page.width);
        if (partRows == 0 || partColumns == 0 || partRows > kLargestPart || partColumns > kLargestPart ||
            partRows * partColumns > kLargestPart ||
            partRows * partColumns * m_bitsPerPixel / 8 > 2 * kLargestPart)
            return fail(ErrorCode::TooLarge, {},
                        "TIFF parts of " + std::to_string(partColumns) + "×" + std::to_string(partRows) +
                            " pixels");
        std::uint64_t total = 0;
        for (std::uint64_t i = 0; counts != nullptr && i < counts->count && i < offsets->count; ++i) {
            const std::uint64_t size = valueAt(*counts, i);
            const std::uint64_t offset = valueAt(*offsets, i);
            if (!m_bytes.holds(offset, size))
                return fail(ErrorCode::SizeMismatch, {},
                            atOffset("TIFF pixel data outside of the file", offset));
            total += size;
        }
        const double needed = static_cast<double>(page.width) * static_cast<double>(page.height) *
                              static_cast<double>(m_bitsPerPixel) / 8.0;
        if (counts != nullptr && value(kCompression, 1) == 1 && static_cast<double>(total) < needed)
            return fail(ErrorCode::SizeMismatch, {}, std::to_string(total) + " bytes of pixels in the file");
        return {};
    }

    FileBytes& m_bytes;
    bool m_isLittle = true;
    bool m_isBig = false; ///< BigTIFF, 64-bit offsets
    std::vector<std::pair<std::uint16_t, Field>> m_fields;
    std::uint64_t m_next = 0;
    std::uint64_t m_bitsPerPixel = 8;
};

} // namespace

Result<PictureHeader> probeTiff(FileBytes& bytes)
{
    return TiffReader(bytes).read();
}

} // namespace fedefm
