// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/cine_timing.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace fedefm {

namespace {

constexpr double kMaxFps = 1000.0;
constexpr double kMaxFrameMs = 3'600'000.0; // slower than a frame per hour is a broken value

bool isUsableFrameMs(double ms)
{
    return std::isfinite(ms) && ms >= 1000.0 / kMaxFps && ms <= kMaxFrameMs;
}

bool isUsableFps(double fps)
{
    return std::isfinite(fps) && fps <= kMaxFps && fps >= 1000.0 / kMaxFrameMs;
}

void setConstantRate(CineTiming& timing, double frameMs, int frameCount, RateSource source)
{
    timing.source = source;
    timing.fps = 1000.0 / frameMs;
    timing.frameTimesMs.resize(static_cast<std::size_t>(frameCount));
    for (int i = 0; i < frameCount; ++i)
        timing.frameTimesMs[static_cast<std::size_t>(i)] = i * frameMs;
}

/// One attempt to take the rate from one attribute; false when it is absent or nonsense.
class Resolver
{
public:
    Resolver(const TimingAttributes& attributes, int frameCount, std::vector<std::string>& warnings)
        : m_in(attributes), m_frameCount(frameCount), m_warnings(warnings)
    {
    }

    bool takeFrameTime(CineTiming& timing)
    {
        if (m_in.frameTimeMs == 0.0)
            return false;
        if (!isUsableFrameMs(m_in.frameTimeMs))
            return reject("Frame Time");
        setConstantRate(timing, m_in.frameTimeMs, m_frameCount, RateSource::FrameTime);
        return true;
    }

    bool takeSteps(CineTiming& timing, std::vector<double> steps, RateSource source)
    {
        if (steps.empty() || m_frameCount < 2)
            return false;
        if (steps.size() != static_cast<std::size_t>(m_frameCount) || !repair(steps, rateSourceName(source)))
            return reject(rateSourceName(source));
        timing.frameTimesMs.assign(1, 0.0);
        for (std::size_t i = 1; i < steps.size(); ++i)
            timing.frameTimesMs.push_back(timing.frameTimesMs.back() + steps[i]);
        timing.fps = 1000.0 * (m_frameCount - 1) / timing.frameTimesMs.back();
        timing.source = source;
        return true;
    }
    bool takeVector(CineTiming& timing)
    {
        return takeSteps(timing, m_in.frameTimeVectorMs, RateSource::FrameTimeVector);
    }
    bool takeAcquisitionTimes(CineTiming& timing)
    {
        return takeSteps(timing, m_in.acquisitionStepsMs, RateSource::AcquisitionTimes);
    }

    bool takeRate(CineTiming& timing, double fps, RateSource source)
    {
        if (fps == 0.0)
            return false;
        if (!isUsableFps(fps))
            return reject(rateSourceName(source));
        setConstantRate(timing, 1000.0 / fps, m_frameCount, source);
        timing.fps = fps;
        return true;
    }

    void takeTrims(CineTiming& timing)
    {
        timing.lastFrame = std::max(0, m_frameCount - 1);
        const int start = m_in.startTrim == 0 ? 1 : m_in.startTrim;
        const int stop = m_in.stopTrim == 0 ? m_frameCount : m_in.stopTrim;
        if (m_frameCount == 0 || (start == 1 && stop == m_frameCount))
            return;
        if (start < 1 || stop > m_frameCount || start > stop) {
            reject("Start Trim and Stop Trim");
            return;
        }
        timing.firstFrame = start - 1;
        timing.lastFrame = stop - 1;
    }

private:
    /// Puts the median in place of unusable steps; false when those are the most.
    bool repair(std::vector<double>& steps, const char* name)
    {
        std::vector<double> usable;
        std::copy_if(steps.begin() + 1, steps.end(), std::back_inserter(usable), isUsableFrameMs);
        const std::size_t broken = steps.size() - 1 - usable.size();
        if (broken > usable.size())
            return false;
        if (broken == 0)
            return true;
        const auto middle = usable.begin() + static_cast<std::ptrdiff_t>(usable.size() / 2);
        std::nth_element(usable.begin(), middle, usable.end());
        const double median = *middle;
        std::replace_if(
            steps.begin() + 1, steps.end(), [](double ms) { return !isUsableFrameMs(ms); }, median);
        m_warnings.push_back(std::string(name) + " has " + std::to_string(broken) +
                             " unusable value(s), taken as the median");
        return true;
    }

    bool reject(const char* name)
    {
        m_warnings.push_back(std::string(name) + " is not usable and was ignored");
        return false;
    }

    const TimingAttributes& m_in;
    int m_frameCount;
    std::vector<std::string>& m_warnings;
};

} // namespace

const char* rateSourceName(RateSource source)
{
    switch (source) {
    case RateSource::User:
        return "User";
    case RateSource::FrameTime:
        return "Frame Time";
    case RateSource::FrameTimeVector:
        return "Frame Time Vector";
    case RateSource::AcquisitionTimes:
        return "Frame Acquisition DateTime";
    case RateSource::RecommendedDisplayRate:
        return "Recommended Display Frame Rate";
    case RateSource::CineRate:
        return "Cine Rate";
    case RateSource::Container:
        return "Container";
    case RateSource::Default:
        break;
    }
    return "Default";
}

CineTiming resolveTiming(const TimingAttributes& attributes, int frameCount,
                         std::vector<std::string>& warnings)
{
    frameCount = std::max(0, frameCount);
    CineTiming timing;
    Resolver resolver(attributes, frameCount, warnings);

    // The pointer chooses between the two; many files lack it, then Frame Time is the common one.
    const bool vectorFirst = attributes.frameIncrementPointer == "FrameTimeVector";
    bool found = vectorFirst ? resolver.takeVector(timing) || resolver.takeFrameTime(timing)
                             : resolver.takeFrameTime(timing) || resolver.takeVector(timing);
    found = found || resolver.takeAcquisitionTimes(timing) ||
            resolver.takeRate(timing, attributes.recommendedFps, RateSource::RecommendedDisplayRate) ||
            resolver.takeRate(timing, attributes.cineRateFps, RateSource::CineRate) ||
            resolver.takeRate(timing, attributes.containerFps, RateSource::Container);
    if (!found) {
        setConstantRate(timing, 1000.0 / kDefaultFps, frameCount, RateSource::Default);
        timing.fps = kDefaultFps; // not the inverse of the inverse
    }

    resolver.takeTrims(timing);
    if (attributes.playbackSequencing == 1)
        timing.preferredLoop = LoopMode::Sweep;
    return timing;
}

CineTiming withUserRate(const CineTiming& timing, double fps)
{
    if (!isUsableFps(fps))
        return timing;
    CineTiming changed = timing;
    setConstantRate(changed, 1000.0 / fps, static_cast<int>(timing.frameTimesMs.size()), RateSource::User);
    changed.fps = fps;
    return changed;
}

} // namespace fedefm
