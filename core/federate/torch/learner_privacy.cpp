// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/learner_private.h"

#include "core/federate/privacy/gradient_privacy.h"
#include "core/federate/privacy/rdp_accountant.h"

#include <cmath>

namespace fedefm {

namespace {

std::shared_ptr<const Batch> recordOf(const Batch& batch, int at)
{
    auto record = std::make_shared<Batch>();
    const auto part = [&batch, at](const auto& values, auto& target) {
        const std::size_t each = values.size() / static_cast<std::size_t>(batch.count);
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(each) * at;
        target.assign(first, first + static_cast<std::ptrdiff_t>(each));
    };
    record->count = 1;
    record->channels = batch.channels;
    record->height = batch.height;
    record->width = batch.width;
    record->flagCount = batch.flagCount;
    part(batch.images, record->images);
    part(batch.labels, record->labels);
    part(batch.imageClasses, record->imageClasses);
    part(batch.imageFlags, record->imageFlags);
    part(batch.indices, record->indices);
    return record;
}

std::vector<FloatSpan> spansOf(std::vector<torch::Tensor>& tensors)
{
    std::vector<FloatSpan> spans;
    for (torch::Tensor& tensor : tensors)
        spans.push_back({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
    return spans;
}

} // namespace

std::uint64_t noiseSeedOf(Silo& silo)
{
    torch::Tensor& seed = silo.memory[kNoiseSeed];
    if (!seed.defined()) {
        seed = torch::empty({1}, torch::kLong);
        *seed.data_ptr<std::int64_t>() = static_cast<std::int64_t>(NoiseSource::systemSeed());
    }
    return static_cast<std::uint64_t>(*seed.data_ptr<std::int64_t>());
}

Result<std::shared_ptr<const Batch>> Learner::drawPrivate(Silo& host)
{
    // Beside the streams of the noise, which are numbered by the same draws.
    constexpr std::uint64_t kCoins = std::uint64_t{1} << 63U;
    const DatasetPtr& train = m_data.silos[static_cast<std::size_t>(host.index)].train;
    const std::int64_t draw = host.drawn++;
    NoiseSource coins(noiseSeedOf(host), kCoins | static_cast<std::uint64_t>(host.drawn));
    std::vector<std::size_t> drawn = drawPoissonBatch(train->size(), samplingRateOf(host.index), coins);
    if (drawn.empty())
        return std::make_shared<const Batch>();
    LoaderSettings loading = loadingOf(host.index);
    loading.batchSize = static_cast<int>(drawn.size());
    loading.shuffle = loading.dropLast = false;
    BatchLoader loader(subset(train, std::move(drawn)), loading);
    loader.startEpoch(static_cast<int>(draw)); // decides the augmentation
    return loader.next(m_settings.cancel);
}

double Learner::samplingRateOf(int silo) const
{
    const auto records = static_cast<double>(m_data.silos[static_cast<std::size_t>(silo)].train->size());
    return std::min(1.0, batchSizeOf(silo) / std::max(1.0, records));
}

Status Learner::account(Silo& host)
{
    auto accountant =
        host.privacy.is_null() ? Result<RdpAccountant>(RdpAccountant()) : parseRdpAccountant(host.privacy);
    if (!accountant)
        return tl::unexpected(accountant.error());
    if (auto added = accountant->addSteps(samplingRateOf(host.index), m_settings.privacy.noise); !added)
        return added;
    const auto spent = accountant->epsilon(m_settings.privacy.delta);
    if (!spent)
        return tl::unexpected(spent.error());
    const double limit = m_settings.privacy.epsilonLimit;
    if (limit > 0.0 && spent->epsilon > limit)
        return fail(ErrorCode::OutOfRange, "silo " + std::to_string(host.index), kBudgetSpent);
    host.privacy = toJson(*accountant);
    return {};
}

Result<double> Learner::privateGradients(Network& network, const Batch& batch, Silo& host,
                                         const StepHooks& hooks, int step)
{
    if (auto counted = account(host); !counted)
        return tl::unexpected(counted.error());
    const PrivacySettings& privacy = m_settings.privacy;
    std::vector<torch::Tensor> parameters, sums;
    for (const torch::Tensor& parameter : network.parameters())
        if (parameter.requires_grad()) {
            parameters.push_back(parameter);
            sums.push_back(torch::zeros(parameter.sizes(), torch::kFloat));
        }
    std::vector<FloatSpan> sumSpans = spansOf(sums);
    double total = 0.0;
    for (int at = 0; at < batch.count; ++at) {
        auto loss = lossOf(network, recordOf(batch, at), host.index, hooks, step);
        if (!loss)
            return tl::unexpected(loss.error());
        loss->backward();
        total += loss->item<double>();
        std::vector<torch::Tensor> gradients;
        for (std::size_t p = 0; p < parameters.size(); ++p) {
            const torch::Tensor& gradient = parameters[p].grad();
            gradients.push_back(gradient.defined() ? gradient.to(torch::kCPU).contiguous()
                                                   : torch::zeros_like(sums[p]));
        }
        // A broken record counts as none.
        const auto added = addClipped(sumSpans, spansOf(gradients), privacy.clip);
        if (!added && added.error().code == ErrorCode::SizeMismatch)
            return tl::unexpected(added.error());
        for (torch::Tensor& parameter : parameters)
            parameter.mutable_grad().reset();
    }
    NoiseSource noise(noiseSeedOf(host), static_cast<std::uint64_t>(host.drawn));
    if (auto added = addGaussianNoise(sumSpans, privacy.noise * privacy.clip, noise); !added)
        return tl::unexpected(added.error());
    // By the number expected: the one drawn would tell of a picture more or less.
    const double expected = batchSizeOf(host.index);
    for (std::size_t p = 0; p < parameters.size(); ++p)
        parameters[p].mutable_grad() = (sums[p] / expected).to(parameters[p].device());
    return total / expected;
}

} // namespace fedefm
