// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_io_private.h"

#include "core/base/atomic_file.h"
#include "core/image/picture_sequence.h"
#include "core/image/pnm_reader_private.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// No orientation: the stored pixels count, and the header's size must agree. Colour is asked for where the
/// header has it, because "any colour" turns the palettes of TIFF to grey.
int flagsFor(const PicturePage& page)
{
    const int color = page.samples == 3 ? cv::IMREAD_COLOR : cv::IMREAD_ANYCOLOR;
    return color | cv::IMREAD_ANYDEPTH | cv::IMREAD_IGNORE_ORIENTATION;
}

void silenceLibrary()
{
    static const bool done = [] {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        return true;
    }();
    static_cast<void>(done);
}

Result<cv::Mat> decodeMat(const fs::path& file, PictureFormat format, const PicturePage& page)
{
    if (format == PictureFormat::Tiff) {
        std::vector<cv::Mat> pages;
        if (!cv::imreadmulti(file.string(), pages, page.index, 1, flagsFor(page)) || pages.size() != 1)
            return fail(ErrorCode::PictureUnreadable, file.string(),
                        "TIFF page " + std::to_string(page.index + 1));
        return pages.front();
    }
    const auto bytes = readFile(file, kMaxPictureFileBytes);
    if (!bytes)
        return tl::unexpected(bytes.error());
    const cv::Mat view(1, static_cast<int>(bytes->size()), CV_8U, const_cast<char*>(bytes->data()));
    cv::Mat decoded = cv::imdecode(view, flagsFor(page));
    if (decoded.empty())
        return fail(ErrorCode::PictureUnreadable, file.string(), "the pixel data are damaged");
    return decoded;
}

/// One row in the order and number of samples that the header promised.
template <typename Sample>
void copyRow(const Sample* from, int fromSamples, int width, int samples, Sample* to)
{
    for (int x = 0; x < width; ++x, from += fromSamples, to += samples) {
        if (samples == 1) {
            to[0] = from[0];
        } else {
            const bool isColor = fromSamples >= 3;
            to[0] = isColor ? from[2] : from[0]; // the library's order is BGR
            to[1] = isColor ? from[1] : from[0];
            to[2] = from[0];
        }
    }
}

Result<FramePtr> toFrame(const cv::Mat& decoded, const PicturePage& page, const fs::path& file)
{
    const int depth = page.bits > 8 ? CV_16U : CV_8U;
    if (decoded.cols != page.width || decoded.rows != page.height || decoded.depth() != depth)
        return fail(ErrorCode::PictureUnreadable, file.string(),
                    "the decoded picture differs from its header");
    const int sampleBytes = page.bytesPerSample();
    const std::size_t rowBytes = static_cast<std::size_t>(decoded.cols) * page.samples * sampleBytes;
    std::vector<std::uint8_t> bytes(rowBytes * static_cast<std::size_t>(decoded.rows));
    for (int y = 0; y < decoded.rows; ++y) {
        std::uint8_t* to = bytes.data() + static_cast<std::size_t>(y) * rowBytes;
        if (sampleBytes == 1)
            copyRow(decoded.ptr<std::uint8_t>(y), decoded.channels(), decoded.cols, page.samples, to);
        else
            copyRow(decoded.ptr<std::uint16_t>(y), decoded.channels(), decoded.cols, page.samples,
                    reinterpret_cast<std::uint16_t*>(to));
    }
    const PixelType type = sampleBytes == 1 ? PixelType::U8 : page.isSigned ? PixelType::I16 : PixelType::U16;
    return std::make_shared<const Frame>(decoded.cols, decoded.rows, page.samples, type, std::move(bytes));
}

Result<FramePtr> decodePnm(const fs::path& file, const PicturePage& page)
{
    const auto bytes = readFile(file, kMaxPictureFileBytes);
    if (!bytes)
        return tl::unexpected(bytes.error());
    auto frame = readPnm(*bytes);
    if (!frame) {
        Error error = frame.error();
        error.subject = file.string();
        return tl::unexpected(std::move(error));
    }
    if ((*frame)->width() != page.width || (*frame)->height() != page.height ||
        (*frame)->samples() != page.samples)
        return fail(ErrorCode::PictureUnreadable, file.string(), "the file changed");
    return frame;
}

Status writeMat(const fs::path& target, const cv::Mat& picture, bool overwrite)
{
    silenceLibrary();
    try {
        std::vector<std::uint8_t> encoded;
        if (!cv::imencode(".png", picture, encoded))
            return fail(ErrorCode::WriteFailed, target.string(), "PNG");
        return writeFile(target, {reinterpret_cast<const char*>(encoded.data()), encoded.size()},
                         overwrite ? Overwrite::Yes : Overwrite::No);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, target.string());
    } catch (const cv::Exception& exception) {
        return fail(ErrorCode::WriteFailed, target.string(), exception.err);
    }
}

Status checkSize(const fs::path& target, const void* data, int width, int height)
{
    if (data == nullptr || width <= 0 || height <= 0 ||
        static_cast<long long>(width) * height > kMaxPicturePixels)
        return fail(ErrorCode::InvalidArgument, target.string(),
                    "size " + std::to_string(width) + "×" + std::to_string(height));
    return {};
}

} // namespace

Result<FramePtr> decodePicture(const fs::path& file, PictureFormat format, const PicturePage& page)
{
    silenceLibrary();
    try {
        if (format == PictureFormat::Pnm)
            return decodePnm(file, page);
        const auto decoded = decodeMat(file, format, page);
        if (!decoded)
            return tl::unexpected(decoded.error());
        return toFrame(*decoded, page, file);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, file.string());
    } catch (const cv::Exception& exception) {
        return fail(exception.code == cv::Error::StsNoMem ? ErrorCode::OutOfMemory
                                                          : ErrorCode::PictureUnreadable,
                    file.string(), exception.err);
    }
}

Status writePng(const fs::path& target, const std::uint8_t* data, int width, int height, int channels,
                bool overwrite)
{
    if (auto status = checkSize(target, data, width, height); !status)
        return status;
    if (channels != 1 && channels != 3)
        return fail(ErrorCode::InvalidArgument, target.string(), std::to_string(channels) + " channels");
    const cv::Mat picture(height, width, channels == 1 ? CV_8UC1 : CV_8UC3, const_cast<std::uint8_t*>(data));
    if (channels == 1)
        return writeMat(target, picture, overwrite);
    cv::Mat ordered;
    cv::cvtColor(picture, ordered, cv::COLOR_RGB2BGR);
    return writeMat(target, ordered, overwrite);
}

Status writePng16(const fs::path& target, const std::uint16_t* data, int width, int height, bool overwrite)
{
    if (auto status = checkSize(target, data, width, height); !status)
        return status;
    return writeMat(target, cv::Mat(height, width, CV_16UC1, const_cast<std::uint16_t*>(data)), overwrite);
}

} // namespace fedefm
