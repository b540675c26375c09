// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/mask_subtraction.h"

#include <algorithm>
#include <iterator>

namespace fedefm {

namespace {

bool isApplicable(const MaskSubtraction& subtraction, int frame)
{
    const auto& ranges = subtraction.applicableRanges;
    return ranges.empty() ||
           std::any_of(ranges.begin(), ranges.end(), [frame](const std::pair<int, int>& range) {
               return frame >= range.first && frame <= range.second;
           });
}

std::vector<int> validOnly(const std::vector<int>& frames, int frameCount)
{
    std::vector<int> valid;
    std::copy_if(frames.begin(), frames.end(), std::back_inserter(valid),
                 [frameCount](int frame) { return frame >= 0 && frame < frameCount; });
    return valid;
}

std::vector<int> framesOfItem(const MaskSubtraction& subtraction, int contrastFrame, int frameCount)
{
    if (!isApplicable(subtraction, contrastFrame))
        return {};
    switch (subtraction.operation) {
    case MaskOperation::AverageSubtraction:
        return validOnly(subtraction.maskFrames, frameCount);
    case MaskOperation::TimeInterpolatedDifference:
        return validOnly({contrastFrame - subtraction.tidOffset}, frameCount);
    case MaskOperation::ReverseTimeInterpolatedDifference: {
        // The standard requires a range here; its first frame is the turning point.
        const int first =
            subtraction.applicableRanges.empty() ? 0 : subtraction.applicableRanges.front().first;
        return validOnly({(first - subtraction.tidOffset) - (contrastFrame - first)}, frameCount);
    }
    }
    return {};
}

} // namespace

const MaskSubtraction* maskItemFor(const MaskSubtraction& subtraction, int contrastFrame, int frameCount)
{
    if (contrastFrame < 0 || contrastFrame >= frameCount)
        return nullptr;
    const auto givesMask = [&](const MaskSubtraction& item) {
        return !framesOfItem(item, contrastFrame, frameCount).empty();
    };
    if (givesMask(subtraction))
        return &subtraction;
    const auto other = std::find_if(subtraction.others.begin(), subtraction.others.end(), givesMask);
    return other == subtraction.others.end() ? nullptr : &*other;
}

PixelShift maskShiftFor(const MaskSubtraction& subtraction, int contrastFrame, int frameCount)
{
    const MaskSubtraction* item = maskItemFor(subtraction, contrastFrame, frameCount);
    if (!item)
        return {};
    const auto index = static_cast<std::size_t>(contrastFrame);
    return index < item->frameShifts.size() ? item->frameShifts[index]
                                            : PixelShift{item->shiftColumnsPx, item->shiftRowsPx};
}

std::vector<int> maskFramesFor(const MaskSubtraction& subtraction, int contrastFrame, int frameCount)
{
    const MaskSubtraction* item = maskItemFor(subtraction, contrastFrame, frameCount);
    return item ? framesOfItem(*item, contrastFrame, frameCount) : std::vector<int>();
}

} // namespace fedefm
