// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/wizard_page.h"

class QComboBox;
class QPushButton;

namespace fedefm {

class OverlayPicture;

/// Who sends to whom, what it costs, and how fast averages spread.
class WizardTopologyPage : public WizardPage
{
    Q_OBJECT
public:
    explicit WizardTopologyPage(PlanDraft* draft, QWidget* parent = nullptr);

    QComboBox* name() const { return m_name; }
    QComboBox* underlay() const { return m_underlay; }
    OverlayPicture* picture() const { return m_picture; }
    QString figures() const;

private:
    QWidget* buildFields();
    void buildChoices(QWidget* box);
    void connectFields();
    QWidget* buildPicture();
    void chooseOverlay(const QString& name);
    void toggleLink(int one, int other);
    void chooseUnderlay(const QString& text);
    void browse();
    void refresh();
    void refreshPicture();
    QString errorAt(const std::string& key) const;

    QComboBox* m_name = nullptr;
    QLabel* m_text = nullptr;
    QLabel* m_nameError = nullptr;
    QComboBox* m_underlay = nullptr;
    QLabel* m_underlayText = nullptr;
    QLabel* m_underlayError = nullptr;
    QPushButton* m_fit = nullptr;
    PlanForm* m_options = nullptr;
    OverlayPicture* m_picture = nullptr;
    QLabel* m_figures = nullptr;
};

} // namespace fedefm
