// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/wizard_page.h"

#include <map>
#include <nlohmann/json.hpp>

class QCheckBox;
class QListWidget;

namespace fedefm {

class PlanSource;

/// How silos learn from one another, with all options of the chosen strategy.
class WizardStrategyPage : public WizardPage
{
    Q_OBJECT
public:
    explicit WizardStrategyPage(PlanDraft* draft, QWidget* parent = nullptr);

    QListWidget* list() const { return m_list; }
    PlanForm* options() const { return m_options; }
    void choose(const std::string& name);

private:
    QWidget* buildOptions();
    void fillList();
    void refresh();
    void writePublic();

    QListWidget* m_list = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QLabel* m_error = nullptr;
    PlanForm* m_options = nullptr;
    QWidget* m_publicBox = nullptr;
    QCheckBox* m_hasPublic = nullptr;
    PlanSource* m_public = nullptr;
    QLabel* m_publicError = nullptr;
    std::map<std::string, nlohmann::json> m_left; ///< options of strategies that were chosen before
};

} // namespace fedefm
