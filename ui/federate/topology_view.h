// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/topology_layout.h"

#include <QElapsedTimer>
#include <QPainterPath>
#include <QPixmap>
#include <QTimer>
#include <QWidget>

namespace fedefm {

/// All that went from one silo to another in a round, by form.
struct TopologyEdge
{
    int from = 0;
    int to = 0;
    LinkKind kind = LinkKind::Weights;
    double bytes = 0.0;
    int objects = 0;
    int lost = 0;
};
/// Objects of the same kind on the same way are one edge; in a fixed order.
std::vector<TopologyEdge> joinEdges(const std::vector<RoundEdge>& edges);

/// Silos on a map or circle and what went between them in a round: width by bytes, discs are weights on their
/// way, diamonds experts coming home, dashed is lost or late. The ring round a silo is its share of the
/// running round. Arrow keys go from silo to silo; the text of one is its tooltip.
class TopologyView : public QWidget
{
    Q_OBJECT
public:
    explicit TopologyView(QWidget* parent = nullptr);

    /// `round` is an index into the snapshot's rounds; −1: the one that runs, or the newest.
    void setSession(const SessionSnapshotPtr& session, int round);
    void setMap(bool isMap);
    bool isMap() const { return m_isMap; }

    const TopologyLayout& placement() const { return m_layout; }
    const std::vector<TopologyEdge>& edges() const { return m_edges; }
    int siloAt(const QPointF& position) const; ///< −1: none
    int currentSilo() const { return m_current; }
    void setCurrentSilo(int silo);
    QString siloText(int silo) const;
    bool isAnimating() const { return m_timer.isActive(); }
    int flightCount() const { return static_cast<int>(m_flights.size()); }

    QSize sizeHint() const override { return {520, 380}; }
    QSize minimumSizeHint() const override { return {220, 180}; }

Q_SIGNALS:
    void currentSiloChanged(int silo);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// An object that is shown on its way.
    struct Flight
    {
        int from = 0;
        int to = 0;
        LinkKind kind = LinkKind::Weights;
        bool isLost = false;
        qint64 startMs = 0;
    };
    const std::vector<RoundEdge>* shownEdges() const;
    /// What the silo does now, or what became of it in the chosen round.
    SiloState shownState(int silo) const;
    void takeNewEdges(const SessionSnapshotPtr& before);
    void launch(const std::vector<RoundEdge>& edges, std::size_t first);
    void placeAll();
    void tick();
    void updateAnimation();
    bool isLive() const { return m_round < 0; }

    // topology_painting.cpp
    QPainterPath pathOf(int from, int to) const;
    void paintGround(QPainter& painter) const;
    void paintEdges(QPainter& painter) const;
    void paintManyEdges(QPainter& painter, int focus) const;
    const QPixmap& edgeLayer();
    void paintFlights(QPainter& painter) const;
    void paintSilos(QPainter& painter) const;
    void paintSilo(QPainter& painter, int silo) const;
    void paintName(QPainter& painter, int silo) const;
    void paintLegend(QPainter& painter) const;
    QString captionText() const;

    SessionSnapshotPtr m_session;
    int m_round = -1;
    TopologyLayout m_layout;
    std::vector<TopologyEdge> m_edges;
    std::vector<TopologyEdge> m_past; ///< of the round before, faint behind the running one
    double m_mostBytes = 1.0;
    QPixmap m_edgeLayer; ///< ground and edges, so that a flight does not paint them anew; null: outdated
    std::vector<Flight> m_flights;
    QElapsedTimer m_clock;
    QTimer m_timer;
    int m_current = -1;
    int m_hovered = -1;
    bool m_isMap = true;
};

} // namespace fedefm
