// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/open_sequence.h"
#include "core/plugin/module_loader.h"
#include "plugins/film_fixture.h"
#include "test_data.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

namespace fs = std::filesystem;
using namespace fedefm;
using namespace fedefm::test;

class TestVideoModule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_loader.loadFolder(FEDEFM_MODULE_FOLDER);
        QVERIFY2(!m_loader.entries().empty(), FEDEFM_MODULE_FOLDER);
        for (const ModuleEntry& entry : m_loader.entries())
            QVERIFY2(entry.loaded, entry.problem.detail.c_str());
        QVERIFY(!m_loader.contents().filmWriters.empty());
        QVERIFY(writeNumberedFilm(films(), path("film.mp4"), 160, 96, 100, 12.5));
    }

    void readsBackWhatWasWritten()
    {
        const auto opened = openSequence(path("film.mp4"), m_loader.contents());
        QVERIFY(opened);
        const SequenceInfo& info = (*opened)->info();
        QCOMPARE(info.kind, std::string("video"));
        QCOMPARE(info.frameCount, 100);
        QCOMPARE(info.width, 160);
        QCOMPARE(info.height, 96);
        QCOMPARE(info.samples, 1);
        QVERIFY(std::abs(info.timing.fps - 12.5) < 1e-6);
        QVERIFY(info.timing.source == RateSource::Container);
        QCOMPARE(info.timing.frameTimesMs.size(), std::size_t(100));
        QVERIFY(std::abs(info.timing.frameTimesMs[99] - 7920.0) < 1e-6);
    }

    void randomAccessIsExact()
    {
        const auto opened = openSequence(path("film.mp4"), m_loader.contents());
        QVERIFY(opened);
        QRandomGenerator random(5);
        for (const int index : {0, 99, 0, 1, 50, 49, 48, 98, 25, 26})
            QCOMPARE(numberOf(**(*opened)->read(index)), index);
        for (int i = 0; i < 40; ++i) {
            const int index = random.bounded(100);
            QCOMPARE(numberOf(**(*opened)->read(index)), index);
        }
        QVERIFY((*opened)->read(100).error().code == ErrorCode::OutOfRange);
        QVERIFY((*opened)->read(-1).error().code == ErrorCode::OutOfRange);
    }

    void severalThreadsMayRead()
    {
        const auto opened = openSequence(path("film.mp4"), m_loader.contents());
        QVERIFY(opened);
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 12; ++i) {
                    const int index = (t * 37 + i * 7) % 100;
                    const auto frame = (*opened)->read(index);
                    wrong += !frame || numberOf(**frame) != index;
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
    }

    void oddSizesArePadded()
    {
        QVERIFY(writeNumberedFilm(films(), path("odd.mp4"), 81, 33, 3, 10.0));
        const auto opened = openSequence(path("odd.mp4"), m_loader.contents());
        QVERIFY(opened);
        QCOMPARE((*opened)->info().width, 82);
        QCOMPARE((*opened)->info().height, 34);
    }

    void writesAviToo()
    {
        QVERIFY(writeNumberedFilm(films(), path("film.avi"), 64, 48, 9, 7.5));
        const auto opened = openSequence(path("film.avi"), m_loader.contents());
        QVERIFY(opened);
        QCOMPARE((*opened)->info().frameCount, 9);
        QVERIFY(std::abs((*opened)->info().timing.fps - 7.5) < 0.01);
        QCOMPARE(numberOf(**(*opened)->read(8)), 8);
    }

    void colourIsFoundAndOrderedRgb()
    {
        auto film = films().create(path("red.mp4"), 64, 64, 10.0, true);
        QVERIFY(film);
        std::vector<std::uint8_t> red(64 * 64 * 3, 20);
        for (std::size_t i = 0; i < red.size(); i += 3)
            red[i] = 220;
        for (int i = 0; i < 3; ++i)
            QVERIFY((*film)->add(red.data()));
        QVERIFY((*film)->finish());
        const auto opened = openSequence(path("red.mp4"), m_loader.contents());
        QVERIFY(opened);
        QCOMPARE((*opened)->info().samples, 3);
        const FramePtr frame = *(*opened)->read(1);
        QVERIFY(std::abs(frame->valueAt(32, 32, 0) - 220) < 12);
        QVERIFY(std::abs(frame->valueAt(32, 32, 2) - 20) < 12);
    }

    void anUnfinishedFilmLeavesNothing()
    {
        {
            auto film = films().create(path("half.mp4"), 64, 64, 10.0, false);
            QVERIFY(film);
            QVERIFY((*film)->add(numberedPicture(64, 64, 0).data()));
        }
        QVERIFY(!fs::exists(path("half.mp4")));
        auto empty = films().create(path("half.mp4"), 64, 64, 10.0, false);
        QVERIFY((*empty)->finish().error().code == ErrorCode::InvalidArgument);
        QVERIFY(films().create(path("film.mp4"), 64, 64, 10.0, false).error().code == ErrorCode::FileExists);
        QVERIFY(films().create(path("x.mp4"), 0, 64, 10.0, false).error().code == ErrorCode::InvalidArgument);
        QVERIFY(films().create(path("x.mp4"), 64, 64, 0.0, false).error().code == ErrorCode::InvalidArgument);
        QVERIFY(films().create(path("x.gif"), 64, 64, 9.0, false).error().code == ErrorCode::InvalidArgument);
    }

    void ffprobeAgrees()
    {
        const QString program = QStandardPaths::findExecutable("ffprobe");
        if (program.isEmpty())
            QSKIP("ffprobe is not installed");
        QProcess probe;
        probe.start(program, {"-v", "error", "-count_frames", "-show_entries",
                              "stream=codec_name,width,height,nb_read_frames,r_frame_rate", "-of", "csv=p=0",
                              QString::fromStdString(path("film.mp4").string())});
        QVERIFY(probe.waitForFinished());
        const QString answer = probe.readAllStandardOutput().trimmed();
        QVERIFY2(answer == "h264,160,96,25/2,100" || answer == "mpeg4,160,96,25/2,100", qPrintable(answer));
    }

    void cutAndDamagedFilmsGiveErrors()
    {
        QVERIFY(writeNumberedFilm(films(), path("source.avi"), 64, 48, 30, 10.0));
        std::ifstream stream(path("source.avi"), std::ios::binary);
        const std::string whole((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
        QRandomGenerator random(11);
        for (int trial = 0; trial < 24; ++trial) {
            std::string bytes = whole;
            if (trial % 2 == 0)
                bytes.resize(12 + random.bounded(static_cast<int>(whole.size()) - 12));
            else
                for (int i = 0; i < 60; ++i)
                    bytes[12 + random.bounded(static_cast<int>(bytes.size()) - 12)] =
                        char(random.bounded(256));
            std::ofstream(path("bad.avi"), std::ios::binary) << bytes;
            const auto opened = openSequence(path("bad.avi"), m_loader.contents());
            if (!opened) {
                QVERIFY(opened.error().code == ErrorCode::VideoUnreadable ||
                        opened.error().code == ErrorCode::TooLarge);
                continue;
            }
            for (int index = 0; index < std::min(40, (*opened)->info().frameCount); ++index)
                static_cast<void>((*opened)->read(index));
        }
    }

    void playListsAreNotFollowed()
    {
        std::ofstream(path("list.avi")) << "#EXTM3U\n#EXTINF:1,\n"
                                        << path("film.mp4").string() << "\n#EXT-X-ENDLIST\n";
        const auto opened = openSequence(path("list.avi"), m_loader.contents());
        QVERIFY(!opened);
        QVERIFY(opened.error().code == ErrorCode::VideoUnreadable);
    }

    void aFileStandsInForADevice()
    {
        const auto opened =
            openSequence("v4l2:" + path("film.mp4").string() + "#seconds=30", m_loader.contents());
        QVERIFY(opened);
        QCOMPARE((*opened)->info().frameCount, 100);
        QCOMPARE(numberOf(**(*opened)->read(77)), 77);
        QVERIFY(openSequence("v4l2:/dev/nonexistent", m_loader.contents()).error().code ==
                ErrorCode::FileNotFound);
        QVERIFY(openSequence("v4l2:/dev/video0#seconds=0", m_loader.contents()).error().code ==
                ErrorCode::OutOfRange);
    }

    void realAvi()
    {
        const fs::path real = realData("other/video/cathaction_annotated_animal_1594x1080.avi");
        NEEDS_REAL_DATA(real);
        const auto opened = openSequence(real, m_loader.contents());
        QVERIFY(opened);
        QCOMPARE((*opened)->info().frameCount, 78);
        QCOMPARE((*opened)->info().timing.fps, 10.0);
        QCOMPARE((*opened)->info().width, 1594);
        const FramePtr last = *(*opened)->read(77);
        const FramePtr again = *(*opened)->read(77);
        QVERIFY(std::equal(last->bytes(), last->bytes() + last->byteCount(), again->bytes()));
    }

private:
    const FilmWriterFactory& films() const { return *m_loader.contents().filmWriters.front(); }
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    ModuleLoader m_loader;
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestVideoModule)
#include "tst_video_module.moc"
