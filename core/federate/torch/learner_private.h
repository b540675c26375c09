// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/federate/privacy/privacy_settings.h"
#include "core/federate/session_data.h"
#include "core/federate/torch/silo_private.h"
#include "core/train/torch/task_loss_private.h"

#include <list>
#include <optional>

namespace fedefm {

/// One step as a strategy sees it.
struct StepView
{
    const std::shared_ptr<const Batch>& batch;
    const torch::Tensor& images;
    const torch::Tensor& logits;
    const torch::Tensor& features; ///< undefined unless asked for
    const torch::Tensor& taskLoss;
    int step = 0; ///< 0-based, of this call
};

/// What a strategy adds to plain training; all may be empty.
struct StepHooks
{
    bool needsFeatures = false;
    std::function<Result<torch::Tensor>(const StepView&)> loss; ///< in place of the task's
    std::function<void()> beforeUpdate;                         ///< gradients may be changed
    std::vector<std::shared_ptr<const Batch>> batches;          ///< in place of newly drawn ones
};

struct TrainedSteps
{
    int steps = 0;
    double loss = 0.0;            ///< mean
    double learningRateSum = 0.0; ///< over the steps
};

/// Time in which a network is computed with.
struct ComputeTime
{
    const Clock* clock = nullptr;
    double ms = 0.0;
    int depth = 0; ///< scopes that are open
};
/// Counts as long as this lives; inside another one it counts nothing.
class ComputeScope
{
public:
    explicit ComputeScope(ComputeTime& time) : m_time(time), m_startMs(time.clock->nowMs())
    {
        ++m_time.depth;
    }
    ~ComputeScope()
    {
        if (--m_time.depth == 0)
            m_time.ms += m_time.clock->nowMs() - m_startMs;
    }
    ComputeScope(const ComputeScope&) = delete;
    ComputeScope& operator=(const ComputeScope&) = delete;

private:
    ComputeTime& m_time;
    double m_startMs;
};

/// Trains models on the data of silos: the step of a plain training with hooks.
class Learner
{
public:
    struct Settings
    {
        TrainConfig training;
        TaskSettings task;
        torch::Device device = torch::kCPU;
        bool useBfloat16 = false;
        std::int64_t totalSteps = 1; ///< of a silo's own model in the whole session; for the schedule
        PrivacySettings privacy;
        const Clock* clock = nullptr;
        CancelToken cancel;
    };
    static Result<std::unique_ptr<Learner>> create(Settings settings, const SessionData& data);

    /// Steps of `network` on the data of `host`, whose batches advance; the schedule stands where the host's
    /// own model stands. The caller counts the host's steps. Errors: ModelBroken for a loss that is not
    /// finite, those of the data, Cancelled; the deadline, see isLate().
    Result<TrainedSteps> train(Network& network, Optimizer& optimizer, Silo& host, int steps,
                               const StepHooks& hooks = {});
    /// The silo's own model; its steps count.
    Result<TrainedSteps> trainOwn(Silo& silo, int steps, const StepHooks& hooks = {});
    /// The next batches of a silo's data.
    Result<std::vector<std::shared_ptr<const Batch>>> draw(Silo& host, int count);
    /// All public pictures in a fixed order, whatever the silo.
    Result<std::vector<std::shared_ptr<const Batch>>> publicBatches();

    std::pair<torch::Tensor, torch::Tensor> answer(Network& network, const torch::Tensor& images,
                                                   bool needsFeatures) const;

    /// Work that is not done by then is given up.
    void setDeadline(double atMs) { m_deadlineMs = atMs; }
    bool isLate() const { return m_settings.clock->nowMs() > m_deadlineMs; }
    /// τ·log prior of the host's classes is added to the logits of the task's loss (Menon et al. 2021).
    void setLogitAdjustment(double tau) { m_logitAdjustment = tau; }

    const Settings& settings() const { return m_settings; }
    const SessionData& data() const { return m_data; }
    torch::Device device() const { return m_settings.device; }
    const torch::Tensor& logPrior(int silo);
    /// Time spent on forward (also of teachers), backward and optimiser since the last call.
    double takeComputeMs();
    double nowMs() const { return m_settings.clock->nowMs(); }
    /// Optimiser steps since the last call, those of visitors included.
    std::int64_t takeSteps();

private:
    struct Loader
    {
        int silo = -1;
        std::int64_t position = -1; ///< batches that it has given since the first epoch's start
        std::unique_ptr<BatchLoader> loader;
    };
    Learner(Settings settings, const SessionData& data) : m_settings(std::move(settings)), m_data(data)
    {
        m_compute.clock = m_settings.clock;
    }
    Result<std::shared_ptr<const Batch>> next(Silo& host);
    /// Each picture by a coin of its own, as the accountant presumes; there may be none.
    Result<std::shared_ptr<const Batch>> drawPrivate(Silo& host);
    LoaderSettings loadingOf(int silo) const;
    /// Pictures of a silo's batch; of a private one the number that is expected.
    int batchSizeOf(int silo) const;
    double samplingRateOf(int silo) const;
    Loader& loaderOf(int silo);
    Result<torch::Tensor> lossOf(Network& network, const std::shared_ptr<const Batch>& batch, int silo,
                                 const StepHooks& hooks, int step);
    Result<double> gradientsOf(Network& network, const std::shared_ptr<const Batch>& batch, Silo& host,
                               const StepHooks& hooks, int step);
    Result<double> privateGradients(Network& network, const Batch& batch, Silo& host, const StepHooks& hooks,
                                    int step);
    Status account(Silo& host);

    Settings m_settings;
    const SessionData& m_data;
    LoaderSettings m_loading;
    std::list<Loader> m_loaders; ///< the last used in front
    std::vector<std::shared_ptr<const Batch>> m_public;
    std::map<int, torch::Tensor> m_logPriors;
    double m_deadlineMs = 1e300;
    double m_logitAdjustment = 0.0;
    mutable ComputeTime m_compute;
    std::int64_t m_steps = 0;
};

/// Decides a silo's noise; from the system's entropy, kept with its state and known to nobody else.
std::uint64_t noiseSeedOf(Silo& silo);

/// Trains as long as this lives in training mode, with the silo's random numbers, which it takes back.
class SiloScope
{
public:
    SiloScope(Silo& silo, Network& network, torch::Device device);
    ~SiloScope();
    SiloScope(const SiloScope&) = delete;
    SiloScope& operator=(const SiloScope&) = delete;

private:
    Silo& m_silo;
};

} // namespace fedefm
