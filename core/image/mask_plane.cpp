// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/mask_plane_private.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fedefm {

namespace {

template <typename Sample> void addTo(std::vector<float>& sums, const Frame& frame)
{
    const Sample* values = frame.data<Sample>();
    for (std::size_t i = 0; i < sums.size(); ++i)
        sums[i] += static_cast<float>(values[i]);
}

void add(std::vector<float>& sums, const Frame& frame)
{
    switch (frame.type()) {
    case PixelType::U8:
        return addTo<std::uint8_t>(sums, frame);
    case PixelType::U16:
        return addTo<std::uint16_t>(sums, frame);
    case PixelType::I16:
        return addTo<std::int16_t>(sums, frame);
    }
}

/// Where a shifted coordinate falls: whole pixel and the rest.
struct Position
{
    int whole;
    float rest;

    Position(double shift, int size)
    {
        const double wanted = std::clamp(-shift, -static_cast<double>(size), static_cast<double>(size));
        whole = static_cast<int>(std::floor(wanted));
        rest = static_cast<float>(wanted - whole);
    }
};

} // namespace

std::uint16_t AttenuationScale::operator()(double stored) const
{
    const double top = m_logarithmic ? 65535.0 : 32767.0;
    const double offset = m_type == PixelType::I16 ? 32768.0 : 0.0;
    const double steps = m_logarithmic ? stored + offset : kStepsPerNeper * std::log(std::max(stored, 1.0));
    const double limited = std::clamp(std::round(steps), 0.0, top);
    return static_cast<std::uint16_t>(m_inverse ? top - limited : limited);
}

AttenuationPlane AttenuationScale::table() const
{
    AttenuationPlane table(m_type == PixelType::U8 ? 256 : 65536);
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = (*this)(m_type == PixelType::I16 ? static_cast<std::int16_t>(i) : static_cast<int>(i));
    return table;
}

AttenuationPlane meanPlane(const std::vector<FramePtr>& frames, const AttenuationScale& scale,
                           const AttenuationPlane& table)
{
    const Frame& first = *frames.front();
    AttenuationPlane plane(first.sampleCount());
    if (frames.size() == 1) {
        const bool isByte = first.type() == PixelType::U8;
        for (std::size_t i = 0; i < plane.size(); ++i)
            plane[i] = table[isByte ? first.bytes()[i] : first.data<std::uint16_t>()[i]];
        return plane;
    }
    std::vector<float> sums(plane.size(), 0.0F);
    for (const FramePtr& frame : frames)
        add(sums, *frame);
    for (std::size_t i = 0; i < plane.size(); ++i)
        plane[i] = scale(static_cast<double>(sums[i]) / static_cast<double>(frames.size()));
    return plane;
}

AttenuationPlane shiftedPlane(const AttenuationPlane& plane, int width, int height, PixelShift shift)
{
    const Position column(shift.dx, width);
    const Position row(shift.dy, height);
    AttenuationPlane result(plane.size());
    std::vector<float> blended(static_cast<std::size_t>(width));
    std::vector<float> moved(static_cast<std::size_t>(width) + 1);
    const auto rowAt = [&](int y) {
        return plane.data() + static_cast<std::size_t>(std::clamp(y, 0, height - 1)) * width;
    };
    for (int y = 0; y < height; ++y) {
        const std::uint16_t* upper = rowAt(y + row.whole);
        const std::uint16_t* lower = rowAt(y + row.whole + 1);
        for (int x = 0; x < width; ++x)
            blended[x] = upper[x] + row.rest * (static_cast<float>(lower[x]) - upper[x]);
        for (int x = 0; x <= width; ++x)
            moved[x] = blended[std::clamp(x + column.whole, 0, width - 1)];
        std::uint16_t* out = result.data() + static_cast<std::size_t>(y) * width;
        for (int x = 0; x < width; ++x)
            out[x] = static_cast<std::uint16_t>(moved[x] + column.rest * (moved[x + 1] - moved[x]) + 0.5F);
    }
    return result;
}

} // namespace fedefm
