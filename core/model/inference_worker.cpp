// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/inference_worker.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

namespace fedefm {

namespace {

struct FrameRequest
{
    std::uint64_t id = 0;
    SequencePtr sequence;
    FramePtr frame;
    int index = 0;
};

struct ClipJob
{
    std::uint64_t id = 0;
    SequencePtr sequence;
    int first = 0;
    int last = -1;
    int next = 0;
    Progress progress;
    InferenceWorker::Finished finished;
    CancelToken cancel;
    std::optional<Error> firstError;
};

Result<std::unique_ptr<Segmenter>> runFactory(const SegmenterRegistry::Factory& factory)
{
    try {
        return factory ? factory() : fail(ErrorCode::ModelNotFound, {});
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, {});
    } catch (const std::exception& e) {
        return fail(ErrorCode::ModelBroken, {}, e.what());
    }
}

Result<SegmentationPtr> runSegmenter(Segmenter& segmenter, const Frame& frame, const SequenceInfo& info,
                                     int index, const CancelToken& cancel)
{
    try {
        Result<Segmentation> found = segmenter.segment(frame, info, cancel);
        if (!found)
            return tl::unexpected<Error>(found.error());
        found->provenance.frame = frameId(info, index);
        return std::make_shared<const Segmentation>(std::move(*found));
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, segmenter.card().id);
    } catch (const std::exception& e) {
        return fail(ErrorCode::ModelBroken, segmenter.card().id, e.what());
    }
}

Result<FramePtr> readFrame(const Sequence& sequence, int index)
{
    try {
        return sequence.read(index);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, sequence.info().path);
    } catch (const std::exception& e) {
        return fail(ErrorCode::FileUnreadable, sequence.info().path, e.what());
    }
}

} // namespace

struct InferenceWorker::State
{
    explicit State(OnFrame callback) : onFrame(std::move(callback)) {}

    OnFrame onFrame;
    std::mutex mutex;
    std::condition_variable wake;
    bool stopping = false;
    std::uint64_t lastId = 0;
    std::optional<SegmenterRegistry::Factory> newFactory;
    std::optional<FrameRequest> newest;
    std::shared_ptr<ClipJob> clip;                 ///< the one to work on
    std::vector<std::shared_ptr<ClipJob>> dropped; ///< cancelled ones whose `finished` is still to be called
    CancelToken stopToken;

    /// Touched by the thread only.
    Result<std::unique_ptr<Segmenter>> segmenter = fail(ErrorCode::ModelNotFound, {}, "no model was chosen");
    std::thread thread;

    void dropClip()
    {
        if (!clip)
            return;
        clip->cancel.cancel();
        dropped.push_back(std::move(clip));
        clip.reset();
    }

    void loop();
    void answer(const FrameRequest& request);
    void clipStep(const std::shared_ptr<ClipJob>& job);
    void finishClip(const std::shared_ptr<ClipJob>& job, Status status);
    Result<SegmentationPtr> segment(const Frame& frame, const SequenceInfo& info, int index,
                                    const CancelToken& cancel);
};

Result<SegmentationPtr> InferenceWorker::State::segment(const Frame& frame, const SequenceInfo& info,
                                                        int index, const CancelToken& cancel)
{
    if (!segmenter)
        return tl::unexpected<Error>(segmenter.error());
    return runSegmenter(**segmenter, frame, info, index, cancel);
}

void InferenceWorker::State::answer(const FrameRequest& request)
{
    const SequenceInfo& info = request.sequence->info();
    auto result = segment(*request.frame, info, request.index, stopToken);
    {
        const std::lock_guard lock(mutex);
        if (stopping)
            return;
    }
    onFrame({request.id, frameId(info, request.index), std::move(result)});
}

void InferenceWorker::State::finishClip(const std::shared_ptr<ClipJob>& job, Status status)
{
    {
        const std::lock_guard lock(mutex);
        if (clip == job)
            clip.reset();
    }
    // A job that is dropped while its last step runs comes here twice.
    if (const Finished finished = std::exchange(job->finished, nullptr))
        finished(std::move(status));
}

void InferenceWorker::State::clipStep(const std::shared_ptr<ClipJob>& job)
{
    if (!segmenter)
        return finishClip(job, tl::unexpected<Error>(segmenter.error()));
    const int index = job->next++;
    if (!job->cancel.isCancelled() && index <= job->last) {
        const SequenceInfo& info = job->sequence->info();
        const Result<FramePtr> frame = readFrame(*job->sequence, index);
        auto result = frame ? segment(**frame, info, index, job->cancel)
                            : Result<SegmentationPtr>(tl::unexpected<Error>(frame.error()));
        if (!job->cancel.isCancelled()) {
            // One broken frame does not spoil the clip: the rest is still segmented.
            if (!result && !job->firstError)
                job->firstError = result.error();
            onFrame({job->id, frameId(info, index), std::move(result)});
            if (job->progress)
                job->progress(index - job->first + 1, job->last - job->first + 1);
        }
    }
    if (job->cancel.isCancelled())
        finishClip(job, fail(ErrorCode::Cancelled, {}));
    else if (job->next > job->last)
        finishClip(job, job->firstError ? Status(tl::unexpected<Error>(*job->firstError)) : Status());
}

void InferenceWorker::State::loop()
{
    for (;;) {
        std::optional<SegmenterRegistry::Factory> factory;
        std::optional<FrameRequest> request;
        std::shared_ptr<ClipJob> job;
        std::vector<std::shared_ptr<ClipJob>> ended;
        {
            std::unique_lock lock(mutex);
            wake.wait(lock, [&] { return stopping || newFactory || newest || clip || !dropped.empty(); });
            if (stopping)
                dropClip();
            ended.swap(dropped);
            if (!stopping) {
                factory = std::exchange(newFactory, std::nullopt);
                request = factory ? std::nullopt : std::exchange(newest, std::nullopt);
                job = factory || request ? nullptr : clip;
            }
            if (stopping && ended.empty())
                break;
        }
        for (const auto& old : ended)
            finishClip(old, fail(ErrorCode::Cancelled, {}));
        if (factory)
            segmenter = runFactory(*factory);
        if (request)
            answer(*request);
        if (job)
            clipStep(job);
    }
    segmenter = fail(ErrorCode::ModelNotFound, {}); // models are destroyed on their own thread
}

InferenceWorker::InferenceWorker(OnFrame onFrame) : m_state(std::make_unique<State>(std::move(onFrame)))
{
    m_state->thread = std::thread([state = m_state.get()] { state->loop(); });
}

InferenceWorker::~InferenceWorker()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->stopping = true;
        m_state->stopToken.cancel();
        if (m_state->clip)
            m_state->clip->cancel.cancel();
    }
    m_state->wake.notify_all();
    m_state->thread.join();
}

void InferenceWorker::setSegmenter(SegmenterRegistry::Factory factory)
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->newFactory = std::move(factory);
        m_state->newest.reset();
        m_state->dropClip();
    }
    m_state->wake.notify_all();
}

std::uint64_t InferenceWorker::request(SequencePtr sequence, FramePtr frame, int index)
{
    std::uint64_t id = 0;
    {
        const std::lock_guard lock(m_state->mutex);
        id = ++m_state->lastId;
        m_state->newest = FrameRequest{id, std::move(sequence), std::move(frame), index};
    }
    m_state->wake.notify_all();
    return id;
}

std::uint64_t InferenceWorker::segmentClip(SequencePtr sequence, int first, int last, Progress progress,
                                           Finished finished, CancelToken cancel)
{
    auto job = std::make_shared<ClipJob>();
    job->sequence = std::move(sequence);
    job->first = job->next = first;
    job->last = last;
    job->progress = std::move(progress);
    job->finished = std::move(finished);
    job->cancel = std::move(cancel);
    std::uint64_t id = 0;
    {
        const std::lock_guard lock(m_state->mutex);
        id = job->id = ++m_state->lastId;
        m_state->dropClip();
        m_state->clip = std::move(job);
    }
    m_state->wake.notify_all();
    return id;
}

} // namespace fedefm
