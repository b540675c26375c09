// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <algorithm>

namespace fedefm::dicom {

namespace {

constexpr std::size_t kMaxMaskFrames = 4096;
constexpr std::size_t kMaxItems = 64;

MaskOperation operationOf(const std::string& code)
{
    if (code == "TID")
        return MaskOperation::TimeInterpolatedDifference;
    return code == "REV_TID" ? MaskOperation::ReverseTimeInterpolatedDifference
                             : MaskOperation::AverageSubtraction;
}

/// The mask's shift for one frame, from the Frame Pixel Shift macro.
std::optional<PixelShift> shiftOfFrame(const FunctionalGroups& groups, std::optional<int> itemId,
                                       std::size_t frame)
{
    for (const DatasetValues& shift : groups.macroItems(DCM_FramePixelShiftSequence, frame)) {
        if (itemId && shift.integer(DCM_SubtractionItemID).value_or(*itemId) != *itemId)
            continue;
        if (const auto pair = shift.pair(DCM_MaskSubPixelShift))
            return PixelShift{pair->second, pair->first};
    }
    return std::nullopt;
}

void readShifts(const HeaderContext& context, const DatasetValues& item, int frameCount,
                MaskSubtraction& mask)
{
    if (const auto shift = item.pair(DCM_MaskSubPixelShift)) {
        mask.shiftRowsPx = shift->first;
        mask.shiftColumnsPx = shift->second;
    }
    const auto id = item.integer(DCM_SubtractionItemID);
    const PixelShift plain{mask.shiftColumnsPx, mask.shiftRowsPx};
    std::vector<PixelShift> shifts;
    bool isFound = false;
    // Without frames of their own the shared macro holds for all.
    const std::size_t groups = std::max<std::size_t>(context.groups.frameCount(), 1);
    for (std::size_t i = 0; i < std::min(static_cast<std::size_t>(frameCount), groups); ++i) {
        const auto own = shiftOfFrame(context.groups, id, i);
        isFound = isFound || own;
        shifts.push_back(own.value_or(plain));
    }
    if (!isFound)
        return;
    mask.shiftRowsPx = shifts[0].dy;
    mask.shiftColumnsPx = shifts[0].dx;
    const bool differs = std::any_of(shifts.begin(), shifts.end(), [&](const PixelShift& shift) {
        return shift.dx != shifts[0].dx || shift.dy != shifts[0].dy;
    });
    if (differs)
        mask.frameShifts = std::move(shifts);
}

/// Empty when the item asks for no subtraction or is not usable.
std::optional<MaskSubtraction> readItem(const HeaderContext& context, const DatasetValues& item,
                                        SequenceInfo& info)
{
    const std::string operation = item.code(DCM_MaskOperation);
    if (operation != "AVG_SUB" && operation != "TID" && operation != "REV_TID")
        return std::nullopt;
    MaskSubtraction mask;
    mask.operation = operationOf(operation);
    mask.label = item.text(DCM_MaskOperationExplanation);
    mask.tidOffset = item.integer(DCM_TIDOffset).value_or(1);
    for (const double number : item.numbers(DCM_MaskFrameNumbers))
        if (number >= 1 && number <= info.frameCount && mask.maskFrames.size() < kMaxMaskFrames)
            mask.maskFrames.push_back(static_cast<int>(number) - 1);
    const std::vector<double> ranges = item.numbers(DCM_ApplicableFrameRange);
    for (std::size_t i = 0; i + 1 < ranges.size(); i += 2)
        if (ranges[i] >= 1 && ranges[i + 1] >= ranges[i] && ranges[i + 1] <= 1e6)
            mask.applicableRanges.emplace_back(static_cast<int>(ranges[i]) - 1,
                                               static_cast<int>(ranges[i + 1]) - 1);
    readShifts(context, item, info.frameCount, mask);
    if (mask.operation == MaskOperation::AverageSubtraction && mask.maskFrames.empty()) {
        info.warnings.emplace_back("Mask Subtraction (0028,6100) names no frame of this image");
        return std::nullopt;
    }
    if (item.integer(DCM_ContrastFrameAveraging).value_or(1) > 1)
        info.warnings.emplace_back("Contrast Frame Averaging (0028,6112) is not applied");
    return mask;
}

} // namespace

void readMaskSubtraction(const HeaderContext& context, SequenceInfo& info)
{
    std::size_t seen = 0;
    for (const DatasetValues& item : context.values.items(DCM_MaskSubtractionSequence)) {
        if (++seen > kMaxItems)
            return;
        auto mask = readItem(context, item, info);
        if (mask && info.maskSubtraction)
            info.maskSubtraction->others.push_back(std::move(*mask));
        else if (mask)
            info.maskSubtraction = std::move(mask);
    }
}

} // namespace fedefm::dicom
