// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/trainer.h"

#include "core/train/torch/guarded_private.h"
#include "core/train/torch/training_data.h"
#include "core/train/torch/training_session_private.h"

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr const char* kSubject = "training"; ///< of errors that LibTorch throws

/// Of a checkpoint that cannot be used, with the way out.
Error withOtherBeginning(Error error)
{
    if (error.code != ErrorCode::ModelBroken)
        return error;
    return {
        ErrorCode::InvalidArgument, error.subject,
        "the checkpoint cannot be used (" + error.detail +
            "). A new training can begin with the run's best weights, if it has any: --init with the run's "
            "folder."};
}

} // namespace

Result<TrainResult> TrainingSession::run()
{
    const DeterministicScope deterministic;
    const auto trained = guarded(kSubject, [this] { return runToEnd(); });
    // Of a training that ends for them, too.
    const auto noted = noteFaults();
    if (!trained || !noted)
        return endWith(trained ? noted.error() : trained.error());
    if (auto set = m_run->setState(RunState::Done, m_endMessage); !set)
        return tl::unexpected(set.error());
    return TrainResult{m_run->folder(),     m_state.epoch, m_state.bestEpoch,
                       m_state.bestMetrics, m_testMetrics, m_faults};
}

Result<TrainResult> TrainingSession::endWith(Error error)
{
    const auto isStop = [&error] { return error.code == ErrorCode::Cancelled; };
    if (isStop())
        error.subject = m_run->folder().string();
    if (isStop() && !m_hasBest)
        if (auto saved = guarded(kSubject, [this] { return checkpoint(); }); !saved)
            error = saved.error();
    const auto set = isStop() ? m_run->setState(RunState::Stopped, "stopped by the user")
                              : m_run->setState(RunState::Failed, describe(error));
    // Why it failed matters more than that this could not be written down.
    return tl::unexpected(set || !isStop() ? error : set.error());
}

Result<TrainResult> train(const TrainConfig& config, const DatasetOpener& openData, const fs::path& runs,
                          const CancelToken& cancel,
                          const std::function<void(const TrainProgress&)>& progress,
                          const PictureWriter& writePicture)
{
    return guarded(kSubject, [&]() -> Result<TrainResult> {
        auto session = TrainingSession::create(config, {openData, cancel, progress, writePicture});
        if (!session)
            return tl::unexpected(session.error());
        if (auto begun = (*session)->begin(runs); !begun)
            return tl::unexpected(begun.error());
        return (*session)->run();
    });
}

Result<TrainResult> resumeTraining(const fs::path& runFolder, const DatasetOpener& openData,
                                   const CancelToken& cancel,
                                   const std::function<void(const TrainProgress&)>& progress,
                                   const PictureWriter& writePicture)
{
    return guarded(kSubject, [&]() -> Result<TrainResult> {
        const auto reader = RunReader::open(runFolder);
        if (!reader)
            return tl::unexpected(reader.error());
        const auto summary = (*reader)->summary();
        if (!summary)
            return tl::unexpected(summary.error());
        if (summary->state == RunState::Done)
            return fail(ErrorCode::InvalidArgument, runFolder.string(),
                        "this training is finished. A new one can begin with its weights: --init with this "
                        "folder.");
        const auto config = loadTrainConfig(runFolder / "config.json");
        if (!config)
            return tl::unexpected(config.error());
        const auto state = readCheckpointState(runFolder / "checkpoint.safetensors");
        if (!state && state.error().code == ErrorCode::FileNotFound)
            return fail(ErrorCode::InvalidArgument, runFolder.string(),
                        "it has no checkpoint: it ended before its first one. Begin it anew");
        if (!state)
            return tl::unexpected(withOtherBeginning(state.error()));
        const auto split = readRecordedSplit(runFolder);
        if (!split)
            return tl::unexpected(split.error());
        auto session =
            TrainingSession::create(*config, {openData, cancel, progress, writePicture}, &*state, *split);
        if (!session)
            return tl::unexpected(session.error());
        if (auto restored = (*session)->restore(runFolder); !restored)
            return tl::unexpected(withOtherBeginning(restored.error()));
        return (*session)->run();
    });
}

} // namespace fedefm
