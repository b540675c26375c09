// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/frame_cache.h"

#include "tests/core/image/make_frame.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

using namespace fedefm;
using fedefm::test::makeFrame;

namespace {

constexpr std::size_t kFrameBytes = 100; // 10 × 10 pixels

/// Counts what is decoded; decoding waits while the gate is closed.
class FakeSequence : public Sequence
{
public:
    explicit FakeSequence(int frames)
    {
        m_info.width = m_info.height = 10;
        m_info.frameCount = frames;
    }

    const SequenceInfo& info() const override { return m_info; }

    Result<FramePtr> read(int index) const override
    {
        {
            std::unique_lock lock(m_mutex);
            m_order.push_back(index);
            m_changed.notify_all();
            m_changed.wait(lock, [&] { return m_open; });
        }
        if (index < 0 || index >= m_info.frameCount)
            return fail(ErrorCode::OutOfRange, "fake");
        if (failing.count(index) != 0)
            return fail(ErrorCode::CodecFailed, "fake");
        if (throwing.count(index) != 0)
            throw std::runtime_error("codec");
        return makeFrame(10, 10, PixelType::U8, [index](int, int) { return index % 256; });
    }

    void setOpen(bool open) const
    {
        const std::lock_guard lock(m_mutex);
        m_open = open;
        m_changed.notify_all();
    }

    void waitForReads(std::size_t count) const
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_order.size() >= count; });
    }

    std::vector<int> order() const
    {
        const std::lock_guard lock(m_mutex);
        return m_order;
    }

    std::set<int> failing;
    std::set<int> throwing;

private:
    SequenceInfo m_info;
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    mutable bool m_open = true;
    mutable std::vector<int> m_order;
};

/// Collects answers; waits until one for a given frame has come.
class Answers
{
public:
    FrameCache::Ready callback()
    {
        return [this](int index, const Result<FramePtr>& frame) {
            const std::lock_guard lock(m_mutex);
            m_indices.push_back(index);
            if (!frame)
                m_errors[index] = frame.error().code;
            m_changed.notify_all();
        };
    }

    void waitFor(int index)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return std::count(m_indices.begin(), m_indices.end(), index) > 0; });
    }

    std::vector<int> indices()
    {
        const std::lock_guard lock(m_mutex);
        return m_indices;
    }

    bool hasError(int index, ErrorCode code)
    {
        const std::lock_guard lock(m_mutex);
        return m_errors.count(index) != 0 && m_errors[index] == code;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<int> m_indices;
    std::map<int, ErrorCode> m_errors;
};

} // namespace

class TestFrameCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestAnswersAndKeeps()
    {
        const auto sequence = std::make_shared<FakeSequence>(20);
        Answers answers;
        FrameCache cache(sequence, 5 * kFrameBytes, 1, answers.callback());
        QVERIFY(cache.peek(7) == nullptr);
        cache.request(7);
        answers.waitFor(7);
        QVERIFY(cache.peek(7) != nullptr);
        QCOMPARE(cache.peek(7)->valueAt(0, 0), 7);
        QCOMPARE(cache.usedBytes(), kFrameBytes);
        // Cached: answered again, not decoded again.
        cache.request(8);
        answers.waitFor(8);
        cache.request(7);
        while (answers.indices().size() < 3)
            std::this_thread::yield();
        QCOMPARE(sequence->order().size(), std::size_t{2});
    }

    void onlyTheNewestWaitingRequestIsAnswered()
    {
        const auto sequence = std::make_shared<FakeSequence>(50);
        sequence->setOpen(false);
        Answers answers;
        FrameCache cache(sequence, 50 * kFrameBytes, 1, answers.callback());
        cache.request(1);
        sequence->waitForReads(1);
        for (int index = 2; index < 40; ++index)
            cache.request(index);
        sequence->setOpen(true);
        answers.waitFor(39);
        QCOMPARE(sequence->order(), (std::vector<int>{1, 39}));
        QCOMPARE(answers.indices(), (std::vector<int>{1, 39}));
    }

    void requestsGoBeforePrefetching()
    {
        const auto sequence = std::make_shared<FakeSequence>(50);
        sequence->setOpen(false);
        Answers answers;
        FrameCache cache(sequence, 50 * kFrameBytes, 1, answers.callback());
        cache.prefetch(0, 1, 0, 49);
        sequence->waitForReads(1);
        cache.request(30);
        sequence->setOpen(true);
        answers.waitFor(30);
        QCOMPARE(sequence->order()[0], 0);
        QCOMPARE(sequence->order()[1], 30);
    }

    void requestForAFrameInWorkIsAnsweredOnce()
    {
        const auto sequence = std::make_shared<FakeSequence>(50);
        sequence->setOpen(false);
        Answers answers;
        FrameCache cache(sequence, 50 * kFrameBytes, 2, answers.callback());
        cache.prefetch(5, 1, 5, 5);
        sequence->waitForReads(1);
        cache.request(5);
        sequence->setOpen(true);
        answers.waitFor(5);
        QCOMPARE(sequence->order().size(), std::size_t{1});
    }

    void prefetchGoesInPlayDirectionAndWraps()
    {
        const auto sequence = std::make_shared<FakeSequence>(10);
        FrameCache cache(sequence, 4 * kFrameBytes, 1, nullptr);
        cache.prefetch(7, 1, 2, 8);
        sequence->waitForReads(4);
        QCOMPARE(sequence->order(), (std::vector<int>{7, 8, 2, 3}));
        while (cache.cachedFrames() < 4)
            std::this_thread::yield();
        // Backwards from 2 come 2, 8, 7 and 6; only the last is missing.
        cache.prefetch(2, -1, 2, 8);
        sequence->waitForReads(5);
        QCOMPARE(sequence->order().back(), 6);
        while (cache.peek(6) == nullptr)
            std::this_thread::yield();
        QVERIFY(cache.peek(3) == nullptr);
    }

    void memoryIsBounded()
    {
        const auto sequence = std::make_shared<FakeSequence>(1000);
        FrameCache cache(sequence, 7 * kFrameBytes + 50, 2, nullptr);
        for (int from = 0; from < 1000; from += 3) {
            cache.prefetch(from, 1, 0, 999);
            QVERIFY(cache.get((from * 7) % 1000).has_value());
            QVERIFY(cache.usedBytes() <= cache.limitBytes());
            QVERIFY(cache.cachedFrames() <= 7);
        }
    }

    void framesAboutToBePlayedStay()
    {
        const auto sequence = std::make_shared<FakeSequence>(100);
        FrameCache cache(sequence, 5 * kFrameBytes, 1, nullptr);
        cache.prefetch(10, 1, 0, 99);
        while (cache.cachedFrames() < 5)
            std::this_thread::yield();
        for (int index = 50; index < 60; ++index)
            QVERIFY(cache.get(index).has_value());
        for (int index = 10; index < 15; ++index)
            QVERIFY2(cache.peek(index) != nullptr, qPrintable(QString::number(index)));
    }

    void requestedFrameFindsRoom()
    {
        const auto sequence = std::make_shared<FakeSequence>(100);
        Answers answers;
        FrameCache cache(sequence, 5 * kFrameBytes, 1, answers.callback());
        cache.prefetch(10, 1, 0, 99);
        while (cache.cachedFrames() < 5)
            std::this_thread::yield();
        cache.request(70);
        answers.waitFor(70);
        QVERIFY(cache.peek(70) != nullptr);
        QVERIFY(cache.peek(10) != nullptr); // the latest needed one had to go
        QVERIFY(cache.peek(14) == nullptr);
    }

    void frameBeyondTheLimitIsDeliveredNotKept()
    {
        const auto sequence = std::make_shared<FakeSequence>(3);
        Answers answers;
        FrameCache cache(sequence, kFrameBytes - 1, 1, answers.callback());
        cache.prefetch(0, 1, 0, 2);
        cache.request(1);
        answers.waitFor(1);
        QVERIFY(!answers.hasError(1, ErrorCode::TooLarge));
        QCOMPARE(cache.cachedFrames(), 0);
        QCOMPARE(sequence->order(), std::vector<int>{1}); // nothing decoded ahead in vain
    }

    void failuresAreReportedAndNotRetriedAhead()
    {
        const auto sequence = std::make_shared<FakeSequence>(6);
        sequence->failing = {2};
        sequence->throwing = {3};
        Answers answers;
        FrameCache cache(sequence, 6 * kFrameBytes, 1, answers.callback());
        cache.prefetch(0, 1, 0, 5);
        while (cache.cachedFrames() < 4)
            std::this_thread::yield();
        cache.prefetch(0, 1, 0, 5);
        cache.request(2);
        answers.waitFor(2);
        QVERIFY(answers.hasError(2, ErrorCode::CodecFailed));
        cache.request(3);
        answers.waitFor(3);
        QVERIFY(answers.hasError(3, ErrorCode::Internal));
        QCOMPARE(cache.get(2).error().code, ErrorCode::CodecFailed);
        QCOMPARE(cache.get(77).error().code, ErrorCode::OutOfRange);
        const auto order = sequence->order();
        QCOMPARE(std::count(order.begin(), order.end(), 2), 3); // ahead, requested, got
    }

    void getSharesTheWorkOfADecodeThread()
    {
        const auto sequence = std::make_shared<FakeSequence>(6);
        sequence->setOpen(false);
        FrameCache cache(sequence, 6 * kFrameBytes, 1, nullptr);
        cache.prefetch(4, 1, 4, 4);
        sequence->waitForReads(1);
        std::thread reader([&] { QVERIFY(cache.get(4).has_value()); });
        sequence->setOpen(true);
        reader.join();
        QCOMPARE(sequence->order().size(), std::size_t{1});
    }

    void nonsenseRangesAreHarmless()
    {
        const auto sequence = std::make_shared<FakeSequence>(4);
        FrameCache cache(sequence, 4 * kFrameBytes, 3, nullptr);
        cache.prefetch(0, 1, 3, 2);
        cache.prefetch(-5, 0, -7, 900);
        while (cache.cachedFrames() < 4)
            std::this_thread::yield();
        cache.prefetch(100, -1, 50, 60);
        QCOMPARE(cache.cachedFrames(), 4);
    }

    void destroyedWhileBusy()
    {
        for (int round = 0; round < 200; ++round) {
            const auto sequence = std::make_shared<FakeSequence>(1000);
            FrameCache cache(sequence, 100 * kFrameBytes, 1 + round % 4, [](int, const Result<FramePtr>&) {});
            cache.prefetch(round, 1, 0, 999);
            cache.request(round % 7);
        }
    }

    void manyThreads()
    {
        const auto sequence = std::make_shared<FakeSequence>(64);
        std::atomic<int> answered{0};
        std::atomic<bool> wrong{false};
        FrameCache cache(sequence, 9 * kFrameBytes, 3, [&](int index, const Result<FramePtr>& frame) {
            ++answered;
            if (!frame || (*frame)->valueAt(3, 3) != index)
                wrong = true;
        });
        std::vector<std::thread> users;
        for (int user = 0; user < 4; ++user) {
            users.emplace_back([&, user] {
                for (int i = 0; i < 300; ++i) {
                    const int index = (i * 13 + user * 17) % 64;
                    cache.request(index);
                    cache.prefetch(index, i % 2 == 0 ? 1 : -1, 0, 63);
                    const auto frame = cache.get(index);
                    if (!frame || (*frame)->valueAt(0, 0) != index)
                        wrong = true;
                    if (const FramePtr seen = cache.peek(user); seen && seen->valueAt(0, 0) != user)
                        wrong = true;
                }
            });
        }
        for (std::thread& user : users)
            user.join();
        QVERIFY(!wrong);
        QVERIFY(cache.usedBytes() <= cache.limitBytes());
    }
};

QTEST_APPLESS_MAIN(TestFrameCache)
#include "tst_frame_cache.moc"
