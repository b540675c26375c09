// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <QWidget>

#include <map>
#include <optional>

namespace fedefm {

/// The transport scores of one round as a matrix: rows are silos, columns the hosts of their experts. One
/// scale over all rounds, so that colours of different rounds can be compared. Arrow keys move a cell cursor.
class EmdView : public QWidget
{
    Q_OBJECT
public:
    explicit EmdView(QWidget* parent = nullptr);

    /// `round` is an index into the snapshot's rounds; −1: the newest.
    void setSession(const SessionSnapshotPtr& session, int round);

    /// The scale of the shown round alone, where one round outshines all others.
    void setOwnScale(bool isOwn);

    struct Cell
    {
        int silo = -1;
        int host = -1;
        bool operator==(const Cell& o) const { return silo == o.silo && host == o.host; }
    };
    std::optional<double> score(int silo, int host) const;
    double lowest() const { return m_lowest; }
    double highest() const { return m_highest; }
    std::optional<Cell> cellAt(const QPointF& position) const;
    QRectF cellRect(int silo, int host) const;
    QString cellText(const Cell& cell) const;

    QSize sizeHint() const override { return {420, 260}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void findScale();
    QRectF matrixRect() const;
    double labelWidth() const;
    void paintMatrix(QPainter& painter) const;
    void paintNames(QPainter& painter, const QRectF& area, double side) const;
    void paintLegend(QPainter& painter) const;
    double shareOf(double score) const;

    SessionSnapshotPtr m_session;
    std::map<std::pair<int, int>, double> m_scores;
    double m_lowest = 0.0;
    double m_highest = 1.0;
    std::size_t m_scaledRounds = 0;
    bool m_isOwnScale = false;
    int m_round = -1;
    Cell m_current;
};

} // namespace fedefm
