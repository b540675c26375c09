// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/emd_panel.h"

#include "ui/federate/emd_view.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

namespace fedefm {

EmdPanel::EmdPanel(QWidget* parent)
    : QWidget(parent), m_view(new EmdView(this)), m_slider(new QSlider(Qt::Horizontal, this)),
      m_label(new QLabel(this)), m_ownScale(new QCheckBox(tr("scale of this round"), this))
{
    m_slider->setAccessibleName(tr("Round of the EMD scores"));
    m_slider->setToolTip(tr("Which round is shown; at the right end the newest is followed"));
    m_slider->setMinimumHeight(24);
    m_slider->setPageStep(5);
    m_label->setMinimumWidth(110);
    m_label->setTextFormat(Qt::PlainText);
    makeSecondary(m_label);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 2, 8, 4);
    row->addWidget(m_label);
    row->addWidget(m_slider, 1);
    row->addWidget(m_ownScale);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_view, 1);
    column->addLayout(row);
    m_ownScale->setMinimumHeight(24);
    m_ownScale->setToolTip(
        tr("Colours from the least to the greatest score of this round, not of all rounds"));
    connect(m_ownScale, &QCheckBox::toggled, m_view, &EmdView::setOwnScale);
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int value) { Q_EMIT roundChosen(value == m_slider->maximum() ? -1 : value); });
}

void EmdPanel::setSession(const SessionSnapshotPtr& session, int round)
{
    const int count = session ? static_cast<int>(session->rounds.size()) : 0;
    {
        const QSignalBlocker blocker(m_slider);
        m_slider->setRange(0, std::max(0, count - 1));
        m_slider->setValue(round < 0 ? m_slider->maximum() : round);
        m_slider->setEnabled(count > 1);
    }
    const SessionRound* shown = session ? session->roundAt(m_slider->value()) : nullptr;
    m_label->setText(!shown      ? tr("no round yet")
                     : round < 0 ? tr("round %1, newest").arg(shown->round + 1)
                                 : tr("round %1").arg(shown->round + 1));
    m_view->setSession(session, round);
}

} // namespace fedefm
