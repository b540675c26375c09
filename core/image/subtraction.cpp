// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/subtraction.h"

#include "core/image/mask_plane_private.h"
#include "core/image/phase_correlation_private.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

namespace fedefm {

namespace {

constexpr int kMiddle = 32768;

std::uint16_t limited(int value)
{
    return static_cast<std::uint16_t>(std::clamp(value, 0, 65535));
}

/// out[i] = store(middle + table[contrast[i]] − background[i]). Logarithms cannot leave the range and need no
/// limit.
template <typename Sample, typename Out, typename Store>
void subtractPlane(const Sample* contrast, const AttenuationPlane& table, const AttenuationPlane& background,
                   bool needsLimit, Out* out, Store store)
{
    const std::uint16_t* values = table.data();
    const std::uint16_t* mask = background.data();
    const std::size_t count = background.size();
    if (needsLimit) {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = store(limited(kMiddle + values[contrast[i]] - mask[i]));
        return;
    }
    for (std::size_t i = 0; i < count; ++i)
        out[i] = store(static_cast<std::uint16_t>(kMiddle + values[contrast[i]] - mask[i]));
}

class LogSubtractor final : public Subtractor
{
public:
    LogSubtractor(const std::vector<FramePtr>& masks, const GreyDefaults& defaults)
        : m_width(masks.front()->width()), m_height(masks.front()->height()), m_type(masks.front()->type()),
          m_logarithmic(defaults.logarithmic)
    {
        const AttenuationScale scale(m_type, m_logarithmic, defaults.inverse);
        m_table = scale.table();
        m_mask = meanPlane(masks, scale, m_table);
        const std::uint64_t sum = std::accumulate(m_mask.begin(), m_mask.end(), std::uint64_t{0});
        m_meanMask = static_cast<float>(sum) / static_cast<float>(m_mask.size());
    }

    Result<FramePtr> subtract(const Frame& contrast, PixelShift shift, double landmark) const override
    {
        if (auto status = check(contrast, shift, landmark); !status)
            return tl::unexpected(status.error());
        std::vector<std::uint8_t> bytes(m_mask.size() * 2);
        subtractInto(contrast, *background(shift, landmark), reinterpret_cast<std::uint16_t*>(bytes.data()),
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
        subtractInto(contrast, *background(shift, landmark), out,
                     [grey = table.entries()](std::uint16_t value) { return grey[value]; });
        return {};
    }

    Result<PixelShift> bestShift(const Frame& contrast) const override
    {
        if (auto status = check(contrast, {}, 0.0); !status)
            return tl::unexpected(status.error());
        const auto frame = FramePtr(FramePtr(), &contrast); // not owned, for the length of the call
        const AttenuationPlane values = meanPlane({frame}, {m_type, m_logarithmic, false}, m_table);
        return registerPlanes(m_mask, values, m_width, m_height);
    }

private:
    struct Background
    {
        PixelShift shift;
        double landmark;
        std::shared_ptr<const AttenuationPlane> plane;
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

    template <typename Out, typename Store>
    void subtractInto(const Frame& contrast, const AttenuationPlane& plane, Out* out, Store store) const
    {
        if (m_type == PixelType::U8)
            subtractPlane(contrast.bytes(), m_table, plane, m_logarithmic, out, store);
        else
            subtractPlane(contrast.data<std::uint16_t>(), m_table, plane, m_logarithmic, out, store);
    }

    /// What is taken from the contrast frame. While a clip plays it is the same for every frame.
    std::shared_ptr<const AttenuationPlane> background(PixelShift shift, double landmark) const
    {
        landmark = std::clamp(landmark, 0.0, 1.0);
        const std::lock_guard lock(m_mutex);
        if (m_background && m_background->shift.dx == shift.dx && m_background->shift.dy == shift.dy &&
            m_background->landmark == landmark)
            return m_background->plane;
        AttenuationPlane plane =
            shift.dx == 0.0 && shift.dy == 0.0 ? m_mask : shiftedPlane(m_mask, m_width, m_height, shift);
        // The part that stays in the picture is taken out of the background, which keeps its mean brightness.
        if (landmark > 0.0) {
            const auto part = static_cast<float>(landmark);
            for (std::uint16_t& value : plane)
                value = static_cast<std::uint16_t>(value - part * (value - m_meanMask) + 0.5F);
        }
        m_background =
            Background{shift, landmark, std::make_shared<const AttenuationPlane>(std::move(plane))};
        return m_background->plane;
    }

    const int m_width;
    const int m_height;
    const PixelType m_type;
    const bool m_logarithmic; ///< stored values are logarithms already
    AttenuationPlane m_table;
    AttenuationPlane m_mask;
    float m_meanMask = 0.0F;

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
