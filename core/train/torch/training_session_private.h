// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/train/torch/evaluator_private.h"
#include "core/train/torch/training_data.h"
#include "core/train/torch/weights_file_private.h"

#include <map>
#include <memory>
#include <optional>

namespace fedefm {

/// Validation and saving see the moving average where there is one, as long as this lives.
class AverageScope
{
public:
    explicit AverageScope(WeightAverage* average) : m_average(average)
    {
        if (m_average)
            m_average->swap();
    }
    ~AverageScope()
    {
        if (m_average)
            m_average->swap();
    }
    AverageScope(const AverageScope&) = delete;
    AverageScope& operator=(const AverageScope&) = delete;

private:
    WeightAverage* m_average;
};

/// What the caller of a training gives beside the configuration.
struct TrainingHooks
{
    const DatasetOpener& openData;
    const CancelToken& cancel;
    const std::function<void(const TrainProgress&)>& progress;
    const PictureWriter& writePicture;
};

/// One training: network, data, optimiser and the place where it stands. trainer.cpp makes one and runs it;
/// the parts of its work stand in training_setup.cpp, training_session.cpp (the loop) and
/// training_records.cpp (what is written down).
class TrainingSession
{
public:
    /// Builds everything but the run folder. Errors: those of train().
    /// With `resumed` the initial weights are not read, and threads that the configuration leaves open stay
    /// as they were; so does the split that the run had `recorded`.
    static Result<std::unique_ptr<TrainingSession>> create(const TrainConfig& config,
                                                           const TrainingHooks& hooks,
                                                           const LoopState* resumed = nullptr,
                                                           const nlohmann::json& recorded = nullptr);

    /// Begins a run folder below `runs`.
    Status begin(const std::filesystem::path& runs);
    /// Goes on in a run folder.
    Status restore(const std::filesystem::path& folder);
    /// To the end, a stop, or a failure; the run store then says which.
    Result<TrainResult> run();

private:
    enum class EpochEnd { Whole, OutOfTime };

    TrainingSession(const TrainConfig& config, const TrainingHooks& hooks);
    Status setUp(const LoopState* resumed, const nlohmann::json& recorded);
    Status openDeviceAndThreads(const LoopState* resumed);
    Status openData(const nlohmann::json& recorded);
    Status openParts(const nlohmann::json& recorded);
    Status makeLoader();
    Status makeNetworkAndOptimizer(bool readsInit);
    Status addNotes();
    Status runToEnd();
    Status runEpochs();
    Result<TrainResult> endWith(Error error);
    Result<EpochEnd> trainEpoch();
    /// One optimiser step; returns its loss.
    Result<double> trainOn(const std::shared_ptr<const Batch>& batch);
    Result<torch::Tensor> lossOf(const std::shared_ptr<const Batch>& batch);
    Status validate(bool isLast);
    /// Puts the best weights into the network: from here on it is not trained.
    Status takeBest();
    /// Thresholds that suit the validation pictures best, written into the card of the best weights.
    Status chooseThresholds();
    Status evaluateTest();
    /// Cancelled when it shall end. A pause is remembered: evaluations are not interrupted by one, because
    /// the network may hold other weights than those that a checkpoint is made of.
    Status obeyStop();
    Status obeyCommands();
    Status waitWhilePaused();
    bool isOutOfTime() const;
    bool isPatienceOver() const;

    Status checkpoint();
    Status afterStep(double loss);
    Status noteBest(int epoch, double value, const nlohmann::json& metrics);
    Status saveNamedWeights(const char* name, int epoch, const nlohmann::json& metrics);
    void saveSample(const Predicted& predicted);
    /// Files that the data sets have found faulty since it was called last.
    std::vector<DataFault> newFaults();
    /// The same as warnings of the run and in the log.
    Status noteFaults();
    Status warn(const std::vector<std::string>& warnings);
    Error notFinite(const Batch& batch, double loss);
    void report(const char* phase, int done, int total, double loss);
    TrainedParts parts() { return {*m_network, *m_optimizer, m_average.get(), m_device}; }
    std::filesystem::path checkpointFile() const;
    std::filesystem::path bestFile() const;

    TrainConfig m_config;
    TrainingHooks m_hooks;
    TrainingData m_data;
    EvaluationSettings m_evaluation;
    bool m_isClassification = false;
    bool m_useBfloat16 = false;
    int m_classes = 0;
    std::vector<std::string> m_classNames;
    int m_threads = 1;
    torch::Device m_device = torch::kCPU;
    NetworkPtr m_network;
    std::unique_ptr<Optimizer> m_optimizer;
    std::unique_ptr<WeightAverage> m_average;
    std::unique_ptr<BatchLoader> m_loader;
    torch::Tensor m_classWeights;
    std::vector<std::string> m_notes; ///< of the setting up, for the run's events
    std::vector<DataFault> m_faults;
    using FaultCounts = std::map<std::pair<std::string, std::string>, int>; ///< by file and reason
    std::vector<FaultCounts> m_knownFaults; ///< of each source; two files of a name are two faults
    std::unique_ptr<RunWriter> m_run;
    LoopState m_state;
    bool m_isPauseAsked = false;
    bool m_hasBest = false; ///< the network holds the best weights, not the newest
    nlohmann::json m_testMetrics;
    std::string m_endMessage;

    SteadyClock m_clock;
    double m_lastReportMs = -1e9;
    double m_lastCommandMs = -1e9;
    double m_lastRecordMs = -1e9;
    std::int64_t m_imagesSinceRecord = 0;
    double m_gradientNorm = 0.0;
    double m_learningRate = 0.0;
    double m_imagesPerSecond = 0.0;
};

} // namespace fedefm
