// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_sequence.h"
#include "ui/viewer/cine_controller.h"

#include <QSignalSpy>
#include <QTest>

using namespace fedefm;

class TestCineController : public QObject
{
    Q_OBJECT

    std::shared_ptr<ManualClock> m_clock;
    std::unique_ptr<SeriesDocument> m_document;
    std::unique_ptr<CineController> m_cine;

private Q_SLOTS:
    void init()
    {
        auto sequence =
            std::make_shared<test::FakeSequence>(16, 16, 10, [](int, int, int frame) { return frame; });
        std::vector<std::string> warnings;
        TimingAttributes attributes;
        attributes.frameTimeMs = 40.0;
        attributes.frameIncrementPointer = "FrameTime";
        sequence->mutableInfo().timing = resolveTiming(attributes, 10, warnings);
        m_clock = std::make_shared<ManualClock>();
        m_clock->advance(1000.0);
        m_document = std::make_unique<SeriesDocument>(sequence, 1 << 20);
        m_cine = std::make_unique<CineController>(m_document.get(), m_clock);
        QTRY_COMPARE(m_document->shownFrame(), 0);
    }

    void rateIsKnownBeforePlay()
    {
        QCOMPARE(m_cine->nominalFps(), 25.0);
        QCOMPARE(m_cine->realFps(), 0.0);
        QCOMPARE(m_cine->timing().source, RateSource::FrameTime);
    }

    void elapsedTimeChoosesTheFrame()
    {
        m_cine->setPlaying(true);
        m_clock->advance(205.0); // five frame distances: four frames are skipped, the clip does not slow down
        QTRY_COMPARE(m_document->currentFrame(), 5);
        QVERIFY(m_cine->meter().skippedCount() >= 4);
        m_cine->setPlaying(false);
        m_clock->advance(1000.0);
        QCOMPARE(m_document->currentFrame(), 5);
    }

    void onlyPaintedFramesCount()
    {
        m_cine->setPlaying(true);
        for (int i = 1; i <= 20; ++i) {
            m_clock->advance(40.0);
            QTRY_COMPARE(m_document->currentFrame(), i % 10);
            m_cine->notePainted(i % 10);
            m_cine->notePainted(i % 10); // a repaint
        }
        QCOMPARE(m_cine->meter().shownCount(), 20);
        QVERIFY(std::abs(m_cine->realFps() - 25.0) < 1.5);
        QVERIFY(!m_cine->isOffRate());
    }

    void stepPausesAndWraps()
    {
        m_cine->setPlaying(true);
        m_cine->step(-1);
        QVERIFY(!m_cine->isPlaying());
        QCOMPARE(m_document->currentFrame(), 9);
        m_cine->step(1);
        QCOMPARE(m_document->currentFrame(), 0);
        m_cine->step(-10);
        QCOMPARE(m_document->currentFrame(), 0);
        m_cine->setLoopMode(LoopMode::Once);
        m_cine->step(-1);
        QCOMPARE(m_document->currentFrame(), 0);
    }

    void userRateAndRange()
    {
        m_cine->setUserRate(50.0);
        QCOMPARE(m_cine->nominalFps(), 50.0);
        QCOMPARE(m_cine->timing().source, RateSource::User);
        m_cine->setRange(7, 3);
        QCOMPARE(m_cine->first(), 3);
        QCOMPARE(m_document->currentFrame(), 3);
        m_cine->setUserRate(0.0);
        QCOMPARE(m_cine->nominalFps(), 25.0);
        QCOMPARE(m_cine->last(), 7);
        m_cine->setRange(4, 4);
        m_cine->setPlaying(true);
        QCOMPARE(m_document->currentFrame(), 4);
    }
};

QTEST_GUILESS_MAIN(TestCineController)
#include "tst_cine_controller.moc"
