// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/grey_pipeline.h"

#include "core/image/grey_value_private.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace fedefm {

namespace {

/// Position of a value in a VOI LUT's output range, 0…1.
class VoiLutMap
{
public:
    explicit VoiLutMap(const VoiLut& lut) : m_lut(lut)
    {
        // Some files declare fewer bits than their entries use.
        int bits = std::clamp(lut.bits, 1, 16);
        const std::uint16_t highest = *std::max_element(lut.entries.begin(), lut.entries.end());
        while (bits < 16 && highest >= (1 << bits))
            ++bits;
        m_top = (1 << bits) - 1;
    }

    double operator()(double value) const
    {
        const double index = std::floor(value + 0.5) - m_lut.firstMapped;
        const double last = static_cast<double>(m_lut.entries.size() - 1);
        return m_lut.entries[static_cast<std::size_t>(std::clamp(index, 0.0, last))] / m_top;
    }

private:
    const VoiLut& m_lut;
    double m_top = 1.0;
};

const VoiLut* chosenLut(const GreyDefaults& defaults, const DisplayTransform& transform)
{
    const int index = transform.voiLut >= 0 ? transform.voiLut : 0;
    if (index >= static_cast<int>(defaults.voiLuts.size()))
        return nullptr;
    const VoiLut& lut = defaults.voiLuts[static_cast<std::size_t>(index)];
    return lut.entries.empty() ? nullptr : &lut;
}

/// Without window and LUT the whole range of the sample type is shown; callers that know a frame pass a
/// window.
Window typeRangeWindow(PixelType type, const GreyDefaults& defaults)
{
    const ModalityMap modality(defaults);
    const StoredRange range = storedRange(type);
    const double a = modality(range.lowest);
    const double b = modality(range.highest);
    return windowBetween(std::min(a, b), std::max(a, b), modality.isIntegral());
}

template <typename ValueOf>
void fillTable(std::vector<std::uint8_t>& table, PixelType type, const GreyDefaults& defaults, bool inverted,
               ValueOf valueOf)
{
    const ModalityMap modality(defaults);
    const StoredRange range = storedRange(type);
    const std::uint8_t flip = inverted ? 255 : 0;
    for (int stored = range.lowest; stored <= range.highest; ++stored) {
        const auto grey = static_cast<std::uint8_t>(std::floor(valueOf(modality(stored)) * 255.0 + 0.5));
        table[tableIndex(type, stored)] = grey ^ flip;
    }
}

/// The same for a window: it never falls, so the values that are as grey as the ends of the range lie in two
/// runs, found by bisection and filled at once. Of 65,536 values a usual window leaves about a thousand to
/// compute.
void fillWindowTable(std::vector<std::uint8_t>& table, PixelType type, const GreyDefaults& defaults,
                     bool inverted, const Window& window)
{
    const ModalityMap modality(defaults);
    const auto valueOf = [&window](double value) { return windowValue(window, value); };
    if (!modality.isLinear()) {
        fillTable(table, type, defaults, inverted, valueOf);
        return;
    }
    const StoredRange range = storedRange(type);
    const auto greyOf = [&](int stored) {
        const double grey = std::floor(valueOf(modality(stored)) * 255.0 + 0.5);
        return static_cast<std::uint8_t>(static_cast<int>(grey) ^ (inverted ? 255 : 0));
    };
    const std::uint8_t first = greyOf(range.lowest);
    const std::uint8_t last = greyOf(range.highest);
    // The first stored value that is not as the lowest, and the first that is as the highest.
    const auto boundary = [&](auto isBefore) {
        int low = range.lowest;
        int high = range.highest;
        while (low < high) {
            const int middle = low + (high - low) / 2;
            if (isBefore(greyOf(middle)))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
    const int begin = boundary([first](std::uint8_t grey) { return grey == first; });
    const int end = boundary([last](std::uint8_t grey) { return grey != last; });
    for (int stored = range.lowest; stored < begin; ++stored)
        table[tableIndex(type, stored)] = first;
    for (int stored = begin; stored < end; ++stored)
        table[tableIndex(type, stored)] = greyOf(stored);
    for (int stored = std::max(begin, end); stored <= range.highest; ++stored)
        table[tableIndex(type, stored)] = last;
}

void mapBytes(const std::uint8_t* table, const std::uint8_t* in, std::size_t count, std::uint8_t* out)
{
    for (std::size_t i = 0; i < count; ++i)
        out[i] = table[in[i]];
}

/// Four samples per load and eight per store: half the memory operations of the plain loop.
void mapWords(const std::uint8_t* table, const std::uint8_t* in, std::size_t count, std::uint8_t* out)
{
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        std::uint64_t low;
        std::uint64_t high;
        std::memcpy(&low, in + 2 * i, 8);
        std::memcpy(&high, in + 2 * i + 8, 8);
        out[i] = table[low & 0xFFFF];
        out[i + 1] = table[(low >> 16) & 0xFFFF];
        out[i + 2] = table[(low >> 32) & 0xFFFF];
        out[i + 3] = table[low >> 48];
        out[i + 4] = table[high & 0xFFFF];
        out[i + 5] = table[(high >> 16) & 0xFFFF];
        out[i + 6] = table[(high >> 32) & 0xFFFF];
        out[i + 7] = table[high >> 48];
    }
    for (; i < count; ++i) {
        std::uint16_t value;
        std::memcpy(&value, in + 2 * i, 2);
        out[i] = table[value];
    }
}

} // namespace

double windowValue(const Window& window, double value)
{
    const double c = window.center;
    switch (window.function) {
    case WindowFunction::Linear: {
        const double half = (std::max(window.width, 1.0) - 1.0) / 2.0;
        if (value <= c - 0.5 - half)
            return 0.0;
        if (value > c - 0.5 + half)
            return 1.0;
        return (value - (c - 0.5)) / (2.0 * half) + 0.5;
    }
    case WindowFunction::LinearExact:
        if (value <= c - window.width / 2.0)
            return 0.0;
        if (value > c + window.width / 2.0)
            return 1.0;
        return (value - c) / window.width + 0.5;
    case WindowFunction::Sigmoid:
        return 1.0 / (1.0 + std::exp(-4.0 * (value - c) / window.width));
    }
    return 0.0;
}

GreyTable::GreyTable(PixelType type, const GreyDefaults& defaults, const DisplayTransform& transform)
    : m_type(type), m_table(type == PixelType::U8 ? 256 : 65536, std::uint8_t{0})
{
    const bool inverted = defaults.inverse != transform.invert;
    if (transform.window && transform.window->width > 0.0) {
        fillWindowTable(m_table, type, defaults, inverted, *transform.window);
    } else if (const VoiLut* lut = chosenLut(defaults, transform)) {
        fillTable(m_table, type, defaults, inverted, VoiLutMap(*lut));
    } else {
        fillWindowTable(m_table, type, defaults, inverted, typeRangeWindow(type, defaults));
    }
    // Padding is no part of the picture: black also where the presentation is inverse, or it would glare.
    if (const auto padding = paddingIn(type, defaults))
        m_table[tableIndex(type, *padding)] = 0;
}

void GreyTable::apply(const Frame& frame, std::uint8_t* out) const
{
    assert(bytesPerSample(frame.type()) == bytesPerSample(m_type));
    if (m_type == PixelType::U8)
        mapBytes(m_table.data(), frame.bytes(), frame.sampleCount(), out);
    else
        mapWords(m_table.data(), frame.bytes(), frame.sampleCount(), out);
}

std::uint8_t GreyTable::map(int storedValue) const
{
    const StoredRange range = storedRange(m_type);
    return m_table[tableIndex(m_type, std::clamp(storedValue, range.lowest, range.highest))];
}

} // namespace fedefm
