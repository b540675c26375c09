// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/batch_loader.h"

#include "core/train/data/epoch_order_private.h"
#include "core/train/data/input_private.h"
#include "core/train/data/random.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace fedefm {

namespace {

constexpr int kReplacements = 8;
constexpr auto kCancelPoll = std::chrono::milliseconds(20);

struct Drawn
{
    std::size_t index = 0;
    Sample sample;
};

using BatchResult = Result<std::shared_ptr<const Batch>>;

std::string sizeText(const Sample& sample)
{
    return std::to_string(sample.channels) + "×" + std::to_string(sample.height) + "×" +
           std::to_string(sample.width);
}

void appendLabels(Batch& batch, const Sample& sample, std::size_t plane)
{
    if (sample.labels.size() == plane)
        batch.labels.insert(batch.labels.end(), sample.labels.begin(), sample.labels.end());
    else
        batch.labels.insert(batch.labels.end(), plane, kIgnoreLabel);
}

BatchResult assemble(const std::vector<Result<Drawn>>& slots, bool hasMasks)
{
    auto batch = std::make_shared<Batch>();
    const Drawn* first = nullptr;
    for (const Result<Drawn>& slot : slots) {
        if (!slot)
            continue;
        const Sample& sample = slot->sample;
        const std::size_t plane = static_cast<std::size_t>(sample.width) * sample.height;
        if (!first) {
            first = &*slot;
            batch->channels = sample.channels;
            batch->width = sample.width;
            batch->height = sample.height;
            batch->images.reserve(slots.size() * sample.image.size());
            batch->labels.reserve(hasMasks ? slots.size() * plane : 0);
            batch->flagCount = static_cast<int>(sample.imageFlags.size());
        } else if (sizeText(sample) != sizeText(first->sample) ||
                   sample.imageFlags.size() != first->sample.imageFlags.size()) {
            return fail(ErrorCode::InvalidArgument, "batch",
                        "pictures of different sizes, " + sizeText(sample) + " beside " +
                            sizeText(first->sample) +
                            ", need augmentation.crop_px, input.size_px or a batch_size of 1");
        }
        batch->images.insert(batch->images.end(), sample.image.begin(), sample.image.end());
        if (hasMasks)
            appendLabels(*batch, sample, plane);
        batch->imageClasses.push_back(sample.imageClass);
        batch->imageFlags.insert(batch->imageFlags.end(), sample.imageFlags.begin(), sample.imageFlags.end());
        batch->indices.push_back(slot->index);
        ++batch->count;
    }
    if (!first)
        return tl::unexpected(slots.front().error());
    return batch;
}

} // namespace

struct BatchLoader::Shared
{
    struct Pending
    {
        std::vector<std::optional<Result<Drawn>>> slots;
        std::size_t missing = 0;
    };

    Shared(DatasetPtr set, LoaderSettings given)
        : dataset(std::move(set)), settings(std::move(given)), order(*dataset, settings),
          batchSize(static_cast<std::size_t>(std::max(1, settings.batchSize))),
          prefetch(static_cast<std::size_t>(std::max(1, settings.prefetch)))
    {
    }

    std::size_t batchCount() const
    {
        // A data set smaller than a batch would otherwise never be seen.
        return settings.dropLast && order.size() >= batchSize ? order.size() / batchSize
                                                              : (order.size() + batchSize - 1) / batchSize;
    }
    std::size_t slotsOf(std::size_t batch) const
    {
        return std::min(batchSize, order.size() - batch * batchSize);
    }
    bool hasWork() const
    {
        const std::size_t batch = nextSlot / batchSize;
        return batch < lastBatch && batch < nextBatch + prefetch;
    }

    Result<Drawn> draw(std::size_t index, std::uint64_t sampleSeed) const;
    Result<Drawn> drawSafely(std::size_t index, std::uint64_t sampleSeed) const;
    void work();
    void put(std::size_t slot, Result<Drawn> drawn, std::unique_lock<std::mutex>& lock);

    const DatasetPtr dataset;
    const LoaderSettings settings;
    const EpochOrder order;
    const std::size_t batchSize;
    const std::size_t prefetch;

    std::mutex mutex;
    std::condition_variable wanted; ///< by the threads
    std::condition_variable ready;  ///< by next()
    std::vector<std::thread> threads;
    bool stop = false;
    std::uint64_t generation = 0; ///< of startEpoch; what an older one still delivers is dropped
    std::uint64_t epochSeed = 0;
    std::vector<std::size_t> indices;
    std::size_t nextSlot = 0;  ///< the next one to be drawn
    std::size_t nextBatch = 0; ///< the next one to be handed out
    std::size_t lastBatch = 0; ///< one after the last of the epoch
    std::map<std::size_t, Pending> pending;
    std::map<std::size_t, BatchResult> finished;
    double waitedMs = 0.0;
};

Result<Drawn> BatchLoader::Shared::draw(std::size_t index, std::uint64_t sampleSeed) const
{
    auto sample = dataset->sample(index);
    Random random(sampleSeed);
    for (int attempt = 0; !sample && settings.shuffle && attempt < kReplacements; ++attempt) {
        index = random.below(dataset->size());
        sample = dataset->sample(index);
    }
    if (!sample)
        return tl::unexpected(sample.error());
    prepareGrey(*sample, settings.input);
    if (settings.augment)
        augment(*sample, settings.augmentation, sampleSeed);
    finishInput(*sample, settings.input);
    return Drawn{index, std::move(*sample)};
}

Result<Drawn> BatchLoader::Shared::drawSafely(std::size_t index, std::uint64_t sampleSeed) const
{
    try {
        return draw(index, sampleSeed);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, dataset->sampleInfo(index).id);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, dataset->sampleInfo(index).id, exception.what());
    }
}

void BatchLoader::Shared::work()
{
    std::unique_lock lock(mutex);
    while (true) {
        wanted.wait(lock, [this] { return stop || hasWork(); });
        if (stop)
            return;
        const std::size_t slot = nextSlot++;
        if (nextSlot == indices.size()) // the last batch may be smaller than the others
            nextSlot = lastBatch * batchSize;
        const std::uint64_t ownGeneration = generation;
        const std::size_t index = indices[slot];
        const std::uint64_t sampleSeed = mixSeed(epochSeed, slot);
        lock.unlock();
        auto drawn = drawSafely(index, sampleSeed);
        lock.lock();
        if (ownGeneration == generation)
            put(slot, std::move(drawn), lock);
    }
}

void BatchLoader::Shared::put(std::size_t slot, Result<Drawn> drawn, std::unique_lock<std::mutex>& lock)
{
    const std::size_t batch = slot / batchSize;
    Pending& place = pending[batch];
    if (place.slots.empty()) {
        place.slots.resize(slotsOf(batch));
        place.missing = place.slots.size();
    }
    place.slots[slot % batchSize] = std::move(drawn);
    if (--place.missing > 0)
        return;
    std::vector<Result<Drawn>> slots;
    slots.reserve(place.slots.size());
    for (auto& item : place.slots)
        slots.push_back(std::move(*item));
    pending.erase(batch);
    const std::uint64_t ownGeneration = generation;
    lock.unlock();
    BatchResult assembled = assemble(slots, dataset->classCount() > 0);
    lock.lock();
    if (ownGeneration != generation)
        return;
    finished.emplace(batch, std::move(assembled));
    ready.notify_all();
}

BatchLoader::BatchLoader(DatasetPtr dataset, LoaderSettings settings)
    : m_shared(std::make_unique<Shared>(std::move(dataset), std::move(settings)))
{
    for (int i = 0; i < std::max(1, m_shared->settings.threads); ++i)
        m_shared->threads.emplace_back([shared = m_shared.get()] { shared->work(); });
}

BatchLoader::~BatchLoader()
{
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->stop = true;
    }
    m_shared->wanted.notify_all();
    for (std::thread& thread : m_shared->threads)
        thread.join();
}

int BatchLoader::batchesPerEpoch() const
{
    return static_cast<int>(m_shared->batchCount());
}

void BatchLoader::startEpoch(int epoch, int firstBatch)
{
    Shared& s = *m_shared;
    auto indices = s.order.indices(epoch);
    {
        const std::lock_guard lock(s.mutex);
        ++s.generation;
        s.epochSeed = mixSeed(s.settings.seed ^ 0x5EEDULL, static_cast<std::uint64_t>(std::max(0, epoch)));
        s.indices = std::move(indices);
        s.lastBatch = s.batchCount();
        s.nextBatch = std::min(static_cast<std::size_t>(std::max(0, firstBatch)), s.lastBatch);
        s.nextSlot = s.nextBatch * s.batchSize;
        s.pending.clear();
        s.finished.clear();
    }
    s.wanted.notify_all();
}

Result<std::shared_ptr<const Batch>> BatchLoader::next(const CancelToken& cancel)
{
    Shared& s = *m_shared;
    std::unique_lock lock(s.mutex);
    if (s.nextBatch >= s.lastBatch)
        return std::shared_ptr<const Batch>();
    const auto start = std::chrono::steady_clock::now();
    auto found = s.finished.find(s.nextBatch);
    while (found == s.finished.end()) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "batch " + std::to_string(s.nextBatch));
        s.ready.wait_for(lock, kCancelPoll);
        found = s.finished.find(s.nextBatch);
    }
    s.waitedMs += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    BatchResult result = std::move(found->second);
    s.finished.erase(found);
    ++s.nextBatch;
    lock.unlock();
    s.wanted.notify_all();
    return result;
}

double BatchLoader::waitedMs() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->waitedMs;
}

} // namespace fedefm
