// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/video/frame_grabber.h"

#include "core/base/clock.h"
#include "plugins/video/frame_convert.h"
#include "plugins/video/video_sequence.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <opencv2/videoio.hpp>
#include <thread>

namespace fs = std::filesystem;

namespace fedefm::video {

namespace {

constexpr const char* kDeviceScheme = "v4l2:";
constexpr int kTimeoutMs = 5000;

/// Frames that were recorded and stay as they are.
class RecordedSequence final : public Sequence
{
public:
    RecordedSequence(SequenceInfo info, std::vector<FramePtr> frames)
        : m_info(std::move(info)), m_frames(std::move(frames))
    {
    }
    const SequenceInfo& info() const override { return m_info; }
    Result<FramePtr> read(int index) const override
    {
        if (index < 0 || index >= m_info.frameCount)
            return fail(ErrorCode::OutOfRange, m_info.path, "frame " + std::to_string(index));
        return m_frames[static_cast<std::size_t>(index)];
    }

private:
    SequenceInfo m_info;
    std::vector<FramePtr> m_frames;
};

Status openCapture(cv::VideoCapture& capture, const std::string& source)
{
    const std::string name = publicName(source);
    const std::vector<int> timeouts{cv::CAP_PROP_OPEN_TIMEOUT_MSEC, kTimeoutMs,
                                    cv::CAP_PROP_READ_TIMEOUT_MSEC, kTimeoutMs};
    bool opened = false;
    if (source.rfind(kDeviceScheme, 0) == 0) {
        const std::string device = source.substr(std::char_traits<char>::length(kDeviceScheme));
        std::error_code code;
        if (!fs::exists(device, code))
            return fail(ErrorCode::FileNotFound, name);
        opened = fs::is_regular_file(device, code) ? capture.open(device, cv::CAP_FFMPEG, timeouts)
                                                   : capture.open(device, cv::CAP_V4L2);
    } else {
        opened = capture.open(source, cv::CAP_FFMPEG, timeouts);
    }
    if (!opened)
        return fail(ErrorCode::VideoUnreadable, name, "the source gives no pictures");
    return {};
}

} // namespace

std::string publicName(const std::string& source)
{
    const std::size_t start = source.find("://");
    if (start == std::string::npos)
        return source;
    const std::size_t hostEnd = source.find('/', start + 3);
    const std::size_t at = source.rfind('@', hostEnd);
    if (at == std::string::npos || at < start)
        return source;
    return source.substr(0, start + 3) + source.substr(at + 1);
}

struct FrameGrabber::State
{
    std::string name;
    GrabberSettings settings;
    cv::VideoCapture capture;
    int samples = 1;
    cv::Size size;
    SteadyClock clock;

    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    struct Entry
    {
        FramePtr frame;
        double timeMs;
    };
    std::deque<Entry> ring;
    std::size_t ringBytes = 0;
    long long captured = 0;
    long long dropped = 0;
    bool ended = false;
    std::atomic<bool> stopping{false};
    std::thread thread;

    void push(FramePtr frame);
    void record();
};

void FrameGrabber::State::push(FramePtr frame)
{
    const double nowMs = clock.nowMs();
    const std::lock_guard lock(mutex);
    ringBytes += frame->byteCount();
    // Two frames of the same clock tick still need an order.
    const double timeMs = ring.empty() ? nowMs : std::max(nowMs, ring.back().timeMs + 0.001);
    ring.push_back({std::move(frame), timeMs});
    ++captured;
    while (ring.size() > 1 &&
           (ring.size() > static_cast<std::size_t>(settings.maxFrames) || ringBytes > settings.maxBytes)) {
        ringBytes -= ring.front().frame->byteCount();
        ring.pop_front();
        ++dropped;
    }
    changed.notify_all();
}

void FrameGrabber::State::record()
{
    try {
        cv::Mat picture;
        while (!stopping && capture.read(picture) && picture.size() == size) {
            auto frame = toFrame(picture, samples, name);
            if (!frame)
                break;
            push(std::move(*frame));
        }
    } catch (const std::exception&) {
        // The recording ends with what it has; the ring says how much that is.
    }
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
}

FrameGrabber::FrameGrabber(std::unique_ptr<State> state) : m_state(std::move(state)) {}

Result<std::unique_ptr<FrameGrabber>> FrameGrabber::start(const std::string& source,
                                                          const GrabberSettings& settings)
{
    auto state = std::make_unique<State>();
    state->name = publicName(source);
    state->settings = settings;
    state->settings.maxFrames = std::max(settings.maxFrames, 1);
    try {
        if (auto opened = openCapture(state->capture, source); !opened)
            return tl::unexpected(opened.error());
        cv::Mat first;
        if (!state->capture.read(first) || first.empty())
            return fail(ErrorCode::VideoUnreadable, state->name, "the source gives no pictures");
        state->samples = isGreyPicture(first) ? 1 : 3;
        state->size = first.size();
        auto frame = toFrame(first, state->samples, state->name);
        if (!frame)
            return tl::unexpected(frame.error());
        state->push(std::move(*frame));
    } catch (const cv::Exception& exception) {
        return fail(ErrorCode::VideoUnreadable, state->name, exception.err);
    }
    State* shared = state.get();
    std::unique_ptr<FrameGrabber> grabber(new FrameGrabber(std::move(state)));
    shared->thread = std::thread([shared] { shared->record(); });
    return grabber;
}

FrameGrabber::~FrameGrabber()
{
    stop();
}

bool FrameGrabber::waitForEnd(double seconds) const
{
    std::unique_lock lock(m_state->mutex);
    return m_state->changed.wait_for(lock, std::chrono::duration<double>(seconds),
                                     [&] { return m_state->ended; });
}

void FrameGrabber::stop()
{
    m_state->stopping = true;
    if (m_state->thread.joinable())
        m_state->thread.join();
}

long long FrameGrabber::capturedFrames() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->captured;
}

long long FrameGrabber::droppedFrames() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->dropped;
}

SequencePtr FrameGrabber::snapshot() const
{
    std::vector<FramePtr> frames;
    std::vector<double> timesMs;
    long long dropped = 0;
    {
        const std::lock_guard lock(m_state->mutex);
        for (const State::Entry& entry : m_state->ring) {
            frames.push_back(entry.frame);
            timesMs.push_back(entry.timeMs - m_state->ring.front().timeMs);
        }
        dropped = m_state->dropped;
    }
    if (frames.empty())
        return nullptr;
    const int count = static_cast<int>(frames.size());
    SequenceInfo info =
        makeVideoInfo(m_state->name, m_state->size.width, m_state->size.height, m_state->samples, count);
    info.timing = resolveTiming({}, count, info.warnings);
    if (count > 1) {
        info.timing.fps = 1000.0 * (count - 1) / timesMs.back();
        info.timing.source = RateSource::Container;
        info.timing.frameTimesMs = std::move(timesMs);
    }
    info.lossy = false;
    if (dropped > 0)
        info.warnings.push_back(std::to_string(dropped) +
                                " earlier frames were dropped: the recording buffer was full");
    return std::make_shared<RecordedSequence>(std::move(info), std::move(frames));
}

} // namespace fedefm::video
