// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace fedefm {

/// Where a frame rate came from; the order is the order of preference (docs/user-manual.md, Cine).
enum class RateSource {
    User,
    FrameTime,
    FrameTimeVector,
    AcquisitionTimes, ///< of the frames of enhanced objects
    RecommendedDisplayRate,
    CineRate,
    Container,
    Default
};

const char* rateSourceName(RateSource source); ///< e.g. "Frame Time"

enum class LoopMode { Loop, Sweep, Once };

inline constexpr double kDefaultFps = 15.0;

/// When each frame is due, relative to the first.
struct CineTiming
{
    /// One entry per frame, starting with 0, strictly increasing. Empty while there is no frame.
    std::vector<double> frameTimesMs;
    double fps = kDefaultFps; ///< mean rate
    RateSource source = RateSource::Default;
    int firstFrame = 0; ///< trims (0008,2142/2143), 0-based, inclusive
    int lastFrame = 0;
    LoopMode preferredLoop = LoopMode::Loop; ///< from Preferred Playback Sequencing (0018,1244)

    /// Time that the last frame of [first, last] stays on screen: the mean frame distance.
    double meanFrameMs() const { return 1000.0 / fps; }
};

/// What a file says about time, as read; absent values are 0 or empty.
struct TimingAttributes
{
    std::string frameIncrementPointer;      ///< "FrameTime", "FrameTimeVector" or ""
    double frameTimeMs = 0.0;               ///< (0018,1063)
    std::vector<double> frameTimeVectorMs;  ///< (0018,1065), the first value is not used
    std::vector<double> acquisitionStepsMs; ///< between (0018,9074) of the frames, laid out as the vector
    double recommendedFps = 0.0;            ///< (0008,2144)
    double cineRateFps = 0.0;               ///< (0018,0040)
    double containerFps = 0.0;              ///< video files
    int startTrim = 0;                      ///< 1-based as in the file; 0 absent
    int stopTrim = 0;
    int playbackSequencing = -1; ///< 0 looping, 1 sweeping, -1 absent
};

/// Resolves the attributes to times. Nonsense (negative, not finite, beyond 1000 fps, vector of wrong length)
/// is skipped, the next source is taken and a line is added to `warnings`. Single unusable steps of a vector
/// become its median, with a warning too.
CineTiming resolveTiming(const TimingAttributes& attributes, int frameCount,
                         std::vector<std::string>& warnings);

/// The same frames at a constant rate that the user chose.
CineTiming withUserRate(const CineTiming& timing, double fps);

} // namespace fedefm
