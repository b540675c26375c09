// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/codecs_private.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>

namespace fedefm::dicom {

namespace {

constexpr std::uint64_t kMaxTiles = 16384; ///< the library keeps 6 kB for each before it decodes
/// The library works in 32 bits per sample.
constexpr std::uint64_t kMaxSamples = 128ULL << 20;

struct Reader
{
    const Bytes* bytes;
    std::size_t position;
};

OPJ_SIZE_T readSome(void* buffer, OPJ_SIZE_T count, void* user)
{
    auto* reader = static_cast<Reader*>(user);
    const std::size_t left = reader->bytes->size() - reader->position;
    if (left == 0)
        return static_cast<OPJ_SIZE_T>(-1);
    const std::size_t taken = std::min<std::size_t>(count, left);
    std::memcpy(buffer, reader->bytes->data() + reader->position, taken);
    reader->position += taken;
    return taken;
}

OPJ_OFF_T skipSome(OPJ_OFF_T count, void* user)
{
    auto* reader = static_cast<Reader*>(user);
    const std::size_t left = reader->bytes->size() - reader->position;
    if (count < 0 || left == 0)
        return -1;
    const std::size_t taken = std::min<std::size_t>(static_cast<std::size_t>(count), left);
    reader->position += taken;
    return static_cast<OPJ_OFF_T>(taken);
}

OPJ_BOOL seekTo(OPJ_OFF_T position, void* user)
{
    auto* reader = static_cast<Reader*>(user);
    if (position < 0 || static_cast<std::size_t>(position) > reader->bytes->size())
        return OPJ_FALSE;
    reader->position = static_cast<std::size_t>(position);
    return OPJ_TRUE;
}

void keepMessage(const char* message, void* user)
{
    auto* text = static_cast<std::string*>(user);
    if (text->empty())
        *text = message;
    while (!text->empty() && text->back() == '\n')
        text->pop_back();
}

void ignoreMessage(const char*, void*) {}

using StreamPtr = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using CodecPtr = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using ImagePtr = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

bool isJp2(const Bytes& stream)
{
    constexpr std::uint8_t kSignature[8] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
    return stream.size() > 12 && std::memcmp(stream.data(), kSignature, 8) == 0;
}

/// Number of tiles that the SIZ marker of a bare code stream asks for.
std::uint64_t tileCount(const Bytes& stream)
{
    if (stream.size() < 40 || stream[2] != 0xFF || stream[3] != 0x51)
        return 0;
    const auto field = [&](std::size_t offset) { return std::uint64_t(u32(stream.data() + offset, true)); };
    const std::uint64_t width = field(8), height = field(12), tileWidth = field(24), tileHeight = field(28);
    if (tileWidth == 0 || tileHeight == 0)
        return 0;
    return (width / tileWidth + 1) * (height / tileHeight + 1);
}

std::string mismatch(const PixelFormat& format, const opj_image_t& image)
{
    if (image.x1 - image.x0 != static_cast<OPJ_UINT32>(format.columns) ||
        image.y1 - image.y0 != static_cast<OPJ_UINT32>(format.rows))
        return std::to_string(image.x1 - image.x0) + " x " + std::to_string(image.y1 - image.y0) + " pixels";
    if (image.numcomps != static_cast<OPJ_UINT32>(format.samples))
        return std::to_string(image.numcomps) + " components";
    for (OPJ_UINT32 c = 0; c < image.numcomps; ++c) {
        const opj_image_comp_t& component = image.comps[c];
        if (component.dx != 1 || component.dy != 1)
            return "subsampled components";
        if (component.prec > (format.bitsAllocated <= 8 ? 8U : 16U) || component.prec != image.comps[0].prec)
            return std::to_string(component.prec) + " bits";
    }
    return {};
}

Result<DecodedSamples> collect(const PixelFormat& format, const opj_image_t& image,
                               const std::string& subject)
{
    DecodedSamples samples;
    samples.precision = static_cast<int>(image.comps[0].prec);
    samples.bytesPerSample = samples.precision > 8 ? 2 : 1;
    samples.isSignExtended = image.comps[0].sgnd != 0;
    const auto count = static_cast<std::size_t>(format.samples);
    const auto width = static_cast<std::size_t>(samples.bytesPerSample);
    const auto pixels = static_cast<std::size_t>(format.pixelCount());
    samples.bytes.resize(pixels * count * width);
    for (std::size_t c = 0; c < count; ++c) {
        const opj_image_comp_t& component = image.comps[c];
        if (!component.data || component.w != static_cast<OPJ_UINT32>(format.columns) ||
            component.h != static_cast<OPJ_UINT32>(format.rows))
            return fail(ErrorCode::CodecFailed, subject, "JPEG 2000: a component was not decoded");
        for (std::size_t i = 0; i < pixels; ++i) {
            const auto value = static_cast<std::uint16_t>(component.data[i]);
            std::memcpy(samples.bytes.data() + (i * count + c) * width, &value, width);
        }
    }
    return samples;
}

} // namespace

Result<DecodedSamples> decodeJpeg2000(const PixelFormat& format, const Bytes& stream,
                                      const std::string& subject)
{
    if (format.sampleCount() > kMaxSamples || tileCount(stream) > kMaxTiles)
        return fail(ErrorCode::TooLarge, subject, "JPEG 2000 frame of too many samples or tiles");
    std::string message;
    Reader reader{&stream, 0};
    const StreamPtr input(opj_stream_default_create(OPJ_TRUE), opj_stream_destroy);
    const CodecPtr codec(opj_create_decompress(isJp2(stream) ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K),
                         opj_destroy_codec);
    if (!input || !codec)
        return fail(ErrorCode::OutOfMemory, subject, "JPEG 2000 decoder");
    opj_stream_set_user_data(input.get(), &reader, nullptr);
    opj_stream_set_user_data_length(input.get(), stream.size());
    opj_stream_set_read_function(input.get(), readSome);
    opj_stream_set_skip_function(input.get(), skipSome);
    opj_stream_set_seek_function(input.get(), seekTo);
    opj_set_error_handler(codec.get(), keepMessage, &message);
    opj_set_warning_handler(codec.get(), ignoreMessage, nullptr);
    opj_set_info_handler(codec.get(), ignoreMessage, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t* raw = nullptr;
    if (!opj_setup_decoder(codec.get(), &parameters) || !opj_read_header(input.get(), codec.get(), &raw))
        return fail(ErrorCode::CodecFailed, subject, "JPEG 2000: " + message);
    const ImagePtr image(raw, opj_image_destroy);
    if (const std::string difference = mismatch(format, *image); !difference.empty())
        return fail(ErrorCode::CodecFailed, subject,
                    "JPEG 2000 stream of " + difference + " does not fit the header");
    if (!opj_decode(codec.get(), input.get(), image.get()) || !opj_end_decompress(codec.get(), input.get())) {
        // A missing end marker after complete tiles is reported by the library as a warning only.
        return fail(ErrorCode::CodecFailed, subject, "JPEG 2000: " + message);
    }
    return collect(format, *image, subject);
}

} // namespace fedefm::dicom
