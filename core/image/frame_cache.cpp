// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/frame_cache.h"

#include "core/image/frame_store_private.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace fedefm {

namespace {

Result<FramePtr> decode(const Sequence& sequence, int index)
{
    try {
        return sequence.read(index);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, sequence.info().path);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, sequence.info().path, exception.what());
    }
}

std::size_t bytesPerFrame(const SequenceInfo& info)
{
    return static_cast<std::size_t>(info.width) * info.height * info.samples * bytesPerSample(info.pixelType);
}

} // namespace

struct FrameCache::State
{
    struct Request
    {
        int index;
        unsigned long long serial;
    };
    struct Work
    {
        int index;
        std::optional<Request> request; ///< empty: decoded ahead
    };

    State(SequencePtr source, std::size_t limitBytes, Ready callback)
        : sequence(std::move(source)), ready(std::move(callback)), store(limitBytes),
          frameBytes(bytesPerFrame(sequence->info())), frameCount(sequence->info().frameCount)
    {
    }

    void run();
    std::optional<Work> nextWork();
    std::optional<int> nextAhead();
    void keep(const Work& work, const Result<FramePtr>& result);
    void finish(const Work& work, const Result<FramePtr>& result);
    void answer(const Request& to, const Result<FramePtr>& result);

    const SequencePtr sequence;
    const Ready ready;

    mutable std::mutex mutex; ///< guards everything below up to `threads`
    std::condition_variable wake;
    std::condition_variable finished;
    FrameStore store;
    const std::size_t frameBytes;
    const int frameCount;
    PlayWindow window;
    int ahead = 0; ///< position in the window up to which prefetching has looked
    std::optional<Request> request;
    unsigned long long lastSerial = 0;
    std::set<int> inWork;
    std::set<int> failed; ///< not tried again ahead; a request tries again
    bool stopping = false;
    std::vector<std::thread> threads;

    std::mutex answerMutex; ///< held while `ready` runs, so that answers come in the order of the requests
    unsigned long long answeredSerial = 0;
};

std::optional<int> FrameCache::State::nextAhead()
{
    while (ahead < window.length) {
        const int index = window.frameAt(ahead++);
        if (!store.contains(index) && inWork.count(index) == 0 && failed.count(index) == 0)
            return index;
    }
    return std::nullopt;
}

std::optional<FrameCache::State::Work> FrameCache::State::nextWork()
{
    // A requested frame that another thread is decoding is answered by that thread.
    if (request && inWork.count(request->index) == 0) {
        const Work work{request->index, request};
        request.reset();
        return work;
    }
    if (const auto index = nextAhead())
        return Work{*index, std::nullopt};
    return std::nullopt;
}

void FrameCache::State::run()
{
    std::unique_lock lock(mutex);
    while (!stopping) {
        const std::optional<Work> work = nextWork();
        if (!work) {
            wake.wait(lock);
            continue;
        }
        if (FramePtr cached = store.find(work->index)) {
            lock.unlock();
            answer(*work->request, cached);
            lock.lock();
            continue;
        }
        inWork.insert(work->index);
        lock.unlock();
        const Result<FramePtr> result = decode(*sequence, work->index);
        finish(*work, result);
        lock.lock();
    }
}

/// The caller holds the mutex.
void FrameCache::State::keep(const Work& work, const Result<FramePtr>& result)
{
    inWork.erase(work.index);
    if (result) {
        failed.erase(work.index);
        store.insert(work.index, *result, window, work.request.has_value());
    } else {
        failed.insert(work.index);
    }
}

void FrameCache::State::finish(const Work& work, const Result<FramePtr>& result)
{
    std::optional<Request> toAnswer = work.request;
    {
        const std::lock_guard lock(mutex);
        keep(work, result);
        if (request && request->index == work.index) {
            toAnswer = request;
            request.reset();
        }
    }
    finished.notify_all();
    if (toAnswer)
        answer(*toAnswer, result);
}

void FrameCache::State::answer(const Request& to, const Result<FramePtr>& result)
{
    if (!ready)
        return;
    const std::lock_guard order(answerMutex);
    {
        const std::lock_guard lock(mutex);
        if (stopping || to.serial < answeredSerial)
            return;
        answeredSerial = to.serial;
    }
    ready(to.index, result);
}

FrameCache::FrameCache(SequencePtr sequence, std::size_t limitBytes, int threads, Ready ready)
    : m_state(std::make_unique<State>(std::move(sequence), limitBytes, std::move(ready)))
{
    for (int i = 0; i < std::clamp(threads, 1, 16); ++i)
        m_state->threads.emplace_back([state = m_state.get()] { state->run(); });
}

FrameCache::~FrameCache()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->stopping = true;
    }
    m_state->wake.notify_all();
    for (std::thread& thread : m_state->threads)
        thread.join();
}

FramePtr FrameCache::peek(int index) const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->store.find(index);
}

void FrameCache::request(int index)
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->request = State::Request{index, ++m_state->lastSerial};
    }
    m_state->wake.notify_one();
}

void FrameCache::prefetch(int from, int direction, int first, int last)
{
    {
        const std::lock_guard lock(m_state->mutex);
        const std::size_t room =
            m_state->frameBytes == 0 ? 0 : m_state->store.limitBytes() / m_state->frameBytes;
        m_state->window = PlayWindow::make(from, direction, first, last, m_state->frameCount, room);
        m_state->ahead = 0;
    }
    m_state->wake.notify_all();
}

Result<FramePtr> FrameCache::get(int index)
{
    {
        std::unique_lock lock(m_state->mutex);
        m_state->finished.wait(lock, [&] { return m_state->inWork.count(index) == 0; });
        if (FramePtr cached = m_state->store.find(index))
            return cached;
        m_state->inWork.insert(index);
    }
    const Result<FramePtr> result = decode(*m_state->sequence, index);
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->keep({index, std::nullopt}, result);
    }
    m_state->finished.notify_all();
    m_state->wake.notify_all(); // a request for this frame waited for it
    return result;
}

std::size_t FrameCache::usedBytes() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->store.usedBytes();
}

std::size_t FrameCache::limitBytes() const
{
    return m_state->store.limitBytes();
}

int FrameCache::cachedFrames() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->store.count();
}

} // namespace fedefm
