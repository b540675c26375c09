// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/wizard_page.h"

#include <nlohmann/json.hpp>

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace fedefm {

class PlanSharing;
class PlanSiloTable;
class PlanSource;
class SourceBars;

/// Who the silos are and what they have.
class WizardDataPage : public WizardPage
{
    Q_OBJECT
public:
    explicit WizardDataPage(PlanDraft* draft, QWidget* parent = nullptr);

    SourceBars* bars() const { return m_bars; }
    PlanSiloTable* siloTable() const { return m_silos; }
    PlanSource* pool() const { return m_pool; }
    PlanSharing* sharing() const { return m_sharing; }

private:
    QWidget* buildPool();
    QWidget* buildListed();
    QWidget* buildOther();
    QWidget* buildPicture();
    void chooseKind(int kind);
    void writePool();
    void writeListed();
    void refresh();
    void refreshKind();
    void refreshPool();
    void refreshPicture();

    QComboBox* m_kind = nullptr;
    std::vector<QWidget*> m_kinds; ///< by PlanDataKind
    PlanSource* m_pool = nullptr;
    QLabel* m_poolError = nullptr;
    QLabel* m_testLabel = nullptr;
    QSpinBox* m_testScenes = nullptr;
    QSpinBox* m_testPercent = nullptr;
    PlanSiloTable* m_silos = nullptr;
    QLabel* m_silosError = nullptr;
    QCheckBox* m_hasTest = nullptr;
    PlanSource* m_test = nullptr;
    QLabel* m_testError = nullptr;
    PlanSharing* m_sharing = nullptr;
    bool m_showsJson = false; ///< by choice
    SourceBars* m_bars = nullptr;
    QLabel* m_pictureText = nullptr;
};

} // namespace fedefm
