// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/codec_jpeg8_private.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <jerror.h>
#include <jpeglib.h>

namespace fedefm::dicom {

namespace {

struct ErrorState
{
    jpeg_error_mgr manager;
    std::jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
};

void onError(j_common_ptr info)
{
    auto* state = reinterpret_cast<ErrorState*>(info->err);
    info->err->format_message(info, state->message);
    std::longjmp(state->escape, 1);
}

/// The library would fill what is missing with grey, which must not pass for an image.
void onMessage(j_common_ptr info, int level)
{
    const int code = info->err->msg_code;
    if (level < 0 && (code == JWRN_HIT_MARKER || code == JWRN_JPEG_EOF || code == JWRN_HUFF_BAD_CODE))
        onError(info);
}

void onOutput(j_common_ptr) {}

/// No object with a destructor may live here: errors leave by longjmp.
bool decode(jpeg_decompress_struct* info, ErrorState* state, const std::uint8_t* data, std::size_t size,
            int rows, int columns, int components, std::uint8_t* out)
{
    if (setjmp(state->escape))
        return false;
    jpeg_create_decompress(info);
    jpeg_mem_src(info, data, static_cast<unsigned long>(size));
    jpeg_read_header(info, TRUE);
    info->out_color_space = info->jpeg_color_space;
    jpeg_start_decompress(info);
    if (info->output_height != static_cast<JDIMENSION>(rows) ||
        info->output_width != static_cast<JDIMENSION>(columns) || info->output_components != components) {
        std::snprintf(state->message, sizeof state->message, "unexpected size");
        return false;
    }
    const std::size_t stride = static_cast<std::size_t>(columns) * static_cast<std::size_t>(components);
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = out + stride * info->output_scanline;
        jpeg_read_scanlines(info, &row, 1);
    }
    return true;
}

} // namespace

std::string decodeJpeg8(const Bytes& stream, int rows, int columns, int components, Bytes& out)
{
    jpeg_decompress_struct info;
    std::memset(&info, 0, sizeof info);
    ErrorState state;
    state.message[0] = '\0';
    info.err = jpeg_std_error(&state.manager);
    state.manager.error_exit = onError;
    state.manager.emit_message = onMessage;
    state.manager.output_message = onOutput;
    const bool good =
        decode(&info, &state, stream.data(), stream.size(), rows, columns, components, out.data());
    jpeg_destroy_decompress(&info);
    if (good)
        return {};
    return state.message[0] ? state.message : "damaged stream";
}

} // namespace fedefm::dicom
