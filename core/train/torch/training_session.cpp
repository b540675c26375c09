// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/training_session_private.h"

#include "core/train/torch/schedule.h"
#include "core/train/torch/task_loss_private.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

namespace fedefm {

namespace {

constexpr double kCommandPeriodMs = 200.0;
constexpr double kSecondsPerMinute = 60.0;
constexpr auto kPausePoll = std::chrono::milliseconds(100);

} // namespace

Status TrainingSession::runToEnd()
{
    // A run that is killed before its first checkpoint can be resumed, too.
    if (m_state.step == 0)
        if (auto saved = checkpoint(); !saved)
            return saved;
    if (auto trained = runEpochs(); !trained)
        return trained;
    {
        const AverageScope average(m_average.get());
        if (auto saved = saveNamedWeights("last", m_state.epoch - 1, nullptr); !saved)
            return saved;
    }
    if (m_state.bestEpoch < 0) { // the time was over before the last epoch was known to be the last
        const AverageScope average(m_average.get());
        if (auto noted = noteBest(m_state.epoch - 1, 0.0, nlohmann::json::object()); !noted)
            return noted;
    }
    if (auto taken = takeBest(); !taken)
        return taken;
    if (auto chosen = chooseThresholds(); !chosen)
        return chosen;
    return evaluateTest();
}

Status TrainingSession::runEpochs()
{
    const auto wasValidated = [this] { return m_state.validatedEpoch == m_state.epoch - 1; };
    while (m_state.epoch < m_config.epochs && !isPatienceOver()) {
        if (m_state.batch == 0 && m_state.epoch > 0 && isOutOfTime() &&
            (wasValidated() || !m_data.validation))
            break;
        const auto end = trainEpoch();
        if (!end)
            return tl::unexpected(end.error());
        const bool isLast = m_state.epoch + 1 >= m_config.epochs || isOutOfTime();
        if (auto validated = validate(isLast); !validated)
            return validated;
        if (auto noted = noteFaults(); !noted)
            return noted;
        ++m_state.epoch;
        m_state.batch = 0;
        m_state.lossSum = 0.0;
        if (auto saved = checkpoint(); !saved)
            return saved;
        if (*end == EpochEnd::OutOfTime)
            break;
    }
    if (isPatienceOver())
        m_endMessage = "no better validation for " + std::to_string(m_config.patience) + " epochs";
    else if (m_state.epoch < m_config.epochs || isOutOfTime())
        m_endMessage = "the time limit was reached";
    return {};
}

Result<TrainingSession::EpochEnd> TrainingSession::trainEpoch()
{
    m_network->train();
    m_loader->startEpoch(m_state.epoch, m_state.batch);
    m_lastRecordMs = m_clock.nowMs();
    m_imagesSinceRecord = 0;
    while (true) {
        if (isOutOfTime())
            return EpochEnd::OutOfTime;
        if (auto obeyed = obeyCommands(); !obeyed)
            return tl::unexpected(obeyed.error());
        const auto batch = m_loader->next(m_hooks.cancel);
        if (!batch)
            return tl::unexpected(batch.error());
        if (!*batch)
            return EpochEnd::Whole;
        const auto loss = trainOn(*batch);
        if (!loss)
            return tl::unexpected(loss.error());
        if (auto noted = afterStep(*loss); !noted)
            return tl::unexpected(noted.error());
    }
}

Result<torch::Tensor> TrainingSession::lossOf(const std::shared_ptr<const Batch>& batch)
{
    torch::Tensor logits;
    {
        const AutocastScope autocast(m_useBfloat16, m_device);
        logits = m_network->forward(imagesOf(batch, m_device));
    }
    return taskLoss(logits, *batch, {m_isClassification, m_classes, m_config.loss, m_classWeights});
}

Result<double> TrainingSession::trainOn(const std::shared_ptr<const Batch>& batch)
{
    m_optimizer->zeroGrad();
    double value = 0.0;
    {
        auto loss = lossOf(batch);
        if (!loss)
            return tl::unexpected(loss.error());
        loss->backward();
        value = loss->item<double>();
    }
    if (!std::isfinite(value))
        return tl::unexpected(notFinite(*batch, value));
    const auto total = static_cast<std::int64_t>(m_loader->batchesPerEpoch()) * m_config.epochs;
    m_learningRate = m_config.optimizer.learningRate * scheduleFactor(m_config.schedule, m_state.step, total);
    m_gradientNorm = m_optimizer->step(m_learningRate);
    if (!std::isfinite(m_gradientNorm))
        return tl::unexpected(notFinite(*batch, value));
    if (m_average)
        m_average->update();
    m_imagesSinceRecord += batch->count;
    return value;
}

Status TrainingSession::validate(bool isLast)
{
    const bool isDue = isLast || (m_state.epoch + 1) % m_config.validationEvery == 0;
    nlohmann::json metrics = nlohmann::json::object();
    if (isDue && m_data.validation)
        m_state.validatedEpoch = m_state.epoch;
    if (m_state.batch > 0)
        metrics["train"] = {{"loss", m_state.lossSum / m_state.batch}};
    if (!m_data.validation || !isDue) {
        // Without a validation set the newest weights are the best that is known.
        if (!m_data.validation && isLast) {
            const AverageScope average(m_average.get());
            if (auto saved = noteBest(m_state.epoch, 0.0, metrics); !saved)
                return saved;
        }
        return m_run->finishEpoch(m_state.epoch, !m_data.validation && isLast, metrics);
    }
    const AverageScope average(m_average.get());
    const auto onPrediction = [this](const Predicted& predicted) { saveSample(predicted); };
    const auto evaluation = evaluateNetwork(
        *m_network, *m_data.validation, m_evaluation, m_device, [this] { return obeyStop(); },
        [this](int done, int total) { report("validate", done, total, 0.0); }, onPrediction);
    if (!evaluation)
        return tl::unexpected(evaluation.error());
    std::vector<std::pair<std::string, double>> values{{"validation/loss", evaluation->loss}};
    for (const auto& [name, value] : flattenMetrics(evaluation->metrics))
        values.emplace_back("validation/" + name, value);
    if (auto added = m_run->addMetrics(m_state.step, m_state.epoch + 1, values); !added)
        return added;
    metrics["validation"] = evaluation->metrics;
    metrics["validation"]["loss"] = evaluation->loss;
    const auto value = metricNamed(evaluation->metrics, m_config.selectBy);
    const double rank = value.value_or(-std::numeric_limits<double>::max()); // undefined: worse than any
    const bool isBest = m_state.bestEpoch < 0 || rank > m_state.bestValue;
    if (m_hooks.progress)
        m_hooks.progress({m_state.epoch, m_config.epochs, 1, 1, evaluation->loss, m_imagesPerSecond,
                          "validated", value.value_or(std::nan("")), isBest});
    m_state.epochsWithoutGain = isBest ? 0 : m_state.epochsWithoutGain + 1;
    if (isBest)
        if (auto saved = noteBest(m_state.epoch, rank, evaluation->metrics); !saved)
            return saved;
    return m_run->finishEpoch(m_state.epoch, isBest, metrics);
}

Status TrainingSession::takeBest()
{
    m_hasBest = true;
    return loadWeights(*m_network, bestFile());
}

Status TrainingSession::chooseThresholds()
{
    // The paper's metrics are those of the likeliest class.
    if (m_isClassification || !m_data.validation || m_evaluation.metrics == "paper")
        return {};
    ThresholdSearch search;
    const auto evaluation = evaluateNetwork(
        *m_network, *m_data.validation, m_evaluation, m_device, [this] { return obeyStop(); },
        [this](int done, int total) { report("validate", done, total, 0.0); },
        [&search](const Predicted& predicted) { search.add(predicted.devices, predicted.reference); });
    if (!evaluation)
        return tl::unexpected(evaluation.error());
    m_evaluation.thresholds = search.best();
    return addToCard(bestFile(), "thresholds",
                     {{"least", m_evaluation.thresholds->least}, {"sure", m_evaluation.thresholds->sure}});
}

Status TrainingSession::evaluateTest()
{
    if (!m_data.test)
        return {};
    EvaluationSettings settings = m_evaluation;
    settings.limit = 0;
    const auto evaluation = evaluateNetwork(
        *m_network, *m_data.test, settings, m_device, [this] { return obeyStop(); },
        [this](int done, int total) { report("test", done, total, 0.0); });
    if (!evaluation)
        return tl::unexpected(evaluation.error());
    m_testMetrics = evaluation->metrics;
    m_testMetrics["loss"] = evaluation->loss;
    std::vector<std::pair<std::string, double>> values;
    for (const auto& [name, value] : flattenMetrics(m_testMetrics))
        values.emplace_back("test/" + name, value);
    return m_run->addMetrics(m_state.step, m_state.epoch, values);
}

Status TrainingSession::obeyStop()
{
    const auto stopped = [this] { return fail(ErrorCode::Cancelled, m_run->folder().string()); };
    if (m_hooks.cancel.isCancelled())
        return stopped();
    if (m_clock.nowMs() - m_lastCommandMs < kCommandPeriodMs)
        return {};
    m_lastCommandMs = m_clock.nowMs();
    const std::string command = m_run->takeCommand();
    if (command == "stop")
        return stopped();
    if (!command.empty())
        m_isPauseAsked = command == "pause";
    return {};
}

Status TrainingSession::obeyCommands()
{
    if (auto goesOn = obeyStop(); !goesOn)
        return goesOn;
    if (!m_isPauseAsked)
        return {};
    m_isPauseAsked = false;
    return waitWhilePaused();
}

Status TrainingSession::waitWhilePaused()
{
    // A paused run may be ended from outside and resumed later.
    if (auto saved = checkpoint(); !saved)
        return saved;
    if (auto set = m_run->setState(RunState::Paused); !set)
        return set;
    while (true) {
        const std::string command = m_run->takeCommand();
        if (m_hooks.cancel.isCancelled() || command == "stop")
            return fail(ErrorCode::Cancelled, m_run->folder().string());
        if (command == "resume")
            break;
        std::this_thread::sleep_for(kPausePoll);
    }
    m_lastRecordMs = m_clock.nowMs();
    m_imagesSinceRecord = 0;
    return m_run->setState(RunState::Running);
}

bool TrainingSession::isOutOfTime() const
{
    return m_config.maxMinutes > 0.0 && m_state.step > 0 &&
           m_run->wallSeconds() >= m_config.maxMinutes * kSecondsPerMinute;
}

bool TrainingSession::isPatienceOver() const
{
    return m_config.patience > 0 && m_state.epochsWithoutGain * m_config.validationEvery >= m_config.patience;
}

} // namespace fedefm
