// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/demo_cine.h"

#include "core/simulate/demo_anatomy.h"
#include "core/simulate/demo_wire.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kPhotonsPerPixel = 1800.0; ///< behind no attenuation at all, for 512 pixels
constexpr double kElectronicNoise = 2.0;    ///< photons
constexpr double kScatterShare = 0.25;
constexpr double kImagerSpacingMm = 0.30; ///< at 512 pixels
constexpr double kFullScale = 0.42;       ///< transmitted share that reaches the highest value

cv::Mat asMat(const DemoField& f)
{
    return {f.sizePx, f.sizePx, CV_32F, const_cast<float*>(f.values.data())};
}

/// A layer moved by a fraction of the picture; what enters at the border repeats the border.
cv::Mat shifted(const cv::Mat& layer, double dxPx, double dyPx)
{
    const cv::Mat move = (cv::Mat_<double>(2, 3) << 1, 0, dxPx, 0, 1, dyPx);
    cv::Mat result;
    cv::warpAffine(layer, result, move, layer.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return result;
}

/// Primary radiation blurred by the detector, plus a wide, weak veil of scattered radiation.
cv::Mat withScatter(const cv::Mat& primary)
{
    cv::Mat small;
    cv::resize(primary, small, {}, 1.0 / 8.0, 1.0 / 8.0, cv::INTER_AREA);
    cv::GaussianBlur(small, small, {}, std::max(1.0, primary.cols / 80.0));
    cv::Mat veil;
    cv::resize(small, veil, primary.size(), 0, 0, cv::INTER_LINEAR);
    cv::Mat sharp;
    cv::GaussianBlur(primary, sharp, {}, 0.6 * std::max(1.0, primary.cols / 512.0));
    return (1.0 - kScatterShare) * sharp + kScatterShare * veil;
}

void addNoise(cv::Mat& transmitted, std::uint64_t seed)
{
    cv::RNG random(seed);
    cv::Mat noise(transmitted.size(), CV_32F);
    random.fill(noise, cv::RNG::NORMAL, 0.0, 1.0);
    // The light spread in the scintillator correlates neighbouring pixels a little.
    cv::GaussianBlur(noise, noise, {3, 3}, 0.5);
    const cv::Mat photons = transmitted * kPhotonsPerPixel + kElectronicNoise * kElectronicNoise;
    cv::Mat deviation;
    cv::sqrt(photons, deviation);
    transmitted += noise.mul(deviation) * (1.0 / kPhotonsPerPixel);
}

std::uint64_t mixSeed(std::uint64_t seed, int index)
{
    std::uint64_t z =
        seed * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(index + 1) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

/// Square-root response as image chains use it: equal noise at all levels.
FramePtr quantised(const cv::Mat& transmitted, int bits)
{
    const int size = transmitted.cols;
    const double highest = (1 << bits) - 1;
    const bool wide = bits > 8;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size) * size * (wide ? 2 : 1));
    auto* wideOut = reinterpret_cast<std::uint16_t*>(bytes.data());
    for (int y = 0; y < size; ++y) {
        const auto* row = transmitted.ptr<float>(y);
        for (int x = 0; x < size; ++x) {
            const double level = std::sqrt(std::max(0.0, row[x] / kFullScale));
            const auto value = static_cast<int>(std::lround(std::clamp(level, 0.0, 1.0) * highest));
            const std::size_t at = static_cast<std::size_t>(y) * size + x;
            if (wide)
                wideOut[at] = static_cast<std::uint16_t>(value);
            else
                bytes[at] = static_cast<std::uint8_t>(value);
        }
    }
    return std::make_shared<Frame>(size, size, 1, wide ? PixelType::U16 : PixelType::U8, std::move(bytes));
}

SequenceInfo makeInfo(const DemoCineSettings& settings)
{
    SequenceInfo info;
    info.path = "demo-" + std::to_string(settings.seed);
    info.kind = "generated";
    info.modality = "XA";
    info.width = settings.sizePx;
    info.height = settings.sizePx;
    info.frameCount = settings.frames;
    info.bitsStored = settings.bitsStored;
    info.bitsAllocated = settings.bitsStored > 8 ? 16 : 8;
    info.pixelType = settings.bitsStored > 8 ? PixelType::U16 : PixelType::U8;
    info.photometric = "MONOCHROME2";
    TimingAttributes timing;
    timing.frameIncrementPointer = "FrameTime";
    timing.frameTimeMs = 1000.0 / settings.fps;
    info.timing = resolveTiming(timing, settings.frames, info.warnings);
    SpacingAttributes spacing;
    const double spacingMm = kImagerSpacingMm * 512.0 / settings.sizePx;
    spacing.imagerPixelSpacing = {spacingMm, spacingMm};
    info.spacing = resolveSpacing(spacing);
    const double range = 1 << settings.bitsStored;
    info.grey.applyModalityLut = false;
    info.grey.windows.push_back({range * 0.5, range * 0.95, WindowFunction::Linear, "demo"});
    info.angles.push_back({30.0, 20.0});
    info.identity.patientName = "Demo, Simulated";
    info.identity.patientId = "SIMULATED";
    info.identity.seriesDescription = "Simulated fluoroscopy";
    return info;
}

} // namespace

/// What all frames share, computed once.
struct DemoCine::Scene
{
    DemoAnatomy anatomy;
};

DemoCine::DemoCine(const DemoCineSettings& settings) : m_settings(settings)
{
    m_settings.sizePx = std::clamp(settings.sizePx, 64, 4096);
    m_settings.frames = std::max(settings.frames, 1);
    m_settings.fps = settings.fps > 0.0 ? settings.fps : kDefaultFps;
    m_settings.bitsStored = std::clamp(settings.bitsStored, 8, 16);
    m_info = makeInfo(m_settings);
    m_scene = std::make_shared<Scene>(Scene{makeDemoAnatomy(m_settings.sizePx, m_settings.seed)});
}

DemoTruth DemoCine::truth(int index) const
{
    const int last = std::max(m_settings.frames - 1, 1);
    const DemoPose pose = demoPose(static_cast<double>(index) / last, index / m_settings.fps);
    const DemoInstruments instruments = demoInstruments(pose, m_settings.sizePx, m_settings.seed);
    return {instruments.catheter, instruments.guidewire, kDemoCatheterWidth * m_settings.sizePx,
            kDemoGuidewireWidth * m_settings.sizePx};
}

Result<FramePtr> DemoCine::read(int index) const
{
    if (index < 0 || index >= m_settings.frames)
        return fail(ErrorCode::OutOfRange, m_info.path, "frame " + std::to_string(index));
    const int size = m_settings.sizePx;
    const int last = std::max(m_settings.frames - 1, 1);
    const DemoPose pose = demoPose(static_cast<double>(index) / last, index / m_settings.fps);
    const double breathPx = pose.breathRows * size;
    const DemoAnatomy& anatomy = m_scene->anatomy;
    cv::Mat total = asMat(anatomy.fixed) + shifted(asMat(anatomy.ribs), 0.0, -0.4 * breathPx) +
                    shifted(asMat(anatomy.diaphragm), 0.0, 1.6 * breathPx);
    DemoField wires{size, std::vector<float>(static_cast<std::size_t>(size) * size, 0.0F)};
    addInstruments(wires, demoInstruments(pose, size, m_settings.seed));
    total += asMat(wires);
    cv::Mat transmitted;
    cv::exp(-total, transmitted);
    transmitted = transmitted.mul(asMat(anatomy.light));
    transmitted = withScatter(transmitted);
    // The image chain blanks what lies outside of its field, down to a faint glow.
    transmitted = transmitted.mul(asMat(anatomy.light) * 0.93 + 0.07);
    addNoise(transmitted, mixSeed(m_settings.seed, index));
    return quantised(transmitted, m_settings.bitsStored);
}

} // namespace fedefm
