// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/video/film_writer.h"

#include "core/base/atomic_file.h"
#include "plugins/video/video_reader.h"

#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

namespace fs = std::filesystem;

namespace fedefm::video {

namespace {

constexpr int kMaxSidePx = 16384;
constexpr double kMaxFps = 1000.0;

/// The library does not say why it failed.
ErrorCode writeFailure(const fs::path& path)
{
    std::error_code code;
    const fs::space_info space = fs::space(path, code);
    return !code && space.available < (std::uintmax_t(1) << 20) ? ErrorCode::DiskFull
                                                                : ErrorCode::WriteFailed;
}

class VideoFilmWriter final : public FilmWriter
{
public:
    VideoFilmWriter(fs::path target, AtomicFile file, cv::VideoWriter writer, cv::Size size)
        : m_target(std::move(target)), m_file(std::move(file)), m_writer(std::move(writer)), m_size(size)
    {
    }

    Status add(const std::uint8_t* rgb) override
    {
        try {
            const cv::Mat source(m_size, CV_8UC3, const_cast<std::uint8_t*>(rgb));
            cv::Mat picture;
            cv::cvtColor(source, picture, cv::COLOR_RGB2BGR);
            if (m_size.width % 2 != 0 || m_size.height % 2 != 0)
                cv::copyMakeBorder(picture, picture, 0, m_size.height % 2, 0, m_size.width % 2,
                                   cv::BORDER_REPLICATE);
            m_writer.write(picture);
        } catch (const cv::Exception& exception) {
            return fail(ErrorCode::WriteFailed, m_target.string(), exception.err);
        }
        ++m_added;
        return {};
    }

    Status finish() override
    {
        if (m_added == 0)
            return fail(ErrorCode::InvalidArgument, m_target.string(), "a film without pictures");
        m_writer.release();
        // The library does not report failed writes; reading the result back does.
        const int written = countPackets(m_file.temporaryPath());
        if (written != m_added)
            return fail(writeFailure(m_file.temporaryPath()), m_target.string(),
                        std::to_string(std::max(written, 0)) + " of " + std::to_string(m_added) +
                            " frames arrived");
        return m_file.commit();
    }

private:
    fs::path m_target;
    AtomicFile m_file;
    cv::VideoWriter m_writer;
    cv::Size m_size;
    int m_added = 0;
};

bool openWriter(cv::VideoWriter& writer, const fs::path& path, double fps, cv::Size size)
{
    using cv::VideoWriter;
    const bool isAvi = path.extension() == ".avi";
    const std::vector<int> codecs = isAvi ? std::vector<int>{VideoWriter::fourcc('M', 'J', 'P', 'G')}
                                          : std::vector<int>{VideoWriter::fourcc('a', 'v', 'c', '1'),
                                                             VideoWriter::fourcc('m', 'p', '4', 'v')};
    for (const int codec : codecs)
        if (writer.open(path.string(), cv::CAP_FFMPEG, codec, fps, size, true))
            return true;
    return false;
}

} // namespace

Result<std::unique_ptr<FilmWriter>> VideoFilmFactory::create(const fs::path& target, int widthPx,
                                                             int heightPx, double fps, bool overwrite) const
{
    if (target.extension() != ".mp4" && target.extension() != ".avi")
        return fail(ErrorCode::InvalidArgument, target.string(), "films end in .mp4 or .avi");
    if (widthPx < 1 || heightPx < 1 || widthPx > kMaxSidePx || heightPx > kMaxSidePx)
        return fail(ErrorCode::InvalidArgument, target.string(),
                    "a film of " + std::to_string(widthPx) + " x " + std::to_string(heightPx) + " pixels");
    if (!std::isfinite(fps) || fps <= 0.0 || fps > kMaxFps)
        return fail(ErrorCode::InvalidArgument, target.string(), "a film of " + std::to_string(fps) + " fps");
    auto file = AtomicFile::create(target, overwrite ? Overwrite::Yes : Overwrite::No);
    if (!file)
        return tl::unexpected(file.error());
    try {
        cv::VideoWriter writer;
        const cv::Size even(widthPx + widthPx % 2, heightPx + heightPx % 2);
        if (!openWriter(writer, file->temporaryPath(), fps, even)) {
            const ErrorCode reason = writeFailure(file->temporaryPath());
            return fail(reason, target.string(),
                        reason == ErrorCode::DiskFull ? "" : "no encoder for this kind of film is installed");
        }
        return std::make_unique<VideoFilmWriter>(target, std::move(*file), std::move(writer),
                                                 cv::Size(widthPx, heightPx));
    } catch (const cv::Exception& exception) {
        return fail(ErrorCode::WriteFailed, target.string(), exception.err);
    }
}

} // namespace fedefm::video
