// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/video/video_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>

namespace fs = std::filesystem;

namespace fedefm::video {

namespace {

constexpr double kMaxPixels = 100e6;
/// Decoding this many pixels to learn every time stamp takes well below a second.
constexpr double kScanPixels = 200e6;
constexpr int kMaxPackets = 5'000'000;
/// A jump forward over fewer pictures is cheaper by decoding than by seeking to a key frame.
constexpr int kForwardStep = 24;
constexpr int kTimeoutMs = 5000;

std::vector<int> openParameters()
{
    return {cv::CAP_PROP_OPEN_TIMEOUT_MSEC, kTimeoutMs, cv::CAP_PROP_READ_TIMEOUT_MSEC, kTimeoutMs};
}

} // namespace

bool hasVideoSignature(const fs::path& file)
{
    std::array<unsigned char, 400> head{};
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char*>(head.data()), head.size());
    const auto size = static_cast<std::size_t>(stream.gcount());
    const auto has = [&](std::size_t at, const char* bytes, std::size_t count) {
        return size >= at + count && std::memcmp(head.data() + at, bytes, count) == 0;
    };
    const bool isQuickTime = has(4, "ftyp", 4) || has(4, "moov", 4) || has(4, "mdat", 4) || has(4, "wide", 4);
    const bool isTransportStream = size > 376 && head[0] == 0x47 && head[188] == 0x47 && head[376] == 0x47;
    return (has(0, "RIFF", 4) && has(8, "AVI ", 4)) || isQuickTime || has(0, "\x1A\x45\xDF\xA3", 4) ||
           has(0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", 8) || has(0, "\0\0\x01\xBA", 4) ||
           has(0, "\0\0\x01\xB3", 4) || has(0, "FLV\x01", 4) || isTransportStream;
}

int countPackets(const fs::path& file)
{
    cv::VideoCapture capture;
    std::vector<int> parameters = openParameters();
    parameters.insert(parameters.end(), {cv::CAP_PROP_FORMAT, -1});
    if (!capture.open(file.string(), cv::CAP_FFMPEG, parameters))
        return -1;
    int count = 0;
    while (count < kMaxPackets && capture.grab())
        ++count;
    return count;
}

Result<std::unique_ptr<VideoReader>> VideoReader::open(const fs::path& file)
{
    std::error_code code;
    const fs::path whole = fs::absolute(file, code);
    if (!fs::exists(whole, code))
        return fail(ErrorCode::FileNotFound, file.string());
    if (!hasVideoSignature(whole))
        return fail(ErrorCode::VideoUnreadable, file.string(), "the content is no video of a known kind");
    try {
        std::unique_ptr<VideoReader> reader(new VideoReader(whole));
        if (auto started = reader->restart(); !started)
            return tl::unexpected(started.error());
        if (auto measured = reader->measure(); !measured)
            return tl::unexpected(measured.error());
        return reader;
    } catch (const cv::Exception& exception) {
        return fail(ErrorCode::VideoUnreadable, file.string(), exception.err);
    }
}

Status VideoReader::restart()
{
    m_next = 0;
    m_capture.release();
    if (!m_capture.open(m_file.string(), cv::CAP_FFMPEG, openParameters()))
        return fail(ErrorCode::VideoUnreadable, m_file.string(),
                    "the container or its codec is not supported");
    return {};
}

Status VideoReader::measure()
{
    const double width = m_capture.get(cv::CAP_PROP_FRAME_WIDTH);
    const double height = m_capture.get(cv::CAP_PROP_FRAME_HEIGHT);
    if (!(width >= 1.0 && height >= 1.0))
        return fail(ErrorCode::VideoUnreadable, m_file.string(), "no picture size");
    if (width * height > kMaxPixels)
        return fail(ErrorCode::TooLarge, m_file.string(),
                    std::to_string(std::lround(width)) + " x " + std::to_string(std::lround(height)) +
                        " pixels");
    const double fps = m_capture.get(cv::CAP_PROP_FPS);
    m_fps = std::isfinite(fps) && fps > 0.0 ? fps : 0.0;
    const double announced = m_capture.get(cv::CAP_PROP_FRAME_COUNT);
    m_announcedFrames = announced > 0.0 && announced < kMaxPackets ? static_cast<int>(announced) : 0;
    m_frameCount = countPackets(m_file);
    const bool isShort = width * height * m_frameCount <= kScanPixels;
    if (!isShort && grab()) {
        m_firstMs = m_capture.get(cv::CAP_PROP_POS_MSEC);
        // Packets without a picture, or a cut file: only decoding tells the truth then.
        if (!jumpTo(m_frameCount - 1))
            scan();
    } else {
        scan();
    }
    if (m_frameCount <= 0)
        return fail(ErrorCode::VideoUnreadable, m_file.string(), "not one picture can be decoded");
    return {};
}

void VideoReader::scan()
{
    m_frameCount = 0;
    m_timesMs.clear();
    if (!restart())
        return;
    while (m_frameCount < kMaxPackets && grab()) {
        const double timeMs = m_capture.get(cv::CAP_PROP_POS_MSEC);
        if (m_frameCount == 0)
            m_firstMs = timeMs;
        m_timesMs.push_back(timeMs - m_firstMs);
        ++m_frameCount;
    }
    const auto notLater = [](double a, double b) { return !(b > a); };
    if (std::adjacent_find(m_timesMs.begin(), m_timesMs.end(), notLater) != m_timesMs.end())
        m_timesMs.clear();
    static_cast<void>(restart());
}

bool VideoReader::grab()
{
    if (!m_capture.grab())
        return false;
    ++m_next;
    return true;
}

/// After a grab: does the time stamp say that this is picture `index`?
bool VideoReader::isAt(int index)
{
    const double timeMs = m_capture.get(cv::CAP_PROP_POS_MSEC) - m_firstMs;
    if (!m_timesMs.empty())
        return std::abs(timeMs - m_timesMs[static_cast<std::size_t>(index)]) < 0.5;
    return m_fps > 0.0 && std::abs(timeMs * m_fps / 1000.0 - index) < 0.4;
}

bool VideoReader::advanceTo(int index)
{
    while (m_next <= index)
        if (!grab())
            return false;
    return m_next == index + 1;
}

bool VideoReader::jumpTo(int index)
{
    if (m_next <= index && index - m_next <= kForwardStep)
        return advanceTo(index);
    if (index > kForwardStep && m_capture.set(cv::CAP_PROP_POS_FRAMES, index) && m_capture.grab() &&
        isAt(index)) {
        m_next = index + 1;
        return true;
    }
    // The container's index misled; counting from the start never does.
    return restart() && advanceTo(index);
}

Result<cv::Mat> VideoReader::read(int index)
{
    if (index < 0 || index >= m_frameCount)
        return fail(ErrorCode::OutOfRange, m_file.string(), "frame " + std::to_string(index));
    try {
        cv::Mat picture;
        if (jumpTo(index) && m_capture.retrieve(picture) && !picture.empty())
            return picture;
        // Whatever went wrong, the next call starts from a known state.
        static_cast<void>(restart());
        return fail(ErrorCode::CodecFailed, m_file.string(), "frame " + std::to_string(index));
    } catch (const cv::Exception& exception) {
        return fail(ErrorCode::CodecFailed, m_file.string(),
                    "frame " + std::to_string(index) + ": " + exception.err);
    }
}

} // namespace fedefm::video
