// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <QWidget>

namespace fedefm {

/// One cell per round: who took part (filled), who was missed (vermillion, hatched), the best round under a
/// star, the running one as an outline that fills. Click and arrow keys choose a round; End goes back to the
/// newest. Where there are more rounds than room, the wheel moves along.
class RoundStrip : public QWidget
{
    Q_OBJECT
public:
    explicit RoundStrip(QWidget* parent = nullptr);

    void setSession(const SessionSnapshotPtr& session);
    /// An index into the snapshot's rounds; −1: the newest, following.
    void setChosen(int round);
    int chosen() const { return m_chosen; }
    int roundAt(double x) const; ///< index of a closed round; −1: none there
    QRectF cellRect(int round) const;
    QString roundText(int round) const;

    QSize sizeHint() const override { return {480, 58}; }
    QSize minimumSizeHint() const override { return {160, 52}; }

Q_SIGNALS:
    void roundChosen(int round); ///< −1: follow the newest

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    int closedCount() const { return m_session ? static_cast<int>(m_session->rounds.size()) : 0; }
    int cellCount() const;
    double pitch() const;
    int shownCount() const;
    int firstShown() const;
    void choose(int round);
    void paintRound(QPainter& painter, int round) const;
    void paintParts(QPainter& painter, const SessionRound& round, const QRectF& cell) const;
    void paintComing(QPainter& painter, int round) const;

    SessionSnapshotPtr m_session;
    int m_chosen = -1;
    int m_back = 0; ///< cells that the wheel has gone back from the end
    int m_best = -1;
};

} // namespace fedefm
