// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <cstddef>
#include <memory>
#include <string>

namespace fedefm::video {

/// The ring never holds more than either limit; the oldest frames go first.
struct GrabberSettings
{
    int maxFrames = 900;
    std::size_t maxBytes = std::size_t(256) << 20;
};

/// Records a live source on a thread of its own into a bounded ring.
class FrameGrabber
{
public:
    /// `source`: "v4l2:/dev/video0" (a video file in place of the device plays as fast as it decodes),
    /// "rtsp://…". Returns when the first frame is there. Errors: FileNotFound, VideoUnreadable,
    /// UnsupportedPixels.
    static Result<std::unique_ptr<FrameGrabber>> start(const std::string& source,
                                                       const GrabberSettings& settings);
    ~FrameGrabber(); ///< stops and waits for the frame in work

    FrameGrabber(const FrameGrabber&) = delete;
    FrameGrabber& operator=(const FrameGrabber&) = delete;

    /// Blocks until the source ends or the time is over; true when it ended.
    bool waitForEnd(double seconds) const;
    void stop();

    long long capturedFrames() const;
    long long droppedFrames() const; ///< captured, but pushed out of the ring by later ones
    /// What the ring holds now, as a sequence that later frames do not change; null when it is empty.
    SequencePtr snapshot() const;

private:
    struct State;
    explicit FrameGrabber(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// The source without user name and password, fit for display and logs.
std::string publicName(const std::string& source);

} // namespace fedefm::video
