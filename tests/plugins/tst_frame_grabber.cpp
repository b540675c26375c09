// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/film_fixture.h"
#include "plugins/video/film_writer.h"
#include "plugins/video/frame_grabber.h"

#include <QTemporaryDir>
#include <QTest>

namespace fs = std::filesystem;
using namespace fedefm;
using namespace fedefm::test;
using namespace fedefm::video;

class TestFrameGrabber : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_film = fs::path(m_folder.path().toStdString()) / "film.avi";
        QVERIFY(writeNumberedFilm(VideoFilmFactory(), m_film, 64, 48, 40, 10.0));
        m_source = "v4l2:" + m_film.string();
    }

    void theRingKeepsTheNewestAndCountsTheRest()
    {
        const auto grabber = FrameGrabber::start(m_source, {16, std::size_t(1) << 30});
        QVERIFY(grabber);
        QVERIFY((*grabber)->waitForEnd(30.0));
        QCOMPARE((*grabber)->capturedFrames(), 40LL);
        QCOMPARE((*grabber)->droppedFrames(), 24LL);
        const SequencePtr recorded = (*grabber)->snapshot();
        QVERIFY(recorded);
        QCOMPARE(recorded->info().frameCount, 16);
        for (int i = 0; i < 16; ++i)
            QCOMPARE(numberOf(**recorded->read(i)), 24 + i);
        QCOMPARE(recorded->info().warnings.size(), std::size_t(1));
        QVERIFY(recorded->info().warnings[0].find("24") != std::string::npos);
        QVERIFY(!recorded->read(16));
    }

    void bytesBoundTheRingToo()
    {
        const auto grabber = FrameGrabber::start(m_source, {1000, 5 * 64 * 48});
        QVERIFY(grabber);
        QVERIFY((*grabber)->waitForEnd(30.0));
        QCOMPARE((*grabber)->snapshot()->info().frameCount, 5);
        QCOMPARE((*grabber)->droppedFrames(), 35LL);
    }

    void timesIncreaseStrictly()
    {
        const auto grabber = FrameGrabber::start(m_source, {});
        QVERIFY(grabber);
        QVERIFY((*grabber)->waitForEnd(30.0));
        const auto recorded = (*grabber)->snapshot();
        const auto& times = recorded->info().timing.frameTimesMs;
        QCOMPARE(times.size(), std::size_t(40));
        QCOMPARE(times[0], 0.0);
        for (std::size_t i = 1; i < times.size(); ++i)
            QVERIFY(times[i] > times[i - 1]);
    }

    void aSnapshotStaysAsItIs()
    {
        const auto grabber = FrameGrabber::start(m_source, {4, std::size_t(1) << 30});
        QVERIFY(grabber);
        const SequencePtr early = (*grabber)->snapshot();
        const int count = early->info().frameCount;
        const int number = numberOf(**early->read(0));
        QVERIFY((*grabber)->waitForEnd(30.0));
        QCOMPARE(early->info().frameCount, count);
        QCOMPARE(numberOf(**early->read(0)), number);
    }

    void stoppingEarlyIsClean()
    {
        for (int i = 0; i < 5; ++i) {
            const auto grabber = FrameGrabber::start(m_source, {});
            QVERIFY(grabber);
            (*grabber)->stop();
            QVERIFY((*grabber)->capturedFrames() >= 1);
        }
    }

    void passwordsAreNotShown()
    {
        QCOMPARE(publicName("rtsp://user:p@ss@host:554/a@b"), std::string("rtsp://host:554/a@b"));
        QCOMPARE(publicName("rtsp://host/a@b"), std::string("rtsp://host/a@b"));
        QCOMPARE(publicName("rtsp://user@host"), std::string("rtsp://host"));
        QCOMPARE(publicName("v4l2:/dev/video0"), std::string("v4l2:/dev/video0"));
    }

private:
    QTemporaryDir m_folder;
    fs::path m_film;
    std::string m_source;
};

QTEST_GUILESS_MAIN(TestFrameGrabber)
#include "tst_frame_grabber.moc"
