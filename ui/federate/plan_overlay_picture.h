// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay.h"
#include "ui/federate/topology_layout.h"

#include <QStringList>
#include <QWidget>

namespace fedefm {

/// A small drawing of who sends to whom: silos on the map where their places are known, else on a circle.
/// Arrows where a link has no opposite. Where it may be edited, two silos that are clicked one after the
/// other, or chosen by arrow keys and Space, are joined or parted; Escape lets the first one go.
class OverlayPicture : public QWidget
{
    Q_OBJECT
public:
    explicit OverlayPicture(QWidget* parent = nullptr);

    /// `places` are east and north in degrees, or empty.
    void setOverlay(const Overlay& overlay, const QStringList& names,
                    const std::vector<std::pair<double, double>>& places, int hub);
    void clear(const QString& hint);
    const Overlay& overlay() const { return m_overlay; }
    void setEditable(bool editable);
    QPointF centreOf(int silo) const;

    QSize sizeHint() const override { return {360, 300}; }
    QSize minimumSizeHint() const override { return {240, 200}; }

Q_SIGNALS:
    void linkToggled(int one, int other);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    TopologyLayout place() const;
    int siloAt(const QPointF& position) const; ///< -1: none near
    void choose(int silo);
    void paintChoice(QPainter& painter, const TopologyLayout& layout) const;
    void paintLinks(QPainter& painter, const TopologyLayout& layout) const;
    void paintSilos(QPainter& painter, const TopologyLayout& layout) const;

    Overlay m_overlay;
    std::vector<SiloFacts> m_silos;
    int m_hub = -1; ///< drawn larger; -1: none
    bool m_isEditable = false;
    int m_begin = -1;  ///< the first silo of a link; -1: none is chosen
    int m_current = 0; ///< where the keys are
    QPointF m_pointer;
    QString m_hint;
};

} // namespace fedefm
