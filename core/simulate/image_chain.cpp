// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/image_chain.h"

#include "core/simulate/aperture.h"
#include "core/simulate/plane_filters.h"

namespace fedefm {

namespace {

constexpr float kOpen = 0.5F;         ///< light above which a pixel counts as inside the collimator
constexpr double kDarkGrey = 0.05;    ///< the darkest tissue keeps this share of full scale
constexpr double kToeGrey = 0.08;     ///< below this share of full scale the display's curve flattens
constexpr float kDarkestSpans = 2.5F; ///< how far below the median the processing looks, in spans

float percentile(std::vector<float>& values, double share)
{
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

/// Values where the collimator is open.
std::vector<float> openValues(const FloatPlane& plane, const FloatPlane& light)
{
    std::vector<float> values;
    for (std::size_t i = 0; i < plane.values.size(); ++i)
        if (light.values[i] > kOpen)
            values.push_back(plane.values[i]);
    return values.empty() ? plane.values : values;
}

} // namespace

ImageChain::ImageChain(const ImageChainSettings& settings, int sizePx, const FloatPlane& coarseAttenuation)
    : m_settings(settings), m_sizePx(sizePx), m_light(apertureLight(settings.aperture, sizePx)),
      m_vignetted(vignetted(m_light, settings.aperture.vignette))
{
    FloatPlane light(coarseAttenuation.width, coarseAttenuation.height);
    addStretched(light, m_light, 0.0, 0.0, 1.0F);
    FloatPlane dimmed(coarseAttenuation.width, coarseAttenuation.height);
    addStretched(dimmed, m_vignetted, 0.0, 0.0, 1.0F);
    std::vector<float> open = openValues(coarseAttenuation, light);
    m_anchor.attenuation = percentile(open, 0.5);
    FloatPlane signal = coarseAttenuation;
    for (float& value : signal.values)
        value = m_anchor.attenuation - value;
    expInPlace(signal);
    for (std::size_t i = 0; i < signal.values.size(); ++i)
        signal.values[i] *= dimmed.values[i];
    // Twice: the first round tells how dark the darkest is, which the processing of the second needs.
    for (int round = 0; round < 2; ++round) {
        FloatPlane processed = signal;
        process(processed, static_cast<double>(coarseAttenuation.width) / sizePx);
        open = openValues(processed, light);
        m_anchor.median = percentile(open, 0.5);
        m_anchor.span = std::max(0.15F, percentile(open, 0.95) - percentile(open, 0.05));
        m_anchor.dark = percentile(open, 0.02);
    }
}

FloatPlane ImageChain::primary(FloatPlane attenuation) const
{
    for (float& value : attenuation.values)
        value = m_anchor.attenuation - value;
    expInPlace(attenuation);
    for (std::size_t i = 0; i < attenuation.values.size(); ++i)
        attenuation.values[i] *= m_vignetted.values[i];
    return attenuation;
}

FramePtr ImageChain::expose(FloatPlane attenuation, std::uint64_t noiseSeed) const
{
    FloatPlane signal = primary(std::move(attenuation));
    if (m_settings.scatterShare > 0.0) {
        const FloatPlane veil = wideBlur(signal, m_settings.scatterWidthShare * m_sizePx);
        const auto share = static_cast<float>(m_settings.scatterShare);
        for (std::size_t i = 0; i < signal.values.size(); ++i)
            signal.values[i] += share * (veil.values[i] - signal.values[i]);
    }
    smallBlur(signal, m_settings.blurPx);
    addNoise(signal, noiseSeed);
    process(signal, 1.0);
    return quantised(signal);
}

void ImageChain::addNoise(FloatPlane& intensity, std::uint64_t seed) const
{
    FloatPlane noise = whiteNoise(m_sizePx, seed);
    smallBlur(noise, m_settings.noiseGrainPx);
    // The blur takes power away; the grain keeps the stated deviation.
    double square = 0.0;
    for (std::size_t i = 0; i < noise.values.size(); i += 7)
        square += static_cast<double>(noise.values[i]) * noise.values[i];
    const double deviation = std::sqrt(square / (static_cast<double>(noise.values.size()) / 7.0));
    const auto gain = static_cast<float>(1.0 / std::max(deviation, 1e-6));
    const auto quantum = static_cast<float>(m_settings.noiseShare * m_settings.noiseShare);
    const auto electronic = static_cast<float>(m_settings.electronicShare * m_settings.electronicShare);
    RandomStream lines(seed ^ 0x5DEECE66DULL);
    for (int y = 0; y < m_sizePx; ++y) {
        const auto line =
            static_cast<float>(m_settings.lineShare > 0.0 ? m_settings.lineShare * lines.normal() : 0.0);
        float* row = intensity.values.data() + intensity.index(0, y);
        const float* grain = noise.values.data() + noise.index(0, y);
        for (int x = 0; x < m_sizePx; ++x)
            row[x] += line * row[x] + gain * grain[x] * std::sqrt(quantum * row[x] + electronic);
    }
}

void ImageChain::process(FloatPlane& signal, double scale) const
{
    const auto response = static_cast<float>(m_settings.response);
    for (float& value : signal.values)
        value = std::max(value, 1e-3F);
    if (response < 0.99F) {
        logInPlace(signal);
        if (response > 0.01F) {
            for (float& value : signal.values)
                value *= response;
            for (float& value : signal.values)
                value = std::min(value, 20.0F);
            // e^x for positive x as well: the exponent trick covers both signs.
            expInPlace(signal);
            for (float& value : signal.values)
                value = (value - 1.0F) / response;
        }
    } else {
        for (float& value : signal.values)
            value -= 1.0F;
    }
    const float darkest = m_anchor.median - kDarkestSpans * m_anchor.span;
    for (float& value : signal.values)
        value = std::max(value, darkest);
    if (m_settings.harmonise > 0.0) {
        const FloatPlane large = wideBlur(signal, m_settings.harmoniseWidthShare * signal.width);
        const auto share = static_cast<float>(m_settings.harmonise);
        for (std::size_t i = 0; i < signal.values.size(); ++i)
            signal.values[i] -= share * large.values[i];
    }
    if (m_settings.edgeAmount > 0.0) {
        const FloatPlane soft = wideBlur(signal, std::max(1.0, m_settings.edgeWidthPx * scale));
        const auto amount = static_cast<float>(m_settings.edgeAmount);
        for (std::size_t i = 0; i < signal.values.size(); ++i)
            signal.values[i] += amount * (signal.values[i] - soft.values[i]);
    }
}

double ImageChain::greyPerSignal() const
{
    const double depth = std::max(0.01, static_cast<double>(m_anchor.median - m_anchor.dark));
    const double steepest = std::max(0.05, m_settings.greyMedian - kDarkGrey) / depth;
    return std::min(m_settings.greySpread / m_anchor.span, steepest);
}

FramePtr ImageChain::quantised(const FloatPlane& signal) const
{
    // Toe and gamma through a table: two powers per entry, not per pixel.
    constexpr int kSteps = 4096;
    constexpr double kToe = kToeGrey * kSteps;
    constexpr int kBelow = static_cast<int>(20.0 * kToe);
    const int highest = (1 << m_settings.bitsStored) - 1;
    std::vector<std::uint16_t> table(kBelow + kSteps + 1);
    const double median = std::clamp(m_settings.greyMedian, 0.02, 0.98);
    for (int i = -kBelow; i <= kSteps; ++i) {
        // The dark end approaches black and does not reach it, as on a fluoroscope: instruments in front
        // of the spine keep their contrast. The slope has no step at the toe's beginning.
        const double place = i < kToe ? kToe * kToe / (2.0 * kToe - i) : i;
        // The median keeps its grey value under any gamma.
        const double level =
            std::pow(place / kSteps, m_settings.gamma) * std::pow(median, 1.0 - m_settings.gamma);
        table[static_cast<std::size_t>(i + kBelow)] =
            static_cast<std::uint16_t>(std::lround(std::clamp(level, 0.0, 1.0) * highest));
    }
    const auto blank = static_cast<std::uint16_t>(std::lround(m_settings.aperture.blankGrey * highest));
    const auto gain = static_cast<float>(greyPerSignal() * kSteps);
    const auto offset = static_cast<float>(median * kSteps) - gain * m_anchor.median;
    const bool wide = m_settings.bitsStored > 8;
    const std::size_t count = signal.values.size();
    std::vector<std::uint8_t> bytes(count * (wide ? 2 : 1));
    auto* words = reinterpret_cast<std::uint16_t*>(bytes.data());
    for (std::size_t i = 0; i < count; ++i) {
        const float place = std::clamp(signal.values[i] * gain + offset, static_cast<float>(-kBelow),
                                       static_cast<float>(kSteps));
        const bool outside = m_settings.aperture.isBlanked && m_light.values[i] < 0.3F;
        const std::uint16_t value =
            outside ? blank : table[static_cast<std::size_t>(place + (kBelow + 0.5F))];
        if (wide)
            words[i] = value;
        else
            bytes[i] = static_cast<std::uint8_t>(value);
    }
    return std::make_shared<Frame>(m_sizePx, m_sizePx, 1, wide ? PixelType::U16 : PixelType::U8,
                                   std::move(bytes));
}

} // namespace fedefm
