// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_fragment_private.h"

#include "core/dicom/dicom_seg_bits_private.h"

#include <zlib.h>

#include <algorithm>

namespace fedefm {

using dicom::Bytes;

namespace {

constexpr const char* kEncapsulatedUncompressed = "1.2.840.10008.1.2.1.98";
constexpr const char* kRleLossless = "1.2.840.10008.1.2.5";

/// Raw deflate; output beyond `limit` is cut off.
Bytes inflateFrame(const Bytes& coded, std::size_t limit)
{
    Bytes result(limit);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return {};
    stream.next_in = const_cast<Bytef*>(coded.data());
    stream.avail_in = static_cast<uInt>(coded.size());
    stream.next_out = result.data();
    stream.avail_out = static_cast<uInt>(limit);
    const int outcome = inflate(&stream, Z_FINISH);
    const std::size_t written = limit - stream.avail_out;
    inflateEnd(&stream);
    if (outcome != Z_STREAM_END && outcome != Z_BUF_ERROR && outcome != Z_OK)
        return {};
    result.resize(written);
    return result;
}

/// One PackBits segment (PS3.5 annex G).
Bytes unpackRle(const Bytes& bytes, std::size_t limit)
{
    const std::size_t length = bytes.size();
    constexpr std::size_t kHeader = 64;
    if (length < kHeader || bytes[0] != 1 || bytes[1] != 0 || bytes[2] != 0 || bytes[3] != 0)
        return {};
    const std::size_t start = bytes[4] | (static_cast<std::size_t>(bytes[5]) << 8);
    Bytes result;
    result.reserve(limit);
    for (std::size_t i = std::max(start, kHeader); i < length && result.size() < limit;) {
        const int code = static_cast<std::int8_t>(bytes[i++]);
        if (code == -128)
            continue;
        const std::size_t wanted = static_cast<std::size_t>(code >= 0 ? code + 1 : 1 - code);
        const std::size_t count = std::min(wanted, limit - result.size());
        if (code < 0) {
            if (i >= length)
                return {};
            result.insert(result.end(), count, bytes[i++]);
            continue;
        }
        if (i + count > length)
            return {};
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(i);
        result.insert(result.end(), from, from + static_cast<std::ptrdiff_t>(count));
        i += wanted;
    }
    return result;
}

} // namespace

bool isSegFragmentSyntax(const std::string& transferSyntaxUid)
{
    return transferSyntaxUid == kEncapsulatedUncompressed || transferSyntaxUid == kDeflatedImageFrame ||
           transferSyntaxUid == kRleLossless;
}

Result<Bytes> decodeSegFragment(const Bytes& coded, const std::string& transferSyntaxUid,
                                const SegLayout& layout, const std::string& subject)
{
    const std::size_t pixels = layout.framePixels();
    const std::size_t packedBytes = (pixels * static_cast<std::size_t>(layout.bitsAllocated) + 7) / 8;
    const std::size_t limit = std::max(packedBytes, pixels);
    Bytes decoded;
    if (transferSyntaxUid == kDeflatedImageFrame)
        decoded = inflateFrame(coded, limit);
    else if (transferSyntaxUid == kRleLossless)
        decoded = unpackRle(coded, limit);
    else
        decoded.assign(coded.begin(),
                       coded.begin() + static_cast<std::ptrdiff_t>(std::min(coded.size(), limit)));
    if (decoded.size() < packedBytes)
        return fail(ErrorCode::CodecFailed, subject,
                    std::to_string(decoded.size()) + " of " + std::to_string(packedBytes) +
                        " bytes of a frame");
    if (decoded.size() != pixels)
        decoded.resize(packedBytes);
    return decoded;
}

Status spreadSegFrame(const Bytes& stored, std::size_t firstBit, const SegLayout& layout,
                      const std::string& subject, Bytes& pixels)
{
    const std::size_t count = layout.framePixels();
    pixels.resize(count);
    if (layout.bitsAllocated == 1) {
        expandBits(stored.data(), firstBit, count, pixels.data());
    } else if (layout.bitsAllocated == 8) {
        std::copy_n(stored.begin() + static_cast<std::ptrdiff_t>(firstBit / 8), count, pixels.begin());
    } else {
        for (std::size_t i = 0; i < count; ++i) {
            if (stored[2 * i + 1] != 0)
                return fail(ErrorCode::UnsupportedPixels, subject, "label numbers beyond 255");
            pixels[i] = stored[2 * i];
        }
    }
    return {};
}

} // namespace fedefm
