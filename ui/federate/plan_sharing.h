// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QLabel;
class QSlider;
class QSpinBox;

namespace fedefm {

class PlanDraft;
class PlanForm;

/// How one data set is shared over the silos: their number, the protocol, the unseen share.
class PlanSharing : public QWidget
{
    Q_OBJECT
public:
    /// `more` shows what only some protocols read.
    PlanSharing(PlanDraft* draft, PlanForm* more, QWidget* parent = nullptr);

    QSpinBox* siloCount() const { return m_siloCount; }
    QComboBox* scheme() const { return m_scheme; }
    QSlider* unseen() const { return m_unseen; }
    QString error() const;

private:
    void build();
    void chooseScheme(int index);
    void refresh();

    PlanDraft* m_draft;
    PlanForm* m_more;
    QSpinBox* m_siloCount = nullptr;
    QComboBox* m_scheme = nullptr;
    QLabel* m_schemeText = nullptr;
    QSlider* m_unseen = nullptr;
    QLabel* m_unseenText = nullptr;
    QLabel* m_error = nullptr;
};

} // namespace fedefm
