// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/strategy_private.h"

#include "core/base/nearest_name.h"
#include "core/federate/privacy/gradient_privacy.h"
#include "core/federate/privacy/rdp_accountant.h"
#include "core/federate/torch/local_rule_private.h"
#include "core/federate/torch/merge_into_private.h"

#include <algorithm>

namespace fedefm {

namespace {

using Maker = Result<StrategyPtr> (*)(const std::string&, StrictObject&);

const std::map<std::string, Maker>& makers()
{
    static const std::map<std::string, Maker> kMakers{
        {"cll", makeSingleStrategy},    {"local", makeSingleStrategy},      {"cyclic", makeSingleStrategy},
        {"fedavg", makeHubStrategy},    {"fedprox", makeHubStrategy},       {"moon", makeHubStrategy},
        {"scaffold", makeHubStrategy},  {"fedadam", makeHubStrategy},       {"fedyogi", makeHubStrategy},
        {"swarm", makeHubStrategy},     {"feddf", makeHubStrategy},         {"dpsgd", makeGossipStrategy},
        {"matcha", makeGossipStrategy}, {"multigraph", makeGossipStrategy}, {"cdl", makeGossipStrategy},
        {"fedmd", makePublicStrategy},  {"fedefm", makeFedEfmStrategy},
    };
    return kMakers;
}

std::vector<FloatSpan> spansOf(TensorMap& tensors)
{
    std::vector<FloatSpan> spans;
    for (auto& [name, tensor] : tensors)
        spans.push_back({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
    return spans;
}

Status countRelease(Silo& silo, const PrivacySettings& privacy)
{
    auto accountant =
        silo.privacy.is_null() ? Result<RdpAccountant>(RdpAccountant()) : parseRdpAccountant(silo.privacy);
    if (!accountant)
        return tl::unexpected(accountant.error());
    if (auto added = accountant->addSteps(1.0, privacy.noise); !added)
        return added;
    const auto spent = accountant->epsilon(privacy.delta);
    if (spent && privacy.epsilonLimit > 0.0 && spent->epsilon > privacy.epsilonLimit)
        return fail(ErrorCode::OutOfRange, "silo " + std::to_string(silo.index), kBudgetSpent);
    silo.privacy = toJson(*accountant);
    return {};
}

/// Counts a release of the silo, then clips and noises the change from `before` to the network's weights.
Status protect(Workbench& bench, Network& network, const TensorMap& before)
{
    const PrivacySettings& privacy = bench.learner.settings().privacy;
    if (auto counted = countRelease(bench.silo, privacy); !counted)
        return counted;
    const torch::NoGradGuard noGrad;
    TensorMap change = cloneShared(network, bench.shared);
    for (auto& [name, tensor] : change)
        tensor = (tensor - before.at(name)).contiguous();
    const std::vector<FloatSpan> spans = spansOf(change);
    if (auto clipped = clipToNorm(spans, privacy.clip); !clipped)
        return tl::unexpected(clipped.error());
    // Releases are counted and never taken back, so that no noise is used twice.
    NoiseSource noise(noiseSeedOf(bench.silo), static_cast<std::uint64_t>(++bench.silo.releases) << 32U);
    if (auto added = addGaussianNoise(spans, privacy.noise * privacy.clip, noise); !added)
        return added;
    for (auto& [name, tensor] : change)
        tensor += before.at(name);
    loadShared(network, fileOf(change));
    return {};
}

} // namespace

std::vector<std::string> strategyNames()
{
    std::vector<std::string> names;
    for (const auto& [name, maker] : makers())
        names.push_back(name);
    return names;
}

Result<StrategyPtr> makeStrategy(const nlohmann::json& description)
{
    StrictObject options(description, "strategy");
    std::string name = "fedefm";
    options.choice("name", name, strategyNames());
    const auto maker = makers().find(name);
    auto made = maker->second(name, options);
    if (auto read = options.finish(); !read)
        return tl::unexpected(read.error());
    return made;
}

std::vector<int> RoundView::active() const
{
    std::vector<int> result;
    for (int silo = 0; silo < siloCount(); ++silo)
        if (has(silo))
            result.push_back(silo);
    return result;
}

std::vector<int> RoundView::activeOf(const std::vector<int>& silos) const
{
    std::vector<int> result;
    for (const int silo : silos)
        if (has(silo))
            result.push_back(silo);
    return result;
}

void Workbench::beginChange()
{
    if (learner.settings().privacy.unit == PrivacyUnit::Silo)
        remember(silo, kRoundStart, cloneShared(*silo.network, shared));
}

Status Workbench::train(int steps, const StepHooks& hooks)
{
    if (steps <= 0)
        return {};
    const auto trained = learner.trainOwn(silo, steps, hooks);
    if (!trained)
        return tl::unexpected(trained.error());
    record.addLoss(silo.index, trained->loss, trained->steps);
    return {};
}

Status Workbench::publishWeights(const std::vector<int>& receivers)
{
    if (learner.settings().privacy.unit == PrivacyUnit::Silo)
        if (auto done = protect(*this, *silo.network, remembered(silo, kRoundStart)); !done)
            return done;
    return port.publish(ObjectKind::Weights, silo.index, ownWeights(), receivers);
}

Status Workbench::protectVisitor(Network& visitor, const TensorFile& before)
{
    if (learner.settings().privacy.unit != PrivacyUnit::Silo)
        return {};
    TensorMap weights;
    for (const auto& [name, tensor] : before.tensors)
        weights.emplace(name, viewOf(tensor));
    return protect(*this, visitor, weights);
}

Result<MergeOptions> readMerge(StrictObject& options)
{
    MergeOptions merge;
    std::string rule = mergeRuleName(merge.rule);
    options.text("merge", rule);
    options.number("trimmed_share", merge.trimmedShare, 0.0, 0.499);
    options.integer("faulty", merge.faultyMembers, 0, 400);
    options.integer("chosen", merge.chosenMembers, 0, 400);
    const auto parsed = parseMergeRule(rule);
    if (!parsed)
        return tl::unexpected(parsed.error());
    merge.rule = *parsed;
    return merge;
}

Status mergeIntoOwn(Workbench& bench, const std::vector<ReceivedModel>& received, double ownWeight,
                    const MergeOptions& options)
{
    if (received.empty())
        return {};
    const auto nameOf = [](int silo) { return "silo " + std::to_string(silo); };
    std::vector<WeightedModel> models{{nameOf(bench.silo.index), ownWeight, bench.ownWeights()}};
    for (const ReceivedModel& model : received)
        models.push_back({nameOf(model.from), model.weight, model.tensors});
    MergeOptions merge = options;
    merge.batchNorm = BatchNormPolicy::Average; // what stays local is not exchanged in the first place
    merge.ownMember = 0;
    const auto report =
        mergeInto(*bench.silo.network, std::move(models), merge, bench.learner.settings().cancel);
    if (!report)
        return tl::unexpected(report.error());
    for (const LeftOutMember& member : report->leftOut)
        bench.record.note("warning", member.name + " left out of the merge at silo " +
                                         std::to_string(bench.silo.index) + ": " + member.reason);
    return {};
}

torch::Tensor softCrossEntropy(const torch::Tensor& student, const torch::Tensor& teacher, double temperature)
{
    const torch::Tensor target = torch::softmax(teacher.to(torch::kFloat) / temperature, 1);
    const torch::Tensor logs = torch::log_softmax(student.to(torch::kFloat) / temperature, 1);
    return -(target * logs).sum(1).mean();
}

} // namespace fedefm
