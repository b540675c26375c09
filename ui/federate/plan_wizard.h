// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWizard>

#include <filesystem>
#include <nlohmann/json.hpp>

class QLabel;

namespace fedefm {

class PlanDraft;

/// Writes the plan of a federated session, page by page. What was accepted last is what the next wizard
/// begins with.
class PlanWizard : public QWizard
{
    Q_OBJECT
public:
    enum Page { DataPage, TopologyPage, StrategyPage, TrainingPage, PrivacyPage, SummaryPage, PageCount };

    explicit PlanWizard(QWidget* parent = nullptr);

    /// As parseSessionPlan() takes it; complete where the page shown last lets the wizard finish.
    nlohmann::json plan() const;
    /// What the plan leaves out gets its default when it is read; without data the simulator's stand in it.
    void setPlan(const nlohmann::json& plan);
    /// Where relative paths of the data begin.
    void setDataFolder(const std::filesystem::path& folder);

    PlanDraft* draft() const { return m_draft; }
    /// Why Next waits; empty when it does not.
    QString reason() const;
    void accept() override;
    /// Asks before a plan is lost that was changed since the wizard was shown.
    void reject() override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildSteps();
    void useDefaults();
    void showStep(int page);

    PlanDraft* m_draft;
    nlohmann::json m_shownPlan;
    QList<QLabel*> m_steps;
};

} // namespace fedefm
