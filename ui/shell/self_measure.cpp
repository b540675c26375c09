// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/self_measure.h"

#include "ui/shell/main_window.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/viewer_grid.h"

#include <QCoreApplication>
#include <QFile>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

#include <cstdio>
#include <ctime>
#include <sys/resource.h>
#include <unistd.h>

namespace fedefm {

namespace {

double cpuMs()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto ms = [](const timeval& t) { return t.tv_sec * 1e3 + t.tv_usec / 1e3; };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double statusMb(const QByteArray& key)
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0.0;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (line.startsWith(key + ':'))
            return line.mid(key.size() + 1).simplified().split(' ').first().toDouble() / 1024.0;
    return 0.0;
}

} // namespace

double SelfMeasure::processAgeMs()
{
    QFile file(QStringLiteral("/proc/self/stat"));
    if (!file.open(QIODevice::ReadOnly))
        return 0.0;
    // Fields count from the bracket that ends the program's name; the start time is the 22nd of the line.
    const QByteArray stat = file.readAll();
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    const double startMs = fields.value(19).toDouble() * 1000.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6 - startMs;
}

SelfMeasure::SelfMeasure(MainWindow& window, double seconds, QObject* parent)
    : QObject(parent), m_window(window), m_seconds(seconds)
{
    m_openCallMs = processAgeMs();
    connect(window.grid()->view(0), &ImageView::painted, this, &SelfMeasure::onPainted);
    QTimer::singleShot(0, this, [this] { m_windowShownMs = processAgeMs(); });
}

void SelfMeasure::onPainted()
{
    if (m_firstPictureMs > 0.0)
        return;
    m_firstPictureMs = processAgeMs();
    // The clip is segmented first, so that play shows what a user sees after a moment: every frame with its
    // overlay.
    SegmentationController* segmentation = m_window.segmentation();
    connect(segmentation, &SegmentationController::clipFinished, this, &SelfMeasure::startPlay);
    if (!segmentation->isClipRunning())
        segmentation->segmentClip(m_window.grid()->activeDocument());
}

void SelfMeasure::startPlay()
{
    CineController* cine = m_window.grid()->activeCine();
    cine->setPlaying(false);
    cine->setUserRate(30.0);
    cine->setLoopMode(LoopMode::Loop);
    cine->setPlaying(true);
    // The first pass fills the cache.
    QTimer::singleShot(2000, this, [this, cine] {
        cine->setPlaying(false);
        cine->setPlaying(true);
        m_cpuAtPlayMs = cpuMs();
        m_play.start();
        QTimer::singleShot(static_cast<int>(m_seconds * 1000.0), this, &SelfMeasure::finish);
    });
}

void SelfMeasure::finish()
{
    const RateMeter& meter = m_window.grid()->activeCine()->meter();
    const double playedMs = static_cast<double>(m_play.elapsed());
    const int late = meter.lateCount() + meter.skippedCount();
    const int due = meter.shownCount() + meter.skippedCount();
    const QJsonObject report{
        {"start_to_window_ms", m_windowShownMs},
        {"start_to_picture_ms", m_firstPictureMs},
        {"open_to_picture_ms", m_firstPictureMs - m_openCallMs},
        {"play_seconds", playedMs / 1000.0},
        {"frames_shown", meter.shownCount()},
        {"frames_skipped", meter.skippedCount()},
        {"frames_late", meter.lateCount()},
        {"late_percent", due > 0 ? 100.0 * late / due : 100.0},
        {"cpu_percent_of_core", 100.0 * (cpuMs() - m_cpuAtPlayMs) / playedMs},
        {"rss_mb", statusMb("VmRSS")},
        {"rss_peak_mb", statusMb("VmHWM")},
        {"platform", QGuiApplication::platformName()},
    };
    std::puts(QJsonDocument(report).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
    QCoreApplication::quit();
}

} // namespace fedefm
