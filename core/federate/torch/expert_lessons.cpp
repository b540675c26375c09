// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/expert_lessons_private.h"

#include "core/federate/torch/emd_weight_private.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Experts answer that many batches at a time, so that their answers take little memory.
constexpr int kLesson = 8;
constexpr float kExcluded = -1e9F;

using Batches = std::vector<std::shared_ptr<const Batch>>;

/// Notes the time of scoring as long as this lives.
class EmdTimer
{
public:
    explicit EmdTimer(Workbench& bench) : m_bench(bench), m_startMs(bench.learner.nowMs()) {}
    ~EmdTimer() { m_bench.record.emdSeconds += (m_bench.learner.nowMs() - m_startMs) / 1000.0; }
    EmdTimer(const EmdTimer&) = delete;
    EmdTimer& operator=(const EmdTimer&) = delete;

private:
    Workbench& m_bench;
    double m_startMs;
};

/// Logits without the class of the label, which the label term teaches already.
torch::Tensor withoutLabel(const torch::Tensor& logits, const torch::Tensor& labels)
{
    const torch::Tensor known = labels.clamp_min(0).unsqueeze(1);
    return logits.to(torch::kFloat).scatter(1, known, kExcluded);
}

/// One lesson: weights of the experts and the loss of eq. 2.
class Lesson
{
public:
    Lesson(Workbench& bench, const FedEfmOptions& options, const std::vector<ExpertAnswers>& answers,
           std::vector<EmdScorer>& scorers)
        : m_bench(bench), m_options(options), m_answers(answers), m_scorers(scorers),
          m_isClassification(bench.learner.settings().task.isClassification), m_scoreSums(answers.size(), 0.0)
    {
    }

    Result<torch::Tensor> loss(const StepView& step)
    {
        auto weights = weightsFor(step);
        if (!weights)
            return tl::unexpected(weights.error());
        const double squared = m_options.temperature * m_options.temperature;
        torch::Tensor total = torch::zeros({}, step.logits.device());
        for (std::size_t at = 0; at < m_answers.size(); ++at)
            total = total + (*weights)[at] * (m_options.beta * squared * softTerm(step, at));
        return total + labelWeight(*weights, m_options) * step.taskLoss;
    }
    double scoreSum(std::size_t expert) const { return m_scoreSums[expert]; }

private:
    torch::Tensor softTerm(const StepView& step, std::size_t expert) const
    {
        const torch::Tensor& teacher = m_answers[expert].logits[static_cast<std::size_t>(step.step)];
        const bool hasOneLabel = m_isClassification && step.batch->flagCount == 0;
        if (!m_options.isNotTrue || !hasOneLabel)
            return softCrossEntropy(step.logits, teacher, m_options.temperature);
        const torch::Tensor labels = imageClassesOf(*step.batch, step.logits.device());
        return softCrossEntropy(withoutLabel(step.logits, labels), withoutLabel(teacher, labels),
                                m_options.temperature);
    }

    Result<std::vector<torch::Tensor>> weightsFor(const StepView& step)
    {
        const EmdTimer timer(m_bench);
        std::vector<torch::Tensor> weights;
        torch::Tensor nodes;
        if (m_options.usesEmd())
            nodes = emdNodes(step.features, m_options.nodeSide);
        for (std::size_t at = 0; at < m_answers.size(); ++at) {
            torch::Tensor weight = torch::ones({}, step.logits.device());
            if (m_options.usesEmd()) {
                auto score = emdScore(nodes, m_answers[at].nodes[static_cast<std::size_t>(step.step)],
                                      m_scorers[at], m_options.isDifferentiated);
                if (!score)
                    return tl::unexpected(score.error());
                m_scoreSums[at] += score->item<double>();
                if (m_options.weighting != "none")
                    weight = m_options.weighting == "raw" ? *score : score->clamp(0.0, 1.0);
            }
            weights.push_back(weight);
        }
        if (m_options.weighting != "normalised")
            return weights;
        const torch::Tensor sum = torch::stack(weights).sum().clamp_min(1e-6);
        for (torch::Tensor& weight : weights)
            weight = weight / sum;
        return weights;
    }

    Workbench& m_bench;
    const FedEfmOptions& m_options;
    const std::vector<ExpertAnswers>& m_answers;
    std::vector<EmdScorer>& m_scorers; ///< of each expert
    bool m_isClassification;
    std::vector<double> m_scoreSums;
};

Status teach(Workbench& bench, const std::vector<Expert>& experts, const Batches& batches,
             const FedEfmOptions& options, std::vector<EmdScorer>& scorers, std::vector<double>& scores)
{
    std::vector<ExpertAnswers> answers;
    for (const Expert& expert : experts)
        answers.push_back(answersOf(bench, expert, batches, options));
    Lesson lesson(bench, options, answers, scorers);
    StepHooks hooks;
    hooks.batches = batches;
    hooks.needsFeatures = options.usesEmd();
    hooks.loss = [&lesson](const StepView& step) { return lesson.loss(step); };
    if (auto trained = bench.train(static_cast<int>(batches.size()), hooks); !trained)
        return trained;
    for (std::size_t at = 0; at < experts.size(); ++at)
        scores[at] += lesson.scoreSum(at);
    return {};
}

/// The experts' shares of what is fused; by score, what an expert has drifted away stays with the own model.
Result<std::vector<double>> fuseShares(Workbench& bench, const std::vector<Expert>& experts,
                                       const FedEfmOptions& options)
{
    std::vector<double> shares(experts.size(), 1.0 / static_cast<double>(experts.size()));
    if (!options.fusesByScore)
        return shares;
    const torch::NoGradGuard noGrad;
    auto scorers = expertScorers(1, options);
    if (!scorers)
        return tl::unexpected(scorers.error());
    const auto batches = bench.learner.draw(bench.silo, 1);
    if (!batches)
        return tl::unexpected(batches.error());
    bench.silo.network->eval();
    const torch::Tensor images = imagesOf(batches->front(), bench.learner.device());
    const torch::Tensor own =
        emdNodes(bench.learner.answer(*bench.silo.network, images, true).second, options.nodeSide);
    for (std::size_t at = 0; at < experts.size(); ++at) {
        const ExpertAnswers answers = answersOf(bench, experts[at], *batches, options);
        const EmdTimer timer(bench);
        const auto score = emdScore(own, answers.nodes.front(), scorers->front(), false);
        if (!score)
            return tl::unexpected(score.error());
        const double value = score->item<double>();
        shares[at] *= std::clamp(value, 0.0, 1.0);
        bench.record.emd[{bench.silo.index, experts[at].host}] = value;
    }
    return shares;
}

} // namespace

torch::Tensor labelWeight(const std::vector<torch::Tensor>& weights, const FedEfmOptions& options)
{
    const torch::Tensor sum = torch::stack(weights).sum() * (1.0 - options.beta);
    // Raw scores may be negative, and so may their sum in eq. 2: only a floor that is asked for counts.
    return options.hardFloor > 0.0 ? sum.clamp_min(options.hardFloor) : sum;
}

Result<std::vector<EmdScorer>> expertScorers(std::size_t experts, const FedEfmOptions& options)
{
    EmdScoreOptions warm = options.emd;
    warm.transport.warmStart = true;
    warm.threads = at::get_num_threads(); // the plan's
    std::vector<EmdScorer> scorers;
    for (std::size_t at = 0; at < experts; ++at) {
        auto scorer = EmdScorer::create(warm);
        if (!scorer)
            return tl::unexpected(scorer.error());
        scorers.push_back(std::move(*scorer));
    }
    return scorers;
}

ExpertAnswers answersOf(Workbench& bench, const Expert& expert, const Batches& batches,
                        const FedEfmOptions& options)
{
    const torch::NoGradGuard noGrad;
    copyState(bench.scratch, *bench.silo.network);
    loadShared(bench.scratch, expert.tensors);
    bench.scratch.eval();
    ExpertAnswers answers;
    for (const auto& batch : batches) {
        auto [logits, features] =
            bench.learner.answer(bench.scratch, imagesOf(batch, bench.learner.device()), options.usesEmd());
        answers.logits.push_back(logits);
        if (!options.usesEmd())
            continue;
        const EmdTimer timer(bench);
        answers.nodes.push_back(emdNodes(features, options.nodeSide));
    }
    return answers;
}

Status learnFromExperts(Workbench& bench, const std::vector<Expert>& experts, const FedEfmOptions& options)
{
    auto scorers = expertScorers(experts.size(), options);
    if (!scorers)
        return tl::unexpected(scorers.error());
    std::vector<double> scores(experts.size(), 0.0);
    for (int done = 0; done < options.homeSteps; done += kLesson) {
        const auto batches = bench.learner.draw(bench.silo, std::min(kLesson, options.homeSteps - done));
        if (!batches)
            return tl::unexpected(batches.error());
        if (auto taught = teach(bench, experts, *batches, options, *scorers, scores); !taught)
            return taught;
    }
    if (options.usesEmd() && options.homeSteps > 0)
        for (std::size_t at = 0; at < experts.size(); ++at)
            bench.record.emd[{bench.silo.index, experts[at].host}] = scores[at] / options.homeSteps;
    return {};
}

Status fuseExperts(Workbench& bench, const std::vector<Expert>& experts, const FedEfmOptions& options)
{
    if (options.fuse <= 0.0 || experts.empty())
        return {};
    const auto shares = fuseShares(bench, experts, options);
    if (!shares)
        return tl::unexpected(shares.error());
    std::vector<ReceivedModel> models;
    double own = 1.0;
    for (std::size_t at = 0; at < experts.size(); ++at) {
        models.push_back({experts[at].host, options.fuse * (*shares)[at], experts[at].tensors});
        own -= models.back().weight;
    }
    return mergeIntoOwn(bench, models, own, {});
}

} // namespace fedefm
