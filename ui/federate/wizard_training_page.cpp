// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_training_page.h"

#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"
#include "ui/train/config_presets.h"
#include "ui/viewer/panel_parts.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

namespace fedefm {

namespace {

/// Which machine computes and how stays the user's choice, whatever a preset says.
const char* const kOwnChoices[] = {"device", "threads"};

std::vector<PlanField> joined(std::vector<PlanField> first, const std::vector<PlanField>& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

} // namespace

WizardTrainingPage::WizardTrainingPage(PlanDraft* draft, QWidget* parent)
    : WizardPage(draft, tr("Network and rounds"), tr("What is trained at every silo, and for how long."),
                 {"name", "seed", "version", "training", "rounds", "warm_up_steps", "deadline_seconds",
                  "least_silos", "evaluate_every", "evaluate_silos_every", "checkpoint_every",
                  "checkpoints_mb", "batch_norm", "optimizer_state", "memory_mb", ""},
                 parent)
{
    auto* left = new QWidget;
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 8, 0);
    m_course = addForm(left);
    m_course->setFields(joined(planRunFields(), planCourseFields()));
    leftColumn->addWidget(m_course);
    leftColumn->addStretch();

    auto* right = new QWidget;
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(8, 0, 8, 0);
    auto* presets = new QComboBox(right);
    presets->setAccessibleName(tr("Preset of network and optimiser"));
    presets->setToolTip(tr("Network, optimiser, loss and augmentation of a configuration of the Train mode"));
    presets->setPlaceholderText(tr("Preset…"));
    presets->addItems(presetNames());
    presets->setCurrentIndex(-1);
    presets->setMinimumHeight(26);
    ignoreWheelWithoutFocus(presets);
    auto* head = new QFormLayout;
    head->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    head->addRow(tr("&Preset"), presets);
    rightColumn->addLayout(head);
    m_training = addForm(right);
    m_training->setFields(joined(planNetworkFields(), planOptimizerFields()));
    rightColumn->addWidget(m_training);
    rightColumn->addStretch();

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(scrolled(left));
    splitter->addWidget(scrolled(right));
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    column()->addWidget(splitter, 1);
    connect(presets, &QComboBox::textActivated, this, &WizardTrainingPage::usePreset);
}

void WizardTrainingPage::usePreset(const QString& name)
{
    nlohmann::json training = trainingOfPreset(name);
    if (training.empty())
        return;
    for (const char* key : kOwnChoices)
        training[key] = draft()->value(std::string("training.") + key);
    draft()->change([&training](nlohmann::json& plan) {
        plan["training"] = training;
        fitClassCount(plan);
    });
}

} // namespace fedefm
