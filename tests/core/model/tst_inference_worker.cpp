// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/inference_worker.h"

#include <QtTest>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace fedefm;

namespace {

/// Opens once; everyone who waits passes.
class Gate
{
public:
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }
    bool wait()
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return m_open; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = false;
};

class StillSequence final : public Sequence
{
public:
    explicit StillSequence(int frames, int brokenFrame = -1) : m_brokenFrame(brokenFrame)
    {
        m_info.frameCount = frames;
        m_info.path = "still";
    }
    const SequenceInfo& info() const override { return m_info; }
    Result<FramePtr> read(int index) const override
    {
        if (index == m_brokenFrame)
            return fail(ErrorCode::CodecFailed, "still");
        return std::make_shared<const Frame>(1, 1, 1, PixelType::U8,
                                             std::vector<std::uint8_t>{static_cast<std::uint8_t>(index)});
    }

private:
    SequenceInfo m_info;
    int m_brokenFrame;
};

/// Tells of every frame and, when asked, holds up the first one until a gate opens.
struct Script
{
    Gate started;
    Gate mayGoOn;
    bool holdsFirst = false;
    std::mutex mutex;
    std::vector<int> seen;
    std::vector<std::thread::id> threads;

    std::vector<int> frames()
    {
        const std::lock_guard lock(mutex);
        return seen;
    }
};

class ScriptedSegmenter final : public Segmenter
{
public:
    explicit ScriptedSegmenter(std::shared_ptr<Script> script) : m_script(std::move(script)) { note(-1); }
    ~ScriptedSegmenter() override { note(-2); }
    const ModelCard& card() const override { return m_card; }
    Result<Segmentation> segment(const Frame& frame, const SequenceInfo&, const CancelToken& cancel) override
    {
        const int value = frame.valueAt(0, 0);
        note(value);
        m_script->started.open();
        if (std::exchange(m_script->holdsFirst, false))
            m_script->mayGoOn.wait();
        if (value == 99)
            throw std::runtime_error("broken inside");
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, {});
        return Segmentation{};
    }

private:
    void note(int value)
    {
        const std::lock_guard lock(m_script->mutex);
        m_script->threads.push_back(std::this_thread::get_id());
        if (value >= 0)
            m_script->seen.push_back(value);
    }
    std::shared_ptr<Script> m_script;
    ModelCard m_card;
};

SegmenterRegistry::Factory factoryOf(std::shared_ptr<Script> script)
{
    return [script]() -> Result<std::unique_ptr<Segmenter>> {
        return std::make_unique<ScriptedSegmenter>(script);
    };
}

FramePtr frameOf(int value)
{
    return std::make_shared<const Frame>(1, 1, 1, PixelType::U8,
                                         std::vector<std::uint8_t>{static_cast<std::uint8_t>(value)});
}

} // namespace

class TestInferenceWorker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyTheNewestWaitingRequestIsAnswered()
    {
        auto script = std::make_shared<Script>();
        script->holdsFirst = true;
        const auto sequence = std::make_shared<StillSequence>(50);
        std::vector<InferenceWorker::FrameAnswer> answers;
        Gate last;
        std::uint64_t lastId = 0;
        std::mutex mutex;
        InferenceWorker worker([&](const InferenceWorker::FrameAnswer& answer) {
            const std::lock_guard lock(mutex);
            answers.push_back(answer);
            if (answer.frame.index == 30)
                last.open();
        });
        worker.setSegmenter(factoryOf(script));
        const std::uint64_t firstId = worker.request(sequence, frameOf(1), 1);
        QVERIFY(script->started.wait());
        for (int i = 2; i <= 30; ++i)
            lastId = worker.request(sequence, frameOf(i), i);
        script->mayGoOn.open();
        QVERIFY(last.wait());
        const std::lock_guard lock(mutex);
        QCOMPARE(answers.size(), std::size_t{2});
        QCOMPARE(answers[0].requestId, firstId);
        QCOMPARE(answers[1].requestId, lastId);
        QVERIFY(answers[1].result.has_value());
        QCOMPARE((*answers[1].result)->provenance.frame.index, 30);
    }

    void everythingHappensOnOneThreadThatIsNotOurs()
    {
        auto script = std::make_shared<Script>();
        Gate done;
        {
            InferenceWorker worker([&](const InferenceWorker::FrameAnswer&) { done.open(); });
            worker.setSegmenter(factoryOf(script));
            worker.request(std::make_shared<StillSequence>(3), frameOf(1), 1);
            QVERIFY(done.wait());
        }
        QCOMPARE(script->threads.size(), std::size_t{3}); // made, used, destroyed
        for (const std::thread::id id : script->threads) {
            QVERIFY(id == script->threads.front());
            QVERIFY(id != std::this_thread::get_id());
        }
    }

    void frameRequestGoesBeforeTheRestOfAClip()
    {
        auto script = std::make_shared<Script>();
        script->holdsFirst = true;
        const auto sequence = std::make_shared<StillSequence>(10);
        Gate finished;
        std::vector<int> progress;
        InferenceWorker worker([](const InferenceWorker::FrameAnswer&) {});
        worker.setSegmenter(factoryOf(script));
        worker.segmentClip(
            sequence, 2, 5, [&](int done, int) { progress.push_back(done); },
            [&](const Status& status) {
                if (status)
                    finished.open();
            },
            {});
        QVERIFY(script->started.wait());
        worker.request(sequence, frameOf(77), 7);
        script->mayGoOn.open();
        QVERIFY(finished.wait());
        const std::vector<int> expected{2, 77, 3, 4, 5};
        QVERIFY(script->frames() == expected);
        const std::vector<int> counted{1, 2, 3, 4};
        QVERIFY(progress == counted);
    }

    void cancelledClipSaysSoOnce()
    {
        auto script = std::make_shared<Script>();
        script->holdsFirst = true;
        int finishedCalls = 0;
        ErrorCode code = ErrorCode::Internal;
        const CancelToken cancel;
        {
            InferenceWorker worker([](const InferenceWorker::FrameAnswer&) {});
            worker.setSegmenter(factoryOf(script));
            worker.segmentClip(
                std::make_shared<StillSequence>(1000), 0, 999, {},
                [&](const Status& status) {
                    ++finishedCalls;
                    if (!status)
                        code = status.error().code;
                },
                cancel);
            QVERIFY(script->started.wait());
            cancel.cancel();
            script->mayGoOn.open();
        }
        QCOMPARE(finishedCalls, 1);
        QCOMPARE(code, ErrorCode::Cancelled);
        QCOMPARE(script->frames().size(), std::size_t{1});
    }

    void newClipCancelsTheRunningOne()
    {
        auto script = std::make_shared<Script>();
        script->holdsFirst = true;
        const auto sequence = std::make_shared<StillSequence>(1000);
        std::vector<bool> outcomes;
        Gate second;
        InferenceWorker worker([](const InferenceWorker::FrameAnswer&) {});
        worker.setSegmenter(factoryOf(script));
        worker.segmentClip(sequence, 0, 999, {}, [&](const Status& s) { outcomes.push_back(s.has_value()); },
                           {});
        QVERIFY(script->started.wait());
        worker.segmentClip(sequence, 10, 11, {},
                           [&](const Status& s) {
                               outcomes.push_back(s.has_value());
                               second.open();
                           },
                           {});
        script->mayGoOn.open();
        QVERIFY(second.wait());
        const std::vector<bool> expected{false, true};
        QVERIFY(outcomes == expected);
    }

    void brokenFrameIsReportedAndTheRestIsDone()
    {
        auto script = std::make_shared<Script>();
        Gate finished;
        std::vector<bool> frames;
        ErrorCode code = ErrorCode::Internal;
        InferenceWorker worker(
            [&](const InferenceWorker::FrameAnswer& answer) { frames.push_back(answer.result.has_value()); });
        worker.setSegmenter(factoryOf(script));
        worker.segmentClip(std::make_shared<StillSequence>(4, 1), 0, 3, {},
                           [&](const Status& status) {
                               code = status ? ErrorCode::Internal : status.error().code;
                               finished.open();
                           },
                           {});
        QVERIFY(finished.wait());
        const std::vector<bool> expected{true, false, true, true};
        QVERIFY(frames == expected);
        QCOMPARE(code, ErrorCode::CodecFailed);
    }

    void exceptionsBecomeErrors()
    {
        auto script = std::make_shared<Script>();
        Gate done;
        ErrorCode code = ErrorCode::Internal;
        std::string detail;
        InferenceWorker worker([&](const InferenceWorker::FrameAnswer& answer) {
            if (!answer.result) {
                code = answer.result.error().code;
                detail = answer.result.error().detail;
            }
            done.open();
        });
        worker.setSegmenter(factoryOf(script));
        worker.request(std::make_shared<StillSequence>(100), frameOf(99), 99);
        QVERIFY(done.wait());
        QCOMPARE(code, ErrorCode::ModelBroken);
        QCOMPARE(detail, std::string("broken inside"));
    }

    void failingFactoryAnswersEveryRequest()
    {
        Gate done;
        ErrorCode code = ErrorCode::Internal;
        InferenceWorker worker([&](const InferenceWorker::FrameAnswer& answer) {
            code = answer.result ? ErrorCode::Internal : answer.result.error().code;
            done.open();
        });
        worker.setSegmenter(
            []() -> Result<std::unique_ptr<Segmenter>> { throw std::runtime_error("no file"); });
        worker.request(std::make_shared<StillSequence>(3), frameOf(1), 1);
        QVERIFY(done.wait());
        QCOMPARE(code, ErrorCode::ModelBroken);
    }
};

QTEST_APPLESS_MAIN(TestInferenceWorker)
#include "tst_inference_worker.moc"
