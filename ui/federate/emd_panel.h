// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QSlider;

namespace fedefm {

class EmdView;

/// The matrix of scores with a slider over the rounds; at its right end it follows the newest.
class EmdPanel : public QWidget
{
    Q_OBJECT
public:
    explicit EmdPanel(QWidget* parent = nullptr);

    /// `round` is an index into the snapshot's rounds; −1: the newest.
    void setSession(const SessionSnapshotPtr& session, int round);
    EmdView* view() const { return m_view; }
    QSlider* slider() const { return m_slider; }

Q_SIGNALS:
    void roundChosen(int round);

private:
    EmdView* m_view;
    QSlider* m_slider;
    QLabel* m_label;
    QCheckBox* m_ownScale;
};

} // namespace fedefm
