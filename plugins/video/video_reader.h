// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <memory>
#include <opencv2/videoio.hpp>
#include <vector>

namespace fedefm::video {

/// Index-exact access to the pictures of a video file. Not thread-safe.
/// Containers only estimate their length and seek by time, so the pictures are counted by decoding them once
/// (short files) or by counting packets (long ones), and the time stamp is checked after every jump.
class VideoReader
{
public:
    /// Errors: FileNotFound, VideoUnreadable, TooLarge.
    static Result<std::unique_ptr<VideoReader>> open(const std::filesystem::path& file);

    int frameCount() const { return m_frameCount; }
    int announcedFrames() const { return m_announcedFrames; }
    double fps() const { return m_fps; } ///< 0 when the container gives none
    /// Presentation times relative to the first picture; empty when they were not measured.
    const std::vector<double>& timesMs() const { return m_timesMs; }

    /// Picture `index`, blue-green-red. Errors: OutOfRange, CodecFailed.
    Result<cv::Mat> read(int index);

private:
    explicit VideoReader(std::filesystem::path file) : m_file(std::move(file)) {}
    Status restart();
    Status measure();
    void scan();
    bool grab();
    bool jumpTo(int index);
    bool isAt(int index);
    bool advanceTo(int index);

    std::filesystem::path m_file;
    cv::VideoCapture m_capture;
    int m_next = 0; ///< index of the picture that the next grab gives
    int m_frameCount = 0;
    int m_announcedFrames = 0;
    double m_fps = 0.0;
    double m_firstMs = 0.0;
    std::vector<double> m_timesMs;
};

/// True when the first bytes are those of a known video container. Play lists and other text, which could
/// lead the decoder to other files or the network, are not.
bool hasVideoSignature(const std::filesystem::path& file);

/// Number of packets of the first video stream, without decoding; -1 when the file cannot be opened.
int countPackets(const std::filesystem::path& file);

} // namespace fedefm::video
