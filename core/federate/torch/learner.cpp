// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/learner_private.h"

#include "core/train/data/random.h"
#include "core/train/torch/checkpoint_state_private.h"
#include "core/train/torch/schedule.h"

#include <cmath>
#include <utility>

namespace fedefm {

namespace {

constexpr int kPrefetch = 2;
constexpr double kPriorFloor = 1e-3; ///< of a class that a silo has never seen

nlohmann::json orEmpty(const nlohmann::json& object)
{
    return object.is_null() ? nlohmann::json::object() : object;
}

int batchSizeFor(const Dataset& dataset, int wanted)
{
    return std::max(1, std::min(wanted, static_cast<int>(std::min<std::size_t>(dataset.size(), 1U << 30U))));
}

} // namespace

int Learner::batchSizeOf(int silo) const
{
    return batchSizeFor(*m_data.silos[static_cast<std::size_t>(silo)].train, m_loading.batchSize);
}

LoaderSettings Learner::loadingOf(int silo) const
{
    LoaderSettings loading = m_loading;
    loading.batchSize = batchSizeOf(silo);
    if (silo > 0)
        loading.seed = mixSeed(loading.seed, static_cast<std::uint64_t>(silo));
    return loading;
}

SiloScope::SiloScope(Silo& silo, Network& network, torch::Device) : m_silo(silo)
{
    setRandomState(torch::kCPU, silo.random);
    network.train();
}

SiloScope::~SiloScope()
{
    m_silo.random = randomState(torch::kCPU);
}

Result<std::unique_ptr<Learner>> Learner::create(Settings settings, const SessionData& data)
{
    std::unique_ptr<Learner> learner(new Learner(std::move(settings), data));
    const TrainConfig& training = learner->m_settings.training;
    const auto input = parseInputSettings(orEmpty(training.input));
    if (!input)
        return tl::unexpected(input.error());
    const auto augmentation = parseAugmentation(orEmpty(training.augmentation));
    if (!augmentation)
        return tl::unexpected(augmentation.error());
    LoaderSettings& loading = learner->m_loading;
    loading.batchSize = training.batchSize;
    loading.threads = 1;
    loading.prefetch = kPrefetch;
    loading.seed = training.seed;
    loading.augmentation = *augmentation;
    loading.input = *input;
    return learner;
}

Learner::Loader& Learner::loaderOf(int silo)
{
    for (auto at = m_loaders.begin(); at != m_loaders.end(); ++at)
        if (at->silo == silo) {
            m_loaders.splice(m_loaders.begin(), m_loaders, at);
            return m_loaders.front();
        }
    // Each keeps a few batches ready; how large they are shows only when they are there.
    constexpr std::size_t kMostLoaders = 16;
    if (m_loaders.size() >= kMostLoaders)
        m_loaders.pop_back();
    const DatasetPtr& train = m_data.silos[static_cast<std::size_t>(silo)].train;
    m_loaders.push_front({silo, -1, std::make_unique<BatchLoader>(train, loadingOf(silo))});
    return m_loaders.front();
}

Result<std::shared_ptr<const Batch>> Learner::next(Silo& host)
{
    if (m_settings.privacy.unit == PrivacyUnit::Record)
        return drawPrivate(host);
    Loader& source = loaderOf(host.index);
    const std::int64_t perEpoch = std::max(1, source.loader->batchesPerEpoch());
    if (source.position != host.drawn || host.drawn % perEpoch == 0)
        source.loader->startEpoch(static_cast<int>(host.drawn / perEpoch),
                                  static_cast<int>(host.drawn % perEpoch));
    auto batch = source.loader->next(m_settings.cancel);
    if (!batch)
        return batch;
    if (!*batch)
        return fail(ErrorCode::Internal, "silo " + std::to_string(host.index), "an epoch without a batch");
    source.position = ++host.drawn;
    return batch;
}

Result<std::vector<std::shared_ptr<const Batch>>> Learner::draw(Silo& host, int count)
{
    std::vector<std::shared_ptr<const Batch>> batches;
    for (int at = 0; at < count; ++at) {
        auto batch = next(host);
        if (!batch)
            return tl::unexpected(batch.error());
        batches.push_back(std::move(*batch));
    }
    return batches;
}

Result<std::vector<std::shared_ptr<const Batch>>> Learner::publicBatches()
{
    if (!m_public.empty() || !m_data.common)
        return m_public;
    LoaderSettings loading = m_loading;
    loading.shuffle = loading.augment = loading.dropLast = false;
    loading.batchSize = batchSizeFor(*m_data.common, loading.batchSize);
    BatchLoader loader(m_data.common, loading);
    loader.startEpoch(0);
    while (true) {
        auto batch = loader.next(m_settings.cancel);
        if (!batch)
            return tl::unexpected(batch.error());
        if (!*batch)
            return m_public;
        m_public.push_back(std::move(*batch));
    }
}

std::pair<torch::Tensor, torch::Tensor> Learner::answer(Network& network, const torch::Tensor& images,
                                                        bool needsFeatures) const
{
    const ComputeScope computing(m_compute);
    const AutocastScope autocast(m_settings.useBfloat16, m_settings.device);
    if (needsFeatures)
        return network.forwardWithFeatures(images);
    return {network.forward(images), {}};
}

const torch::Tensor& Learner::logPrior(int silo)
{
    const auto known = m_logPriors.find(silo);
    if (known != m_logPriors.end())
        return known->second;
    const Dataset& dataset = *m_data.silos[static_cast<std::size_t>(silo)].train;
    torch::Tensor counts = torch::zeros({m_settings.task.classes});
    for (std::size_t at = 0; at < dataset.size(); ++at) {
        const int imageClass = dataset.sampleInfo(at).imageClass;
        if (imageClass >= 0 && imageClass < m_settings.task.classes)
            counts[imageClass] += 1.0F;
    }
    const torch::Tensor prior = counts / counts.sum().clamp_min(1.0);
    return m_logPriors[silo] = prior.clamp_min(kPriorFloor).log().to(m_settings.device);
}

Result<torch::Tensor> Learner::lossOf(Network& network, const std::shared_ptr<const Batch>& batch, int silo,
                                      const StepHooks& hooks, int step)
{
    const torch::Tensor images = imagesOf(batch, m_settings.device);
    auto [logits, features] = answer(network, images, hooks.needsFeatures);
    const bool isAdjusted = m_logitAdjustment > 0.0 && m_settings.task.isClassification &&
                            logits.dim() == 2 && logits.size(1) == m_settings.task.classes;
    auto loss =
        taskLoss(isAdjusted ? logits + m_logitAdjustment * logPrior(silo) : logits, *batch, m_settings.task);
    if (!loss || !hooks.loss)
        return loss;
    return hooks.loss({batch, images, logits, features, *loss, step});
}

Result<double> Learner::gradientsOf(Network& network, const std::shared_ptr<const Batch>& batch, Silo& host,
                                    const StepHooks& hooks, int step)
{
    if (m_settings.privacy.unit == PrivacyUnit::Record)
        return privateGradients(network, *batch, host, hooks, step);
    auto loss = lossOf(network, batch, host.index, hooks, step);
    if (!loss)
        return tl::unexpected(loss.error());
    loss->backward();
    return loss->item<double>();
}

Result<TrainedSteps> Learner::train(Network& network, Optimizer& optimizer, Silo& host, int steps,
                                    const StepHooks& hooks)
{
    const SiloScope scope(host, network, m_settings.device);
    const std::string subject = "silo " + std::to_string(host.index);
    TrainedSteps done;
    for (; done.steps < steps; ++done.steps) {
        if (m_settings.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, subject);
        if (isLate())
            return fail(ErrorCode::OutOfRange, subject, "not done before the deadline");
        auto batch = hooks.batches.empty()
                         ? next(host)
                         : Result<std::shared_ptr<const Batch>>(
                               hooks.batches[static_cast<std::size_t>(done.steps) % hooks.batches.size()]);
        if (!batch)
            return tl::unexpected(batch.error());
        const ComputeScope computing(m_compute);
        optimizer.zeroGrad();
        const auto loss = gradientsOf(network, *batch, host, hooks, done.steps);
        if (!loss)
            return tl::unexpected(loss.error());
        if (!std::isfinite(*loss))
            return fail(ErrorCode::ModelBroken, subject, "the loss is not finite");
        if (hooks.beforeUpdate)
            hooks.beforeUpdate();
        const double rate =
            m_settings.training.optimizer.learningRate *
            scheduleFactor(m_settings.training.schedule, host.steps + done.steps, m_settings.totalSteps);
        if (!std::isfinite(optimizer.step(rate)))
            return fail(ErrorCode::ModelBroken, subject, "the gradient is not finite");
        ++m_steps;
        done.loss += *loss;
        done.learningRateSum += rate;
    }
    optimizer.zeroGrad();
    if (isLate()) // of the last step, too
        return fail(ErrorCode::OutOfRange, subject, "not done before the deadline");
    done.loss /= std::max(1, done.steps);
    return done;
}

double Learner::takeComputeMs()
{
    return std::exchange(m_compute.ms, 0.0);
}

std::int64_t Learner::takeSteps()
{
    return std::exchange(m_steps, 0);
}

Result<TrainedSteps> Learner::trainOwn(Silo& silo, int steps, const StepHooks& hooks)
{
    auto done = train(*silo.network, *silo.optimizer, silo, steps, hooks);
    if (done)
        silo.steps += done->steps;
    return done;
}

} // namespace fedefm
