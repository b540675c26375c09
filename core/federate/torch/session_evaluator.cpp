// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/session_evaluator_private.h"

#include "core/train/metrics.h"

namespace fedefm {

namespace {

constexpr int kBatch = 64;
/// Larger test sets are read anew each time.
constexpr std::size_t kMostKeptBytes = std::size_t{256} << 20;

} // namespace

Result<std::unique_ptr<SessionEvaluator>> SessionEvaluator::create(const Learner::Settings& settings,
                                                                   DatasetPtr test)
{
    std::unique_ptr<SessionEvaluator> evaluator(new SessionEvaluator(settings));
    const nlohmann::json& json = settings.training.input;
    const auto input = parseInputSettings(json.is_null() ? nlohmann::json::object() : json);
    if (!input)
        return tl::unexpected(input.error());
    evaluator->m_test = std::move(test);
    EvaluationSettings& evaluation = evaluator->m_evaluation;
    evaluation.isClassification = settings.task.isClassification;
    evaluation.metrics = settings.training.metrics;
    evaluation.loss = settings.training.loss;
    evaluation.input = *input;
    evaluation.limit = settings.training.validationLimit;
    evaluation.useBfloat16 = settings.useBfloat16;
    if (evaluator->m_test)
        if (auto known = checkMetricName(settings.training.selectBy, *evaluator->m_test, evaluation); !known)
            return tl::unexpected(known.error());
    return evaluator;
}

Status SessionEvaluator::readBatches()
{
    LoaderSettings loading;
    loading.batchSize = kBatch;
    loading.shuffle = loading.augment = loading.dropLast = false;
    loading.input = m_evaluation.input;
    loading.samplesPerEpoch =
        m_evaluation.limit > 0 ? std::min<int>(m_evaluation.limit, static_cast<int>(m_test->size())) : 0;
    BatchLoader loader(m_test, loading);
    loader.startEpoch(0);
    while (true) {
        auto batch = loader.next(m_settings.cancel);
        if (!batch)
            return tl::unexpected(batch.error());
        if (!*batch)
            return {};
        m_batches.push_back(std::move(*batch));
    }
}

Result<nlohmann::json> SessionEvaluator::classify(Network& network)
{
    const torch::NoGradGuard noGrad;
    network.eval();
    if (m_batches.empty())
        if (auto read = readBatches(); !read)
            return tl::unexpected(read.error());
    ClassificationMetrics metrics(m_settings.task.classes);
    double lossSum = 0.0;
    int count = 0;
    std::size_t bytes = 0;
    for (const auto& batch : m_batches) {
        torch::Tensor logits;
        {
            const AutocastScope autocast(m_settings.useBfloat16, m_settings.device);
            logits = network.forward(imagesOf(batch, m_settings.device));
        }
        if (auto fits = checkLogits(logits, m_settings.task.classes, true); !fits)
            return tl::unexpected(fits.error());
        logits = logits.to(torch::kFloat).to(torch::kCPU);
        const torch::Tensor losses = -torch::log_softmax(logits, 1);
        const torch::Tensor probabilities = torch::softmax(logits, 1).contiguous();
        for (int at = 0; at < batch->count; ++at) {
            const std::int64_t truth = batch->imageClasses[static_cast<std::size_t>(at)];
            if (truth < 0)
                continue;
            metrics.add(probabilities.data_ptr<float>() + at * probabilities.size(1),
                        static_cast<int>(truth));
            lossSum += losses[at][truth].item<double>();
            ++count;
        }
        bytes += batch->images.size() * sizeof(float);
    }
    if (bytes > kMostKeptBytes)
        m_batches.clear();
    nlohmann::json json = metrics.toJson(m_test->imageClassNames());
    json["loss"] = lossSum / std::max(1, count);
    return json;
}

Result<nlohmann::json> SessionEvaluator::evaluate(Network& network)
{
    if (m_settings.task.isClassification && !m_test->isMultiLabel())
        return classify(network);
    const auto obey = [this] {
        return m_settings.cancel.isCancelled() ? Status(fail(ErrorCode::Cancelled, "validation")) : Status();
    };
    const auto evaluation =
        evaluateNetwork(network, *m_test, m_evaluation, m_settings.device, obey, [](int, int) {});
    if (!evaluation)
        return tl::unexpected(evaluation.error());
    nlohmann::json json = evaluation->metrics;
    json["loss"] = evaluation->loss;
    return json;
}

} // namespace fedefm
