// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/image/cine_player.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace fedefm;

class TestCinePlayer : public QObject
{
    Q_OBJECT

    static CineTiming timing(int frames, double frameMs)
    {
        CineTiming result;
        for (int i = 0; i < frames; ++i)
            result.frameTimesMs.push_back(i * frameMs);
        result.fps = 1000.0 / frameMs;
        result.lastFrame = frames - 1;
        return result;
    }

    static std::vector<int> shown(CinePlayer& player, double startMs, double stepMs, int count)
    {
        std::vector<int> frames;
        for (int i = 0; i < count; ++i)
            frames.push_back(player.frameAt(startMs + i * stepMs));
        return frames;
    }

private Q_SLOTS:
    void loopForwardAndReverse()
    {
        CinePlayer player;
        player.setTiming(timing(3, 100.0));
        player.play(1000.0, 0);
        QCOMPARE(shown(player, 1000.0, 100.0, 7), (std::vector<int>{0, 1, 2, 0, 1, 2, 0}));
        QCOMPARE(player.direction(1000.0), 1);
        player.setReverse(true);
        player.play(5000.0, 1);
        QCOMPARE(shown(player, 5000.0, 100.0, 5), (std::vector<int>{1, 0, 2, 1, 0}));
        QCOMPARE(player.direction(5000.0), -1);
    }

    void sweepShowsTheEndsOnce()
    {
        CinePlayer player;
        player.setTiming(timing(4, 50.0));
        player.setLoopMode(LoopMode::Sweep);
        player.play(0.0, 0);
        QCOMPARE(player.direction(0.0), 1);
        QCOMPARE(player.direction(151.0), -1); // on the last frame, the next is before it
        QCOMPARE(player.direction(201.0), -1);
        QCOMPARE(shown(player, 0.0, 50.0, 9), (std::vector<int>{0, 1, 2, 3, 2, 1, 0, 1, 2}));
        player.setReverse(true);
        player.play(0.0, 3);
        QCOMPARE(shown(player, 400.0, 50.0, 1), (std::vector<int>{1}));
    }

    void sweepOfTwoAndOneFrames()
    {
        CinePlayer player;
        player.setTiming(timing(2, 50.0));
        player.setLoopMode(LoopMode::Sweep);
        player.play(0.0, 0);
        QCOMPARE(shown(player, 0.0, 50.0, 5), (std::vector<int>{0, 1, 0, 1, 0}));
        player.setTiming(timing(1, 50.0));
        player.play(0.0, 0);
        QCOMPARE(shown(player, 0.0, 50.0, 3), (std::vector<int>{0, 0, 0}));
        QVERIFY(std::isinf(player.msToNextFrame(10.0)));
    }

    void onceStopsAtTheEnd()
    {
        CinePlayer player;
        player.setTiming(timing(3, 100.0));
        player.setLoopMode(LoopMode::Once);
        player.play(0.0, 1);
        QCOMPARE(player.frameAt(199.0), 2);
        QVERIFY(player.isPlaying());
        QCOMPARE(player.msToNextFrame(199.0), 1.0);
        QCOMPARE(player.frameAt(200.0), 2);
        QVERIFY(!player.isPlaying());
        QCOMPARE(player.frameAt(9000.0), 2);
        player.play(10'000.0, 2); // from the end: again from the beginning
        QCOMPARE(player.frameAt(10'000.0), 0);
    }

    void lateCallersSkip()
    {
        CinePlayer player;
        player.setTiming(timing(100, 40.0));
        player.play(0.0, 0);
        QCOMPARE(player.frameAt(40.0), 1);
        QCOMPARE(player.frameAt(400.0), 10);
        QCOMPARE(player.frameAt(410.0), 10);
        QCOMPARE(player.msToNextFrame(410.0), 30.0);
        QCOMPARE(player.frameAt(390.0), 10); // time does not run backwards
    }

    void noDriftOverTenThousandFrames()
    {
        CinePlayer player;
        const double frameMs = 1000.0 / 30.0;
        player.setTiming(timing(97, frameMs));
        ManualClock clock;
        clock.advance(123456.789);
        player.play(clock.nowMs(), 0);
        for (int i = 0; i < 10'000; ++i) {
            QCOMPARE(player.frameAt(clock.nowMs()), i % 97);
            clock.advance(frameMs);
        }
    }

    void sleepingUntilTheNextFrameShowsEachOnce()
    {
        CinePlayer player;
        CineTiming uneven = timing(50, 20.0);
        std::mt19937 random(9);
        for (std::size_t i = 1; i < uneven.frameTimesMs.size(); ++i)
            uneven.frameTimesMs[i] = uneven.frameTimesMs[i - 1] + 5.0 + random() % 50;
        player.setTiming(uneven);
        player.setLoopMode(LoopMode::Sweep);
        player.setSpeed(1.7);
        player.play(0.0, 0);
        double now = 0.0;
        int before = player.frameAt(now);
        for (int i = 0; i < 3000; ++i) {
            const double wait = player.msToNextFrame(now);
            QVERIFY(wait > 0.0 && wait < 60.0);
            QCOMPARE(player.frameAt(now + 0.9 * wait), before);
            now += wait;
            const int frame = player.frameAt(now);
            QCOMPARE(std::abs(frame - before), 1);
            before = frame;
        }
    }

    void durationsOfTheVectorAreKept()
    {
        CinePlayer player;
        CineTiming uneven = timing(3, 50.0);
        uneven.frameTimesMs = {0.0, 10.0, 100.0};
        uneven.fps = 20.0; // the last frame stays for the mean, 50 ms
        player.setTiming(uneven);
        player.play(0.0, 0);
        QCOMPARE(player.frameAt(9.0), 0);
        QCOMPARE(player.frameAt(10.0), 1);
        QCOMPARE(player.frameAt(99.0), 1);
        QCOMPARE(player.frameAt(149.0), 2);
        QCOMPARE(player.frameAt(150.0), 0);
        QCOMPARE(player.nominalFps(), 20.0);
        player.setReverse(true);
        player.play(0.0, 2);
        QCOMPARE(player.frameAt(49.0), 2);
        QCOMPARE(player.frameAt(139.0), 1);
        QCOMPARE(player.frameAt(149.0), 0);
        QCOMPARE(player.frameAt(150.0), 2);
    }

    void speed()
    {
        CinePlayer player;
        player.setTiming(timing(100, 40.0));
        player.play(0.0, 0);
        QCOMPARE(player.frameAt(100.0), 2);
        player.setSpeed(4.0);
        QCOMPARE(player.frameAt(100.0), 2);
        QCOMPARE(player.msToNextFrame(100.0), 5.0); // half a frame was left
        QCOMPARE(player.frameAt(105.0), 3);
        QCOMPARE(player.nominalFps(), 100.0);
        player.setSpeed(100.0);
        QCOMPARE(player.speed(), 4.0);
        player.setSpeed(0.01);
        QCOMPARE(player.speed(), 0.25);
        player.setSpeed(std::nan(""));
        QCOMPARE(player.speed(), 0.25);
    }

    void rangeIsKept()
    {
        CinePlayer player;
        player.setTiming(timing(10, 100.0));
        player.setRange(6, 4);
        QCOMPARE(player.first(), 4);
        QCOMPARE(player.last(), 6);
        player.play(0.0, 0);
        QCOMPARE(shown(player, 0.0, 100.0, 5), (std::vector<int>{4, 5, 6, 4, 5}));
        player.setTiming(withUserRate(timing(10, 100.0), 20.0));
        QCOMPARE(player.first(), 4);
        player.setTiming(timing(10, 100.0));
        QCOMPARE(player.first(), 0);
        player.setRange(-5, 500);
        QCOMPARE(player.last(), 9);
    }

    void pausing()
    {
        CinePlayer player;
        player.setTiming(timing(10, 100.0));
        QVERIFY(!player.isPlaying());
        player.play(0.0, 3);
        player.pause(250.0);
        QVERIFY(!player.isPlaying());
        QCOMPARE(player.frameAt(5000.0), 5);
        QVERIFY(std::isinf(player.msToNextFrame(5000.0)));
        player.play(6000.0, 5);
        QCOMPARE(player.frameAt(6000.0), 5);
    }

    void reversingInTheMiddle()
    {
        CinePlayer player;
        player.setTiming(timing(10, 100.0));
        player.play(0.0, 0);
        QCOMPARE(player.frameAt(450.0), 4);
        player.setReverse(true);
        QCOMPARE(player.frameAt(460.0), 4);
        QCOMPARE(player.frameAt(560.0), 3);
    }

    void withoutFrames()
    {
        CinePlayer player;
        player.play(0.0, 5);
        QCOMPARE(player.frameAt(100.0), 0);
        QVERIFY(!player.isPlaying());
        player.setTiming({});
        player.setRange(2, 5);
        player.setSpeed(2.0);
        player.setReverse(true);
        player.setLoopMode(LoopMode::Sweep);
        QCOMPARE(player.nominalFps(), 0.0);
        QCOMPARE(player.direction(0.0), -1);
    }

    void rateMeter()
    {
        RateMeter meter;
        QCOMPARE(meter.fps(0.0), 0.0);
        for (int i = 0; i <= 40; ++i)
            meter.shown(i * 50.0, i * 50.0 - (i % 10 == 0 ? 17.0 : 16.0));
        QVERIFY(std::abs(meter.fps(2000.0) - 20.0) < 1e-9);
        QCOMPARE(meter.shownCount(), 41);
        QCOMPARE(meter.lateCount(), 5);
        meter.skipped(3);
        QCOMPARE(meter.skippedCount(), 3);
        QCOMPARE(meter.fps(10'000.0), 0.0); // nothing in the last second
        meter.reset();
        QCOMPARE(meter.shownCount(), 0);
    }
};

QTEST_APPLESS_MAIN(TestCinePlayer)
#include "tst_cine_player.moc"
