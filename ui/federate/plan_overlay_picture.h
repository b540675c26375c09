// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay.h"
#include "ui/federate/topology_layout.h"

#include <QStringList>
#include <QWidget>

namespace fedefm {

/// A small drawing of who sends to whom: silos on the map where their places are known, else on a circle.
/// Arrows where a link has no opposite.
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

    QSize sizeHint() const override { return {360, 300}; }
    QSize minimumSizeHint() const override { return {240, 200}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    TopologyLayout place() const;
    void paintLinks(QPainter& painter, const TopologyLayout& layout) const;
    void paintSilos(QPainter& painter, const TopologyLayout& layout) const;

    Overlay m_overlay;
    std::vector<SiloFacts> m_silos;
    int m_hub = -1; ///< drawn larger; -1: none
    QString m_hint;
};

} // namespace fedefm
