// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/federate/merge/batch_norm.h"
#include "core/federate/merge/model_stream.h"

#include <string>
#include <vector>

namespace fedefm {

enum class MergeRule {
    WeightedMean,     ///< Σ w_m x_m / Σ w_m, summed in double
    CoordinateMedian, ///< of each value; the mean of the two middle ones for an even number (Yin et al. 2018)
    TrimmedMean,      ///< the mean of each value without the largest and the smallest (Yin et al. 2018)
    Krum,             ///< the model nearest to its neighbours in weight space (Blanchard et al. 2017)
    MultiKrum         ///< the mean of the best ones by the same score
};

/// Names in configurations: "mean", "median", "trimmed-mean", "krum", "multi-krum".
const char* mergeRuleName(MergeRule rule);
/// Errors: InvalidArgument; the detail names the nearest one.
Result<MergeRule> parseMergeRule(const std::string& name);

struct MergeOptions
{
    MergeRule rule = MergeRule::WeightedMean;
    /// Of the members, at each end, rounded down but at least one; [0, 0.5[. Above 0 it needs three members.
    double trimmedShare = 0.2;
    int faultyMembers = 1; ///< Krum: how many may be hostile; needs 2·faulty + 3 members
    int chosenMembers = 0; ///< multi-Krum: how many are averaged; 0: members − faulty
    BatchNormPolicy batchNorm = BatchNormPolicy::Average;
    /// The member that is this silo's own model: it takes over the weight of members that are left out, and
    /// its tensors stay where the policy keeps them. -1: none (a server): the others' weights are scaled up,
    /// and tensors that stay local are not written.
    int ownMember = -1;
    /// Members were checked by checkMember() before; saves one pass over the values. A value that is not
    /// finite then stops the merge as an error.
    bool isChecked = false;
};

/// Members that a rule needs.
std::size_t leastMembers(const MergeOptions& options);
/// Errors: InvalidArgument when there are fewer; `situation` says how many there are.
Status checkMergeMembers(const MergeOptions& options, std::size_t members, const std::string& situation);

/// One model that takes part.
struct MergeMember
{
    std::string name;    ///< the silo's, for reports
    double weight = 1.0; ///< below 0 only the own one of a weighted mean: others are left out
    ModelSource* model = nullptr;
};

struct LeftOutMember
{
    std::size_t member = 0; ///< index into the members
    std::string name;
    std::string reason; ///< technical English: "head.weight has a value that is not finite", …
};

struct MergeReport
{
    std::vector<LeftOutMember> leftOut;
    /// Share of each member in the result, in sum 1; 0 for those left out or not chosen. Median and trimmed
    /// mean have no shares per member: 1/n for all that took part.
    std::vector<double> shares;
    std::vector<double> krumScores; ///< per member, infinity for those left out; empty for other rules
    std::size_t mergedValues = 0;   ///< in tensors that were merged
};

/// A reason not to merge a model: another schema, a value that is not finite, or an error of its source.
/// Empty: none. Reads the whole model once.
std::string checkMember(ModelSource& model, const ModelSchema& schema);

/// Merges models tensor by tensor in pieces of at most 256 KiB per member, whatever the models' size. A
/// member that is faulty (other shapes, values that are not finite, a weight that is negative or not finite,
/// an unreadable source) is left out and reported; the result is that of the members that remain. One member
/// alone comes out bit for bit, and so does any value that all members share. Errors: InvalidArgument when no
/// member remains, weights sum to 0, fewer members remain than the rule needs (the detail says how many),
/// options are out of range, or the own model is needed but faulty; Cancelled; those of the sink.
Result<MergeReport> mergeModels(const ModelSchema& schema, const std::vector<MergeMember>& members,
                                const MergeOptions& options, ModelSink& sink, const CancelToken& cancel = {});

} // namespace fedefm
