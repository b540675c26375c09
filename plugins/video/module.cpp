// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/module.h"

#include "core/base/version.h"
#include "plugins/video/film_writer.h"
#include "plugins/video/frame_grabber.h"
#include "plugins/video/video_reader.h"
#include "plugins/video/video_sequence.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <opencv2/core/utils/logger.hpp>

namespace fedefm::video {

namespace {

constexpr std::array kLiveSchemes{"v4l2:", "rtsp://", "rtsps://"};
constexpr const char* kSecondsMark = "#seconds=";
constexpr double kDefaultSeconds = 5.0;
constexpr double kMaxSeconds = 600.0;

class VideoFileSource final : public ImageSourceFactory
{
public:
    std::string name() const override { return "Video files"; }
    std::vector<std::string> extensions() const override
    {
        return {".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv", ".ts"};
    }
    bool canOpen(const std::filesystem::path& path) const override
    {
        std::error_code code;
        return std::filesystem::is_regular_file(path, code) && hasVideoSignature(path);
    }
    Result<SequencePtr> open(const std::filesystem::path& path) const override { return openVideo(path); }
};

/// "v4l2:/dev/video0#seconds=3" records three seconds and hands them over as a sequence.
class GrabberSource final : public ImageSourceFactory
{
public:
    std::string name() const override { return "Frame grabbers and network cameras"; }
    std::vector<std::string> extensions() const override { return {}; }
    bool canOpen(const std::filesystem::path& path) const override
    {
        const std::string text = path.string();
        return std::any_of(kLiveSchemes.begin(), kLiveSchemes.end(),
                           [&](const char* scheme) { return text.rfind(scheme, 0) == 0; });
    }
    Result<SequencePtr> open(const std::filesystem::path& path) const override
    {
        std::string source = path.string();
        double seconds = kDefaultSeconds;
        if (const std::size_t mark = source.rfind(kSecondsMark); mark != std::string::npos) {
            seconds = std::atof(source.c_str() + mark + std::char_traits<char>::length(kSecondsMark));
            source.resize(mark);
        }
        if (!(seconds > 0.0 && seconds <= kMaxSeconds))
            return fail(ErrorCode::OutOfRange, publicName(source), "seconds must be above 0 and at most 600");
        const auto grabber = FrameGrabber::start(source, {});
        if (!grabber)
            return tl::unexpected(grabber.error());
        (*grabber)->waitForEnd(seconds);
        (*grabber)->stop();
        return (*grabber)->snapshot();
    }
};

void load(ModuleContents& contents)
{
    // FFmpeg prints damaged streams to stderr otherwise; the errors are reported as values.
    ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    contents.imageSources.push_back(std::make_shared<VideoFileSource>());
    contents.imageSources.push_back(std::make_shared<GrabberSource>());
    contents.filmWriters.push_back(std::make_shared<VideoFilmFactory>());
}

} // namespace

} // namespace fedefm::video

FEDEFM_MODULE("video", fedefm::kVersion, "Video files, frame grabbers and films (OpenCV)",
              fedefm::video::load)
