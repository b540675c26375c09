// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/frame.h"
#include "core/image/grey_pipeline.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Mask Operation (0028,6101), PS3.3 C.7.6.10.
enum class MaskOperation {
    AverageSubtraction,
    TimeInterpolatedDifference,
    ReverseTimeInterpolatedDifference
};

struct PixelShift
{
    double dx = 0.0; ///< columns, positive to the right
    double dy = 0.0; ///< rows, positive downwards
};

/// One item of the Mask Subtraction Sequence, frames 0-based.
struct MaskSubtraction
{
    MaskOperation operation = MaskOperation::AverageSubtraction;
    std::vector<int> maskFrames;                       ///< AVG_SUB
    std::vector<std::pair<int, int>> applicableRanges; ///< inclusive; empty means all frames
    /// TID: mask = frame − offset. REV_TID: mask = (first − offset) − (frame − first), where first is the
    /// beginning of the first applicable range (PS3.3 C.7.6.10.1.1).
    int tidOffset = 1;
    double shiftRowsPx = 0.0; ///< Mask Sub-pixel Shift (0028,6114): mask moved by (rows, columns)
    double shiftColumnsPx = 0.0;
    std::vector<PixelShift> frameShifts; ///< Frame Pixel Shift (0028,9415), one per frame; mostly empty
    std::string label;
    std::vector<MaskSubtraction> others; ///< further items, for frames that this one gives no mask
};

/// The item, `subtraction` or one of its others, that gives `contrastFrame` a mask; null when none does.
const MaskSubtraction* maskItemFor(const MaskSubtraction& subtraction, int contrastFrame, int frameCount);

/// The shift of the mask for `contrastFrame` by that item; none without an item.
PixelShift maskShiftFor(const MaskSubtraction& subtraction, int contrastFrame, int frameCount);

/// The frames that serve as mask for `contrastFrame`; empty when the frame lies outside the applicable
/// ranges of all items.
std::vector<int> maskFramesFor(const MaskSubtraction& subtraction, int contrastFrame, int frameCount);

} // namespace fedefm
