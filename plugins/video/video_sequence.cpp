// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/video/video_sequence.h"

#include "plugins/video/frame_convert.h"
#include "plugins/video/video_reader.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace fs = std::filesystem;

namespace fedefm::video {

namespace {

class VideoSequence final : public Sequence
{
public:
    VideoSequence(SequenceInfo info, std::unique_ptr<VideoReader> reader)
        : m_info(std::move(info)), m_reader(std::move(reader))
    {
    }

    const SequenceInfo& info() const override { return m_info; }

    Result<FramePtr> read(int index) const override
    {
        cv::Mat picture;
        {
            const std::lock_guard lock(m_mutex);
            auto result = m_reader->read(index);
            if (!result)
                return tl::unexpected(result.error());
            picture = std::move(*result);
        }
        if (picture.cols != m_info.width || picture.rows != m_info.height)
            return fail(ErrorCode::SizeMismatch, m_info.path,
                        "frame " + std::to_string(index) + " has another size than the first");
        return toFrame(picture, m_info.samples, m_info.path);
    }

private:
    SequenceInfo m_info;
    mutable std::mutex m_mutex;
    std::unique_ptr<VideoReader> m_reader;
};

/// Measured times replace the constant rate only where they differ from it by more than a container's
/// rounding.
void applyTimes(CineTiming& timing, const std::vector<double>& timesMs)
{
    if (timesMs.size() < 2 || timesMs.size() != timing.frameTimesMs.size())
        return;
    double worst = 0.0;
    for (std::size_t i = 0; i < timesMs.size(); ++i)
        worst = std::max(worst, std::abs(timesMs[i] - timing.frameTimesMs[i]));
    if (timing.source == RateSource::Container && worst < 0.5 * timing.meanFrameMs())
        return;
    timing.frameTimesMs = timesMs;
    timing.fps = 1000.0 * static_cast<double>(timesMs.size() - 1) / timesMs.back();
    timing.source = RateSource::Container;
}

} // namespace

SequenceInfo makeVideoInfo(const std::string& path, int width, int height, int samples, int frameCount)
{
    SequenceInfo info;
    info.path = path;
    info.kind = "video";
    info.width = width;
    info.height = height;
    info.samples = samples;
    info.frameCount = frameCount;
    info.photometric = samples == 1 ? "MONOCHROME2" : "RGB";
    info.colorModel = samples == 1 ? ColorModel::Grey : ColorModel::Rgb;
    info.lossy = true;
    info.grey.applyModalityLut = false;
    return info;
}

Result<SequencePtr> openVideo(const fs::path& file)
{
    auto reader = VideoReader::open(file);
    if (!reader)
        return tl::unexpected(reader.error());
    const int count = (*reader)->frameCount();
    bool isGrey = true;
    cv::Size size;
    for (const int index : {0, count / 2, count - 1}) {
        const auto picture = (*reader)->read(index);
        if (!picture && index == 0)
            return tl::unexpected(picture.error());
        if (!picture)
            continue;
        if (index == 0)
            size = picture->size();
        isGrey = isGrey && isGreyPicture(*picture);
    }
    SequenceInfo info = makeVideoInfo(file.string(), size.width, size.height, isGrey ? 1 : 3, count);
    TimingAttributes timing;
    timing.containerFps = (*reader)->fps();
    info.timing = resolveTiming(timing, count, info.warnings);
    applyTimes(info.timing, (*reader)->timesMs());
    if ((*reader)->announcedFrames() > count)
        info.warnings.push_back("only " + std::to_string(count) + " of " +
                                std::to_string((*reader)->announcedFrames()) + " frames can be decoded");
    return std::make_shared<VideoSequence>(std::move(info), std::move(*reader));
}

} // namespace fedefm::video
