// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/codecs_private.h"

#include <charls/charls.h>
#include <cstring>

namespace fedefm::dicom {

Result<DecodedSamples> decodeJpegLs(const PixelFormat& format, const Bytes& stream,
                                    const std::string& subject)
{
    try {
        charls::jpegls_decoder decoder;
        decoder.source(stream.data(), stream.size());
        decoder.read_header();
        const charls::frame_info info = decoder.frame_info();
        if (info.width != static_cast<std::uint32_t>(format.columns) ||
            info.height != static_cast<std::uint32_t>(format.rows) ||
            info.component_count != format.samples || info.bits_per_sample > 16 ||
            (info.bits_per_sample > 8) > (format.bitsAllocated > 8))
            return fail(ErrorCode::CodecFailed, subject,
                        "JPEG-LS stream of " + std::to_string(info.width) + " x " +
                            std::to_string(info.height) + ", " + std::to_string(info.bits_per_sample) +
                            " bits does not fit the header");
        DecodedSamples samples;
        samples.bytesPerSample = info.bits_per_sample > 8 ? 2 : 1;
        samples.precision = info.bits_per_sample;
        const std::size_t size =
            static_cast<std::size_t>(format.sampleCount()) * static_cast<std::size_t>(samples.bytesPerSample);
        if (decoder.destination_size() != size)
            return fail(ErrorCode::CodecFailed, subject, "JPEG-LS stream of unexpected size");
        samples.bytes.resize(size);
        decoder.decode(samples.bytes);
        if (format.samples > 1 && decoder.interleave_mode() == charls::interleave_mode::none) {
            const auto pixels = static_cast<std::size_t>(format.pixelCount());
            const auto width = static_cast<std::size_t>(samples.bytesPerSample);
            Bytes out(size);
            for (std::size_t s = 0; s < static_cast<std::size_t>(format.samples); ++s)
                for (std::size_t i = 0; i < pixels; ++i)
                    std::memcpy(out.data() + (i * static_cast<std::size_t>(format.samples) + s) * width,
                                samples.bytes.data() + (s * pixels + i) * width, width);
            samples.bytes = std::move(out);
        }
        return samples;
    } catch (const charls::jpegls_error& error) {
        return fail(ErrorCode::CodecFailed, subject, std::string("JPEG-LS: ") + error.what());
    }
}

} // namespace fedefm::dicom
