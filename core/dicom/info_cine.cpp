// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <array>

namespace fedefm::dicom {

namespace {

/// Microseconds since an arbitrary day from "YYYYMMDDHHMMSS.FFFFFF"; empty for anything shorter.
std::optional<long long> microsecondsOf(const std::string& dateTime)
{
    constexpr std::array<std::size_t, 7> kStarts{0, 4, 6, 8, 10, 12, 14};
    if (dateTime.size() < kStarts.back())
        return std::nullopt;
    std::array<long long, 6> parts{};
    for (std::size_t part = 0; part < parts.size(); ++part)
        for (std::size_t i = kStarts[part]; i < kStarts[part + 1]; ++i) {
            if (dateTime[i] < '0' || dateTime[i] > '9')
                return std::nullopt;
            parts[part] = parts[part] * 10 + (dateTime[i] - '0');
        }
    long long fraction = 0;
    long long scale = 100'000;
    if (dateTime.size() > 14 && dateTime[14] == '.')
        for (std::size_t i = 15; i < dateTime.size() && dateTime[i] >= '0' && dateTime[i] <= '9'; ++i) {
            fraction += scale * (dateTime[i] - '0');
            scale /= 10;
        }
    // Months of 31 days: a run over the end of a month gets one long step, which is then refused.
    const long long days = (parts[0] * 12 + parts[1]) * 31 + parts[2];
    return (((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]) * 1'000'000 + fraction;
}

/// Frame distances of enhanced objects, from the acquisition times of their frames.
std::vector<double> distancesOfFrames(const FunctionalGroups& groups, int frames)
{
    std::vector<double> distancesMs;
    std::optional<long long> last;
    for (std::size_t i = 0; i < static_cast<std::size_t>(frames) && i < groups.frameCount(); ++i) {
        const auto content = groups.macro(DCM_FrameContentSequence, i);
        std::string time = content ? content->raw(DCM_FrameAcquisitionDateTime) : std::string();
        if (content && time.empty())
            time = content->raw(DCM_FrameReferenceDateTime);
        const auto now = microsecondsOf(time);
        if (!now || (last && *now <= *last))
            return {};
        distancesMs.push_back(last ? static_cast<double>(*now - *last) / 1000.0 : 0.0);
        last = now;
    }
    return distancesMs.size() == static_cast<std::size_t>(frames) && frames > 1 ? distancesMs
                                                                                : std::vector<double>();
}

std::string incrementPointer(const DatasetValues& values)
{
    for (const std::string& target : values.codes(DCM_FrameIncrementPointer)) {
        if (target == "(0018,1063)")
            return "FrameTime";
        if (target == "(0018,1065)")
            return "FrameTimeVector";
    }
    return {};
}

} // namespace

void readCine(const HeaderContext& context, SequenceInfo& info)
{
    const DatasetValues& values = context.values;
    TimingAttributes timing;
    timing.frameIncrementPointer = incrementPointer(values);
    timing.frameTimeMs = values.number(DCM_FrameTime).value_or(0.0);
    if (values.has(DCM_FrameTimeVector)) // the first value is not used and may be empty
        for (const std::string& step : values.codes(DCM_FrameTimeVector))
            timing.frameTimeVectorMs.push_back(numberOf(step).value_or(0.0));
    timing.cineRateFps = values.number(DCM_CineRate).value_or(0.0);
    timing.recommendedFps = values.number(DCM_RecommendedDisplayFrameRate).value_or(0.0);
    timing.startTrim = values.integer(DCM_StartTrim).value_or(0);
    timing.stopTrim = values.integer(DCM_StopTrim).value_or(0);
    timing.playbackSequencing = values.integer(DCM_PreferredPlaybackSequencing).value_or(-1);
    if (const auto display = values.firstItem(DCM_FrameDisplaySequence)) {
        if (timing.recommendedFps == 0.0)
            timing.recommendedFps = display->number(DCM_RecommendedDisplayFrameRateInFloat).value_or(0.0);
        if (timing.startTrim == 0 && timing.stopTrim == 0) {
            timing.startTrim = display->integer(DCM_StartTrim).value_or(0);
            timing.stopTrim = display->integer(DCM_StopTrim).value_or(0);
        }
        if (timing.playbackSequencing < 0)
            timing.playbackSequencing = display->integer(DCM_PreferredPlaybackSequencing).value_or(-1);
    }
    timing.acquisitionStepsMs = distancesOfFrames(context.groups, info.frameCount);
    info.timing = resolveTiming(timing, info.frameCount, info.warnings);
    const int representative = values.integer(DCM_RepresentativeFrameNumber).value_or(0);
    if (representative >= 1 && representative <= info.frameCount)
        info.representativeFrame = representative - 1;
}

} // namespace fedefm::dicom
