// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/jpeg_header_private.h"

#include <cstring>

namespace fedefm::dicom {

namespace {

bool isFrameHeader(int marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

void readFrameHeader(const std::uint8_t* body, std::size_t length, int marker, JpegHeader& header)
{
    header.process = marker - 0xC0;
    header.precision = body[0];
    header.rows = u16(body + 1, true);
    header.columns = u16(body + 3, true);
    header.components = body[5];
    header.hasRgbIds = header.components == 3;
    for (int c = 0; c < header.components && 6 + 3 * (static_cast<std::size_t>(c) + 1) <= length; ++c) {
        const std::uint8_t* component = body + 6 + 3 * c;
        header.isSubsampled = header.isSubsampled || component[1] != body[7];
        header.hasRgbIds = header.hasRgbIds && c < 3 && component[0] == "RGB"[c];
    }
}

/// Entropy-coded data hold no marker but restarts, so scans can be counted without decoding.
std::size_t afterScan(const Bytes& stream, std::size_t position)
{
    while (position + 1 < stream.size()) {
        const void* found = std::memchr(stream.data() + position, 0xFF, stream.size() - 1 - position);
        if (!found)
            return stream.size();
        position = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - stream.data());
        const int next = stream[position + 1];
        if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7))
            return position;
        ++position;
    }
    return stream.size();
}

} // namespace

std::optional<ColorModel> JpegHeader::colorModel() const
{
    if (components != 3)
        return std::nullopt;
    if (adobeTransform >= 0)
        return adobeTransform == 0 ? ColorModel::Rgb : ColorModel::YbrFull;
    if (hasJfif || isSubsampled)
        return ColorModel::YbrFull;
    return hasRgbIds ? std::optional(ColorModel::Rgb) : std::nullopt;
}

std::optional<JpegHeader> readJpegHeader(const Bytes& stream)
{
    if (stream.size() < 4 || stream[0] != 0xFF || stream[1] != 0xD8)
        return std::nullopt;
    JpegHeader header;
    bool hasFrame = false;
    for (std::size_t position = 2; position + 4 <= stream.size();) {
        if (stream[position] != 0xFF)
            break;
        const int marker = stream[position + 1];
        if (marker == 0xFF) {
            ++position;
            continue;
        }
        if (marker == 0xD9)
            break;
        const std::size_t length = u16(stream.data() + position + 2, true);
        if (length < 2 || position + 2 + length > stream.size())
            break;
        const std::uint8_t* body = stream.data() + position + 4;
        if (isFrameHeader(marker)) {
            if (hasFrame || length < 11)
                return std::nullopt; // hierarchical, or too short for one component
            readFrameHeader(body, length - 2, marker, header);
            hasFrame = true;
        }
        header.hasJfif =
            header.hasJfif || (marker == 0xE0 && length >= 7 && std::memcmp(body, "JFIF", 4) == 0);
        if (marker == 0xEE && length >= 14 && std::memcmp(body, "Adobe", 5) == 0)
            header.adobeTransform = body[11];
        position += 2 + length;
        if (marker == 0xDA) {
            ++header.scans;
            position = afterScan(stream, position);
        }
    }
    return hasFrame ? std::optional(header) : std::nullopt;
}

} // namespace fedefm::dicom
