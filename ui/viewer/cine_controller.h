// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/image/cine_player.h"
#include "ui/viewer/series_document.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <memory>

namespace fedefm {

/// Plays a SeriesDocument: asks the CinePlayer which frame is due now, prefetches in play direction, measures
/// the real rate. GUI thread.
class CineController : public QObject
{
    Q_OBJECT
public:
    explicit CineController(SeriesDocument* document, std::shared_ptr<const Clock> clock = {},
                            QObject* parent = nullptr);

    SeriesDocument* document() const { return m_document; }
    bool isPlaying() const { return m_player.isPlaying(); }
    void setPlaying(bool playing);
    void togglePlay() { setPlaying(!isPlaying()); }

    void step(int frames); ///< pauses; wraps within the range when looping, else clamps
    void goTo(int frame);  ///< pauses
    void setSpeed(double factor);
    double speed() const { return m_player.speed(); }
    void setReverse(bool reverse);
    bool isReverse() const { return m_player.isReverse(); }
    void setLoopMode(LoopMode mode);
    LoopMode loopMode() const { return m_player.loopMode(); }
    void setRange(int first, int last);
    int first() const { return m_player.first(); }
    int last() const { return m_player.last(); }
    void setUserRate(double fps); ///< 0 returns to the file's rate
    const CineTiming& timing() const { return m_timing; }
    double nominalFps() const { return m_player.nominalFps(); }
    double realFps() const; ///< 0 while paused
    bool isOffRate() const; ///< real rate over 5 % off
    const RateMeter& meter() const { return m_meter; }

    /// Tells that the view has painted this frame: the real rate counts what reached the screen.
    void notePainted(int frame);

Q_SIGNALS:
    void stateChanged();           ///< play, speed, range, loop mode, rate
    void frameShown(int frame);    ///< in the rhythm of play
    void rateMeasured(double fps); ///< about twice per second while playing

private:
    void tick();
    void noteSkipped(double nowMs);
    void rhythmChanged();

    QPointer<SeriesDocument> m_document;
    std::shared_ptr<const Clock> m_clock;
    CinePlayer m_player;
    RateMeter m_meter;
    CineTiming m_timing;
    QTimer m_timer;
    QTimer m_rateTimer;
    int m_wanted = -1;
    double m_wantedDueMs = 0.0;
    double m_nextDueMs = 0.0; ///< when the frame after m_wanted is due; 0 before the first
};

} // namespace fedefm
