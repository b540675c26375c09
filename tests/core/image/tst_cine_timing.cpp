// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/cine_timing.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace fedefm;

class TestCineTiming : public QObject
{
    Q_OBJECT

    std::vector<std::string> m_warnings;

    CineTiming resolve(const TimingAttributes& attributes, int frames)
    {
        m_warnings.clear();
        return resolveTiming(attributes, frames, m_warnings);
    }

private Q_SLOTS:
    void nothingGivenMeansFifteen()
    {
        const CineTiming timing = resolve({}, 4);
        QVERIFY(timing.fps == 15.0); // QCOMPARE lets rounding pass
        QCOMPARE(timing.source, RateSource::Default);
        QCOMPARE(timing.frameTimesMs.size(), std::size_t{4});
        QCOMPARE(timing.frameTimesMs[3], 200.0);
        QCOMPARE(timing.firstFrame, 0);
        QCOMPARE(timing.lastFrame, 3);
        QVERIFY(m_warnings.empty());
    }

    void orderOfPreference()
    {
        TimingAttributes all;
        all.frameIncrementPointer = "FrameTime";
        all.frameTimeMs = 40.0;
        all.frameTimeVectorMs = {0.0, 50.0, 50.0};
        all.recommendedFps = 10.0;
        all.cineRateFps = 12.0;
        all.containerFps = 24.0;
        QCOMPARE(resolve(all, 3).source, RateSource::FrameTime);
        QCOMPARE(resolve(all, 3).fps, 25.0);
        all.frameIncrementPointer = "FrameTimeVector";
        QCOMPARE(resolve(all, 3).source, RateSource::FrameTimeVector);
        QCOMPARE(resolve(all, 3).fps, 20.0);
        all.frameIncrementPointer.clear();
        QCOMPARE(resolve(all, 3).source, RateSource::FrameTime);
        all.frameTimeMs = 0.0;
        QCOMPARE(resolve(all, 3).source, RateSource::FrameTimeVector);
        all.frameTimeVectorMs.clear();
        QCOMPARE(resolve(all, 3).source, RateSource::RecommendedDisplayRate);
        all.recommendedFps = 0.0;
        QCOMPARE(resolve(all, 3).source, RateSource::CineRate);
        QCOMPARE(resolve(all, 3).fps, 12.0);
        all.cineRateFps = 0.0;
        QCOMPARE(resolve(all, 3).source, RateSource::Container);
        QVERIFY(m_warnings.empty());
    }

    void firstValueOfTheVectorIsNotUsed()
    {
        TimingAttributes attributes;
        attributes.frameIncrementPointer = "FrameTimeVector";
        attributes.frameTimeVectorMs = {999.0, 10.0, 30.0, 20.0};
        const CineTiming timing = resolve(attributes, 4);
        const std::vector<double> expected{0.0, 10.0, 40.0, 60.0};
        QCOMPARE(timing.frameTimesMs, expected);
        QCOMPARE(timing.fps, 50.0); // 3 steps in 60 ms
        QCOMPARE(timing.meanFrameMs(), 20.0);
    }

    void nonsenseIsSkippedAndTold_data()
    {
        QTest::addColumn<double>("frameTime");
        QTest::newRow("negative") << -33.0;
        QTest::newRow("beyond 1000 fps") << 0.5;
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity();
        QTest::newRow("not a number") << std::nan("");
        QTest::newRow("a day per frame") << 8.64e7;
    }
    void nonsenseIsSkippedAndTold()
    {
        QFETCH(double, frameTime);
        TimingAttributes attributes;
        attributes.frameTimeMs = frameTime;
        attributes.cineRateFps = 12.0;
        const CineTiming timing = resolve(attributes, 3);
        QCOMPARE(timing.source, RateSource::CineRate);
        QCOMPARE(m_warnings.size(), std::size_t{1});
    }

    void brokenVectors()
    {
        TimingAttributes attributes;
        attributes.frameIncrementPointer = "FrameTimeVector";
        attributes.recommendedFps = 30.0;
        for (const std::vector<double>& vector :
             {std::vector<double>{0, 10}, {0, 10, 10, 10}, {0, 0, 0}, {0, -10, -5}}) {
            attributes.frameTimeVectorMs = vector;
            QCOMPARE(resolve(attributes, 3).source, RateSource::RecommendedDisplayRate);
            QCOMPARE(m_warnings.size(), std::size_t{1});
        }
    }

    void singleBrokenStepsBecomeTheMedian()
    {
        TimingAttributes attributes;
        attributes.frameIncrementPointer = "FrameTimeVector";
        attributes.frameTimeVectorMs = {0, 10, 0, 20, 30, -1};
        const CineTiming timing = resolve(attributes, 6);
        QCOMPARE(timing.source, RateSource::FrameTimeVector);
        const std::vector<double> expected{0.0, 10.0, 30.0, 50.0, 80.0, 100.0};
        QCOMPARE(timing.frameTimesMs, expected);
        QCOMPARE(m_warnings.size(), std::size_t{1});
        QVERIFY(m_warnings[0].find("2 unusable") != std::string::npos);
        attributes.frameTimeVectorMs = {0, 10, 0, 20, 0, -1};
        QCOMPARE(resolve(attributes, 6).source, RateSource::Default);
    }

    void acquisitionTimesComeAfterTheVector()
    {
        TimingAttributes attributes;
        attributes.acquisitionStepsMs = {0, 40, 60};
        attributes.recommendedFps = 10.0;
        const CineTiming timing = resolve(attributes, 3);
        QCOMPARE(timing.source, RateSource::AcquisitionTimes);
        QCOMPARE(std::string(rateSourceName(timing.source)), std::string("Frame Acquisition DateTime"));
        QCOMPARE(timing.fps, 20.0);
        attributes.frameTimeVectorMs = {0, 50, 50};
        QCOMPARE(resolve(attributes, 3).source, RateSource::FrameTimeVector);
    }

    void ratesBeyondReasonFallThrough()
    {
        TimingAttributes attributes;
        attributes.recommendedFps = 5000.0;
        attributes.cineRateFps = -1.0;
        attributes.containerFps = 29.97;
        const CineTiming timing = resolve(attributes, 2);
        QCOMPARE(timing.source, RateSource::Container);
        QCOMPARE(timing.fps, 29.97);
        QCOMPARE(m_warnings.size(), std::size_t{2});
    }

    void trims()
    {
        TimingAttributes attributes;
        attributes.startTrim = 3;
        attributes.stopTrim = 8;
        const CineTiming timing = resolve(attributes, 10);
        QCOMPARE(timing.firstFrame, 2);
        QCOMPARE(timing.lastFrame, 7);
        attributes.startTrim = 0;
        QCOMPARE(resolve(attributes, 10).firstFrame, 0);
        QCOMPARE(resolve(attributes, 10).lastFrame, 7);
        attributes.stopTrim = 11;
        QCOMPARE(resolve(attributes, 10).lastFrame, 9);
        QCOMPARE(m_warnings.size(), std::size_t{1});
        attributes.startTrim = 9;
        attributes.stopTrim = 4;
        QCOMPARE(resolve(attributes, 10).firstFrame, 0);
        QCOMPARE(resolve(attributes, 10).lastFrame, 9);
    }

    void sequencing()
    {
        TimingAttributes attributes;
        QCOMPARE(resolve(attributes, 2).preferredLoop, LoopMode::Loop);
        attributes.playbackSequencing = 1;
        QCOMPARE(resolve(attributes, 2).preferredLoop, LoopMode::Sweep);
    }

    void noFramesAndOneFrame()
    {
        QVERIFY(resolve({}, 0).frameTimesMs.empty());
        QVERIFY(resolve({}, -5).frameTimesMs.empty());
        TimingAttributes attributes;
        attributes.frameTimeVectorMs = {0.0};
        QCOMPARE(resolve(attributes, 1).frameTimesMs, std::vector<double>{0.0});
        QVERIFY(m_warnings.empty());
    }

    void timesRise()
    {
        TimingAttributes attributes;
        attributes.frameTimeMs = 1000.0 / 7.5;
        const CineTiming timing = resolve(attributes, 10'000);
        for (std::size_t i = 1; i < timing.frameTimesMs.size(); ++i)
            QVERIFY(timing.frameTimesMs[i] > timing.frameTimesMs[i - 1]);
        QVERIFY(std::abs(timing.frameTimesMs.back() - 9999 * 1000.0 / 7.5) < 1e-6);
    }

    void userRate()
    {
        TimingAttributes attributes;
        attributes.frameTimeVectorMs = {0, 10, 30};
        attributes.startTrim = 2;
        const CineTiming changed = withUserRate(resolve(attributes, 3), 8.0);
        QCOMPARE(changed.source, RateSource::User);
        QCOMPARE(changed.fps, 8.0);
        const std::vector<double> expected{0.0, 125.0, 250.0};
        QCOMPARE(changed.frameTimesMs, expected);
        QCOMPARE(changed.firstFrame, 1);
        QCOMPARE(withUserRate(changed, -1.0).fps, 8.0);
    }
};

QTEST_APPLESS_MAIN(TestCineTiming)
#include "tst_cine_timing.moc"
