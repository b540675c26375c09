// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/train/metrics.h"
#include "core/train/readers/mask_pairs.h"

#include <array>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace fedefm::cli {

/// What is to be compared, and how stored values become classes.
struct EvaluationPlan
{
    MaskPairs masks;
    std::array<std::uint8_t, 256> referenceClass{}; ///< by stored value
    std::array<std::uint8_t, 256> predictionClass{};
    std::vector<int> classes;        ///< that occur, background left out
    bool isForegroundOnly = false;   ///< one side does not tell classes apart
    std::vector<std::string> faults; ///< files that could not be used, with the reason
};

/// Renames classes of the reference: "1=2,2=1". Errors: InvalidArgument.
Result<std::array<std::uint8_t, 256>> parseClassMap(const std::string& text);

/// Looks at all masks once. Where a side holds 0 and 255 only it has one class, and the other side is reduced
/// to it; elsewhere 255 means "not counted". Pairs that cannot be used become faults. Errors: InvalidArgument
/// when the files hold too many values for class masks; ReferenceMismatch (sizes) and those of the readers
/// when no pair is left; Cancelled.
Result<EvaluationPlan> planEvaluation(MaskPairs masks, const std::array<std::uint8_t, 256>& classMap,
                                      const CancelToken& cancel,
                                      const std::function<void(int, int)>& progress);

/// Reads the pairs of a plan, one after the other.
Status forEachPair(const EvaluationPlan& plan, double spacingMm, const CancelToken& cancel,
                   const std::function<void(const std::string& name, const LabelPair& pair)>& use);

} // namespace fedefm::cli
