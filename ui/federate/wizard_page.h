// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWizardPage>

#include <string>
#include <vector>

class QLabel;
class QVBoxLayout;

namespace fedefm {

class PlanDraft;
class PlanForm;

/// One page of the wizard. Next waits while something of the page is wrong, and the page says what.
class WizardPage : public QWizardPage
{
    Q_OBJECT
public:
    /// `keys` are the parts of the plan that this page answers for.
    WizardPage(PlanDraft* draft, const QString& title, const QString& subTitle, std::vector<std::string> keys,
               QWidget* parent = nullptr);

    bool isComplete() const override;
    void initializePage() override;
    /// Why Next waits; empty when it does not.
    QString reason() const;

protected:
    PlanDraft* draft() const { return m_draft; }
    QVBoxLayout* column() const { return m_column; }
    /// A form whose broken texts hold Next back.
    PlanForm* addForm(QWidget* parent);
    /// Fields that scroll up and down and are never narrower than they need.
    QWidget* scrolled(QWidget* content);
    /// Gives each label and box without one a letter of its own.
    void assignMnemonics();

private:
    void refresh();

    PlanDraft* m_draft;
    std::vector<std::string> m_keys;
    std::vector<PlanForm*> m_forms;
    QVBoxLayout* m_column = nullptr;
    QLabel* m_reason = nullptr;
};

} // namespace fedefm
