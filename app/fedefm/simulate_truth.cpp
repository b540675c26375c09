// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/simulate_export.h"

#include <cmath>

namespace fedefm::cli {

namespace {

constexpr double kCurveStepPx = 2.0;
constexpr std::size_t kSpaceStep = 3; ///< every third point of the curves in space

double rounded(double value)
{
    return std::round(value * 100.0) / 100.0;
}

nlohmann::json pointsJson(const Polyline& line)
{
    nlohmann::json points = nlohmann::json::array();
    if (line.size() < 2)
        return points;
    for (const Point& p : resample(line, kCurveStepPx))
        points.push_back({rounded(p.x), rounded(p.y)});
    return points;
}

nlohmann::json spaceJson(const std::vector<Point3>& curve)
{
    nlohmann::json points = nlohmann::json::array();
    for (std::size_t i = 0; i < curve.size(); ++i)
        if (i % kSpaceStep == 0 || i + 1 == curve.size())
            points.push_back({rounded(curve[i].x), rounded(curve[i].y), rounded(curve[i].z)});
    return points;
}

/// `line` has points.
nlohmann::json pictureJson(const Polyline& line, double widthPx, bool tipInside)
{
    return {{"points_px", pointsJson(line)},
            {"width_px", rounded(widthPx)},
            {"tip_px", {rounded(line.back().x), rounded(line.back().y)}},
            {"tip_inside", tipInside}};
}

nlohmann::json deviceJson(const Polyline& line, const std::vector<Point3>& space, double widthPx,
                          bool tipInside)
{
    if (line.empty())
        return nullptr;
    nlohmann::json device = pictureJson(line, widthPx, tipInside);
    device["points_mm"] = spaceJson(space);
    return device;
}

} // namespace

Result<nlohmann::json> truthJson(const SimulatedCine& cine, const SimulationSettings& settings)
{
    const SequenceInfo& info = cine.info();
    nlohmann::json frames = nlohmann::json::array();
    for (int index = 0; index < info.frameCount; ++index) {
        const auto truth = cine.truth(index);
        if (!truth)
            return tl::unexpected(truth.error());
        nlohmann::json further = nlohmann::json::array();
        for (const FurtherCatheter& catheter : truth->furtherCatheters)
            if (!catheter.line.empty())
                further.push_back(pictureJson(catheter.line, catheter.widthPx, catheter.tipInside));
        frames.push_back({{"index", index},
                          {"time_ms", info.timing.frameTimesMs[static_cast<std::size_t>(index)]},
                          {"action", deviceActionName(truth->action)},
                          {"touches_wall", truth->touchesWall},
                          {"catheter", deviceJson(truth->catheter, truth->catheterMm, truth->catheterWidthPx,
                                                  truth->catheterTipInside)},
                          {"guidewire", deviceJson(truth->guidewire, truth->guidewireMm,
                                                   truth->guidewireWidthPx, truth->guidewireTipInside)},
                          {"further_catheters", further}});
    }
    return nlohmann::json{{"version", 1},
                          {"simulated", true},
                          {"preset", settings.preset},
                          {"seed", settings.seed},
                          {"size_px", settings.sizePx},
                          {"classes", {{"background", 0}, {"catheter", 1}, {"guidewire", 2}}},
                          {"fps", rounded(info.timing.fps)},
                          {"detector_pixel_mm", info.spacing.rowMm},
                          {"primary_angle_deg", info.angles.front().primaryDeg},
                          {"secondary_angle_deg", info.angles.front().secondaryDeg},
                          {"frames", std::move(frames)}};
}

std::vector<std::uint8_t> eightBit(const Frame& frame, int bitsStored)
{
    if (frame.type() == PixelType::U8)
        return {frame.bytes(), frame.bytes() + frame.byteCount()};
    std::vector<std::uint8_t> bytes(frame.sampleCount());
    const auto* values = frame.data<std::uint16_t>();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(values[i] >> (bitsStored - 8));
    return bytes;
}

} // namespace fedefm::cli
