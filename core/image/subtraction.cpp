// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/subtraction.h"

#include "core/image/phase_correlation_private.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

namespace fedefm {

namespace {

constexpr int kMiddle = 32768;
// Output steps per unit of natural logarithm: ln 65535 just fills half of the output's range, so that nothing
// clips.
constexpr double kStepsPerNeper = 32767.0 / 11.0903;
// Differences are computed in sixteenths of an output step.
constexpr int kFractionBits = 4;

using Plane = std::vector<std::int32_t>;

std::int32_t scaledValue(double stored, bool isLogarithmic)
{
    const double steps = isLogarithmic ? stored : kStepsPerNeper * std::log(std::max(stored, 1.0));
    return static_cast<std::int32_t>(std::lround(steps * (1 << kFractionBits)));
}

int storedAt(const Frame& frame, std::size_t index)
{
    switch (frame.type()) {
    case PixelType::U8:
        return frame.bytes()[index];
    case PixelType::U16:
        return frame.data<std::uint16_t>()[index];
    case PixelType::I16:
        break;
    }
    return frame.data<std::int16_t>()[index];
}

/// Scaled value of every stored bit pattern of the type.
Plane makeTable(PixelType type, bool isLogarithmic)
{
    Plane table(type == PixelType::U8 ? 256 : 65536);
    for (std::size_t i = 0; i < table.size(); ++i) {
        const int stored = type == PixelType::I16 ? static_cast<std::int16_t>(i) : static_cast<int>(i);
        table[i] = scaledValue(stored, isLogarithmic);
    }
    return table;
}

std::uint16_t toOutput(std::int32_t difference)
{
    const std::int32_t rounded = (difference + (1 << (kFractionBits - 1))) >> kFractionBits;
    return static_cast<std::uint16_t>(std::clamp(kMiddle + rounded, 0, 65535));
}

/// out[i] = store(difference); one loop per sample type, so that the compiler sees plain arrays.
template <typename Sample, typename Out, typename Store>
void subtractLoop(const Sample* contrast, const Plane& table, const Plane& mask, int sign, Out* out,
                  Store store)
{
    const std::int32_t* values = table.data();
    const std::int32_t* background = mask.data();
    const std::size_t count = mask.size();
    for (std::size_t i = 0; i < count; ++i)
        out[i] = store(toOutput(sign * (values[contrast[i]] - background[i])));
}

template <typename Out, typename Store>
void subtractAll(const Frame& contrast, const Plane& table, const Plane& mask, int sign, Out* out,
                 Store store)
{
    if (contrast.type() == PixelType::U8)
        subtractLoop(contrast.bytes(), table, mask, sign, out, store);
    else
        subtractLoop(contrast.data<std::uint16_t>(), table, mask, sign, out, store);
}

/// Bilinear sampling of `plane` at (x − dx, y − dy); outside, the edge is continued.
Plane shifted(const Plane& plane, int width, int height, PixelShift shift)
{
    const double wantedX = std::clamp(-shift.dx, -static_cast<double>(width), static_cast<double>(width));
    const double wantedY = std::clamp(-shift.dy, -static_cast<double>(height), static_cast<double>(height));
    const int wholeX = static_cast<int>(std::floor(wantedX));
    const int wholeY = static_cast<int>(std::floor(wantedY));
    const double fx = wantedX - wholeX;
    const double fy = wantedY - wholeY;
    Plane result(plane.size());
    for (int y = 0; y < height; ++y) {
        const std::int32_t* upper =
            plane.data() + static_cast<std::size_t>(std::clamp(y + wholeY, 0, height - 1)) * width;
        const std::int32_t* lower =
            plane.data() + static_cast<std::size_t>(std::clamp(y + wholeY + 1, 0, height - 1)) * width;
        std::int32_t* out = result.data() + static_cast<std::size_t>(y) * width;
        for (int x = 0; x < width; ++x) {
            const int left = std::clamp(x + wholeX, 0, width - 1);
            const int right = std::clamp(x + wholeX + 1, 0, width - 1);
            const double top = upper[left] + fx * (upper[right] - upper[left]);
            const double bottom = lower[left] + fx * (lower[right] - lower[left]);
            out[x] = static_cast<std::int32_t>(std::lrint(top + fy * (bottom - top)));
        }
    }
    return result;
}

class LogSubtractor final : public Subtractor
{
public:
    LogSubtractor(const std::vector<FramePtr>& masks, const GreyDefaults& defaults)
        : m_width(masks.front()->width()), m_height(masks.front()->height()), m_type(masks.front()->type()),
          m_sign(defaults.inverse ? -1 : 1), m_table(makeTable(m_type, defaults.logarithmic))
    {
        m_mask.resize(masks.front()->sampleCount());
        double sum = 0.0;
        for (std::size_t i = 0; i < m_mask.size(); ++i) {
            double stored = 0.0;
            for (const FramePtr& frame : masks)
                stored += storedAt(*frame, i);
            m_mask[i] = scaledValue(stored / static_cast<double>(masks.size()), defaults.logarithmic);
            sum += m_mask[i];
        }
        m_meanMask = static_cast<std::int32_t>(std::lround(sum / static_cast<double>(m_mask.size())));
    }

    Result<FramePtr> subtract(const Frame& contrast, PixelShift shift, double landmark) const override
    {
        if (auto status = check(contrast, shift, landmark); !status)
            return tl::unexpected(status.error());
        std::vector<std::uint8_t> bytes(m_mask.size() * 2);
        const auto plane = background(shift, landmark);
        subtractAll(contrast, m_table, *plane, m_sign, reinterpret_cast<std::uint16_t*>(bytes.data()),
                    [](std::uint16_t value) { return value; });
        return std::make_shared<const Frame>(m_width, m_height, 1, PixelType::U16, std::move(bytes));
    }

    Status subtractAndMap(const Frame& contrast, PixelShift shift, double landmark, const GreyTable& table,
                          std::uint8_t* out) const override
    {
        if (auto status = check(contrast, shift, landmark); !status)
            return status;
        if (table.type() != PixelType::U16)
            return fail(ErrorCode::InvalidArgument, {}, "subtracted frames need a table of 16 bits");
        const auto plane = background(shift, landmark);
        subtractAll(contrast, m_table, *plane, m_sign, out,
                    [grey = table.entries()](std::uint16_t value) { return grey[value]; });
        return {};
    }

    Result<PixelShift> bestShift(const Frame& contrast) const override
    {
        if (auto status = check(contrast, {}, 0.0); !status)
            return tl::unexpected(status.error());
        Plane values(m_mask.size());
        scaledValues(contrast, values);
        return registerPlanes(m_mask, values, m_width, m_height, kStepsPerNeper * (1 << kFractionBits));
    }

private:
    struct Background
    {
        PixelShift shift;
        double landmark;
        std::shared_ptr<const Plane> plane;
    };

    Status check(const Frame& contrast, PixelShift shift, double landmark) const
    {
        if (contrast.width() != m_width || contrast.height() != m_height || contrast.samples() != 1 ||
            contrast.type() != m_type)
            return fail(ErrorCode::InvalidArgument, {}, "the frame does not fit the mask");
        if (!std::isfinite(shift.dx) || !std::isfinite(shift.dy) || !std::isfinite(landmark))
            return fail(ErrorCode::InvalidArgument, {}, "the shift is not a number");
        return {};
    }

    void scaledValues(const Frame& contrast, Plane& values) const
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const int stored = storedAt(contrast, i);
            values[i] = m_table[m_type == PixelType::U8 ? static_cast<std::uint8_t>(stored)
                                                        : static_cast<std::uint16_t>(stored)];
        }
    }

    /// What is taken from the contrast frame. While a clip plays it is the same for every frame.
    std::shared_ptr<const Plane> background(PixelShift shift, double landmark) const
    {
        landmark = std::clamp(landmark, 0.0, 1.0);
        const std::lock_guard lock(m_mutex);
        if (m_background && m_background->shift.dx == shift.dx && m_background->shift.dy == shift.dy &&
            m_background->landmark == landmark)
            return m_background->plane;
        Plane plane = shift.dx == 0.0 && shift.dy == 0.0 ? m_mask : shifted(m_mask, m_width, m_height, shift);
        // The part that stays in the picture is taken out of the background, which keeps its mean brightness.
        if (landmark > 0.0)
            for (std::int32_t& value : plane)
                value -= static_cast<std::int32_t>(std::lrint(landmark * (value - m_meanMask)));
        m_background = Background{shift, landmark, std::make_shared<const Plane>(std::move(plane))};
        return m_background->plane;
    }

    const int m_width;
    const int m_height;
    const PixelType m_type;
    const int m_sign; ///< −1 where large stored values are shown dark
    const Plane m_table;
    Plane m_mask;
    std::int32_t m_meanMask = 0;

    mutable std::mutex m_mutex;
    mutable std::optional<Background> m_background;
};

} // namespace

Result<std::shared_ptr<const Subtractor>> Subtractor::create(const std::vector<FramePtr>& maskFrames,
                                                             const GreyDefaults& defaults)
{
    if (maskFrames.empty() || !maskFrames.front() || maskFrames.front()->sampleCount() == 0)
        return fail(ErrorCode::InvalidArgument, {}, "no mask frame");
    const Frame& first = *maskFrames.front();
    for (const FramePtr& frame : maskFrames) {
        if (!frame || frame->width() != first.width() || frame->height() != first.height() ||
            frame->type() != first.type())
            return fail(ErrorCode::InvalidArgument, {}, "mask frames differ in size or type");
        if (frame->samples() != 1)
            return fail(ErrorCode::UnsupportedPixels, {}, "colour frames cannot be subtracted");
    }
    return std::make_shared<const LogSubtractor>(maskFrames, defaults);
}

GreyDefaults subtractedDefaults()
{
    GreyDefaults defaults;
    defaults.applyModalityLut = false;
    // ± one third of a neper: a vessel of 4 mm full of contrast medium.
    defaults.windows.push_back({kMiddle + 0.5, 2001.0, WindowFunction::Linear, {}});
    return defaults;
}

Window subtractedWindow(const Frame& subtracted)
{
    constexpr double kShare = 0.995;
    constexpr int kSmallestHalf =
        16; // a frame without difference stays mid-grey instead of showing its noise
    std::vector<std::size_t> counts(kMiddle + 1, 0);
    const std::size_t total = subtracted.type() == PixelType::U16 ? subtracted.sampleCount() : 0;
    for (std::size_t i = 0; i < total; ++i)
        ++counts[static_cast<std::size_t>(std::abs(subtracted.data<std::uint16_t>()[i] - kMiddle))];
    int half = 0;
    for (std::size_t seen = counts[0];
         half < kMiddle && static_cast<double>(seen) < kShare * static_cast<double>(total);)
        seen += counts[static_cast<std::size_t>(++half)];
    half = std::max(half, kSmallestHalf);
    return {kMiddle + 0.5, 2.0 * half + 1.0, WindowFunction::Linear, {}};
}

} // namespace fedefm
