// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_probe_private.h"

#include "core/image/pnm_reader_private.h"

#include <algorithm>

namespace fedefm {

namespace {

PictureHeader single(PictureFormat format, const PicturePage& page, bool lossy = false)
{
    return {format, {page}, lossy};
}

tl::unexpected<Error> cutOff(std::uint64_t offset)
{
    return fail(ErrorCode::SizeMismatch, {}, atOffset("cut off", offset));
}

/// Every chunk must lie in the file and the end chunk must be there.
Status checkPngChunks(FileBytes& bytes)
{
    std::uint64_t offset = 8;
    while (bytes.holds(offset, 12)) {
        const std::uint64_t length = bytes.bigEndian(offset, 4);
        if (length > 0x7FFFFFFF || !bytes.holds(offset, length + 12))
            return cutOff(offset);
        if (bytes.text(offset + 4, 4) == "IEND")
            return {};
        offset += length + 12;
    }
    return cutOff(offset);
}

bool isJpegFrame(std::uint8_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Result<PicturePage> readJpegFrame(FileBytes& bytes, std::uint64_t offset, std::uint8_t marker)
{
    if (marker > 0xC2)
        return fail(ErrorCode::UnsupportedPixels, {},
                    atOffset("JPEG process SOF" + std::to_string(marker & 15), offset));
    const int precision = bytes.byte(offset + 4);
    if (precision != 8)
        return fail(ErrorCode::UnsupportedPixels, {}, "JPEG with " + std::to_string(precision) + " bits");
    PicturePage page;
    page.height = static_cast<long long>(bytes.bigEndian(offset + 5, 2));
    page.width = static_cast<long long>(bytes.bigEndian(offset + 7, 2));
    page.samples = bytes.byte(offset + 9) == 1 ? 1 : 3;
    return page;
}

/// True when the end-of-image marker follows the scan; some writers append a few bytes of their own.
bool hasJpegEnd(FileBytes& bytes, std::uint64_t scan)
{
    constexpr std::uint64_t kTail = 65536;
    const std::uint64_t from = std::max(scan, bytes.size() > kTail ? bytes.size() - kTail : 0);
    const std::string tail = bytes.text(from, kTail);
    return tail.find("\xFF\xD9") != std::string::npos;
}

} // namespace

Result<PictureHeader> probePng(FileBytes& bytes)
{
    if (bytes.bigEndian(8, 4) != 13 || bytes.text(12, 4) != "IHDR")
        return fail(ErrorCode::PictureUnreadable, {}, atOffset("no PNG header", 8));
    PicturePage page;
    page.width = static_cast<long long>(bytes.bigEndian(16, 4));
    page.height = static_cast<long long>(bytes.bigEndian(20, 4));
    page.bits = bytes.byte(24) == 16 ? 16 : 8;
    const std::uint8_t colorType = bytes.byte(25);
    page.samples = colorType == 0 || colorType == 4 ? 1 : 3;
    if (auto status = checkPngChunks(bytes); !status)
        return tl::unexpected(status.error());
    return single(PictureFormat::Png, page);
}

Result<PictureHeader> probeJpeg(FileBytes& bytes)
{
    PicturePage page;
    bool hasFrame = false;
    std::uint64_t offset = 2;
    while (bytes.holds(offset, 4)) {
        if (bytes.byte(offset) != 0xFF)
            return fail(ErrorCode::PictureUnreadable, {}, atOffset("no JPEG marker", offset));
        const std::uint8_t marker = bytes.byte(offset + 1);
        if (marker == 0xFF) { // fill byte
            ++offset;
            continue;
        }
        const std::uint64_t length = bytes.bigEndian(offset + 2, 2);
        if (marker < 0xC0 || (marker >= 0xD0 && marker <= 0xD9) || length < 2)
            return fail(ErrorCode::PictureUnreadable, {}, atOffset("unexpected JPEG marker", offset));
        if (isJpegFrame(marker)) {
            auto frame = readJpegFrame(bytes, offset, marker);
            if (!frame)
                return tl::unexpected(frame.error());
            page = *frame;
            hasFrame = true;
        }
        offset += 2 + length;
        if (marker == 0xDA)
            break;
    }
    if (!hasFrame)
        return fail(ErrorCode::PictureUnreadable, {}, "no JPEG frame header");
    if (!bytes.holds(offset, 2) || !hasJpegEnd(bytes, offset))
        return cutOff(bytes.size());
    return single(PictureFormat::Jpeg, page, true);
}

Result<PictureHeader> probeBmp(FileBytes& bytes)
{
    const std::uint64_t dataOffset = bytes.littleEndian(10, 4);
    const std::uint64_t headerSize = bytes.littleEndian(14, 4);
    const bool isCore = headerSize == 12;
    if (!isCore && (headerSize < 36 || headerSize > 1024))
        return fail(ErrorCode::PictureUnreadable, {},
                    atOffset("BMP header size " + std::to_string(headerSize), 14));
    PicturePage page;
    page.width = isCore ? static_cast<std::int16_t>(bytes.littleEndian(18, 2))
                        : static_cast<std::int32_t>(bytes.littleEndian(18, 4));
    page.height = isCore ? static_cast<std::int16_t>(bytes.littleEndian(20, 2))
                         : static_cast<std::int32_t>(bytes.littleEndian(22, 4));
    page.height = page.height < 0 ? -page.height : page.height;
    const auto bits = bytes.littleEndian(isCore ? 24 : 28, 2);
    const auto compression = isCore ? 0 : bytes.littleEndian(30, 4);
    if (page.width <= 0 || page.height == 0)
        return fail(ErrorCode::PictureUnreadable, {},
                    atOffset("BMP width " + std::to_string(page.width), 18));
    const bool isKnown = bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
    if (!isKnown || compression > 3)
        return fail(ErrorCode::UnsupportedPixels, {},
                    "BMP with " + std::to_string(bits) + " bits, compression " + std::to_string(compression));

    page.samples = 3;
    if (bits <= 8) {
        const std::uint64_t entry = isCore ? 3 : 4;
        const std::uint64_t used = isCore ? 0 : bytes.littleEndian(46, 4);
        const std::uint64_t count = used == 0 || used > (1ULL << bits) ? 1ULL << bits : used;
        bool isGrey = true;
        for (std::uint64_t i = 0, at = 14 + headerSize; i < count && bytes.holds(at, 3); ++i, at += entry)
            isGrey = isGrey && bytes.byte(at) == bytes.byte(at + 1) && bytes.byte(at) == bytes.byte(at + 2);
        page.samples = isGrey ? 1 : 3;
    }
    const bool isPacked = compression == 1 || compression == 2;
    const std::uint64_t rowBytes = (static_cast<std::uint64_t>(page.width) * bits + 31) / 32 * 4;
    if (isPacked ? dataOffset >= bytes.size()
                 : !bytes.holds(dataOffset, rowBytes * static_cast<std::uint64_t>(page.height)))
        return cutOff(bytes.size());
    return single(PictureFormat::Bmp, page);
}

Result<PictureHeader> probePnm(FileBytes& bytes)
{
    constexpr std::size_t kLongestHeader = 4096; // comments included
    const auto header = readPnmHeader(bytes.text(0, kLongestHeader));
    if (!header)
        return tl::unexpected(header.error());
    PicturePage page;
    page.width = header->width;
    page.height = header->height;
    page.samples = header->samples;
    page.bits = 1;
    while (header->highest >> page.bits != 0)
        ++page.bits;
    const double pixels = static_cast<double>(page.width) * static_cast<double>(page.height) * page.samples;
    // A plain sample takes a digit and a blank.
    const double least = header->isPlain ? 2.0 * pixels - 1.0 : pixels * page.bytesPerSample();
    if (least > static_cast<double>(bytes.size() - header->dataOffset))
        return fail(ErrorCode::SizeMismatch, {},
                    std::to_string(bytes.size() - header->dataOffset) + " bytes of pixels in the file");
    return single(PictureFormat::Pnm, page);
}

} // namespace fedefm
