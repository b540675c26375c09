// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_privacy_page.h"

#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_strategies.h"
#include "ui/viewer/panel_parts.h"

#include <QButtonGroup>
#include <QLabel>
#include <QRadioButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <cmath>

namespace fedefm {

namespace {

const char* const kUnits[] = {"none", "record", "silo"};
constexpr int kTextIndentPx = 24;

} // namespace

WizardPrivacyPage::WizardPrivacyPage(PlanDraft* draft, QWidget* parent)
    : WizardPage(
          draft, tr("Privacy"),
          tr("Pictures stay where they are. Weights remember, though: here is what may be learnt from them."),
          {"privacy"}, parent)
{
    auto* box = new QWidget;
    auto* content = new QVBoxLayout(box);
    content->setContentsMargins(0, 0, 8, 0);
    content->addWidget(buildUnits());
    m_form = addForm(box);
    m_form->setFields(planPrivacyFields());
    content->addWidget(m_form);
    m_estimate = readOut(tr("Expected ε"), box);
    content->addWidget(m_estimate);
    QVBoxLayout* visits = nullptr;
    content->addWidget(section(tr("What a visit gives away"), visits, box));
    auto* text = readOut(tr("What a visit gives away"), box);
    makeSecondary(text);
    text->setText(tr(
        "A visitor goes home with the change that the host's pictures made. Its owner knows the weights "
        "before and after; from a change that few pictures made, the pictures themselves can be rebuilt. "
        "The floor sets how many different pictures a visit must see (batch size × overseas steps). A "
        "session whose visits are shorter does not start once anything on this page is set; before that it "
        "starts with a warning."));
    visits->addWidget(text);
    content->addStretch();
    column()->addWidget(scrollingColumn(box, this), 1);
    connect(draft, &PlanDraft::changed, this, &WizardPrivacyPage::refresh);
    refresh();
}

QWidget* WizardPrivacyPage::buildUnits()
{
    const std::pair<QString, QString> texts[] = {
        {tr("N&o guarantee in numbers"),
         tr("Weights leave a silo as they are. The audit log records every object.")},
        {tr("Each pict&ure (DP-SGD)"),
         tr("Each picture's gradient is clipped, each step gets noise, visitors' steps too. Protects single "
            "pictures, a patient with twenty of them twenty times less; slower learning, GroupNorm in place "
            "of BatchNorm.")},
        {tr("The &whole silo"),
         tr("A silo's whole change of weights is clipped and noised before it is sent, and so is what "
            "visitors have learnt at it. With few silos the noise swamps what is learnt.")}};
    QVBoxLayout* rows = nullptr;
    QWidget* box = section(tr("What is protected"), rows, this);
    m_units = new QButtonGroup(box);
    for (int unit = 0; unit < 3; ++unit) {
        auto* button = new QRadioButton(texts[unit].first, box);
        auto* text = readOut(tr("About this choice"), box);
        text->setText(texts[unit].second);
        text->setContentsMargins(kTextIndentPx, 0, 0, 0);
        makeSecondary(text);
        m_units->addButton(button, unit);
        rows->addWidget(button);
        rows->addWidget(text);
    }
    m_unitError = makeErrorLine(box);
    rows->addWidget(m_unitError);
    connect(m_units, &QButtonGroup::idClicked, this,
            [this](int unit) { draft()->setValue("privacy.unit", kUnits[unit]); });
    return box;
}

QString WizardPrivacyPage::estimate() const
{
    return m_estimate->text();
}

void WizardPrivacyPage::refresh()
{
    const nlohmann::json unit = draft()->value("privacy.unit");
    for (int at = 0; at < 3; ++at)
        if (unit == kUnits[at])
            m_units->button(at)->setChecked(true);
    const bool isProtected = unit != "none";
    for (const char* key : {"privacy.clip", "privacy.noise", "privacy.delta", "privacy.epsilon_limit"})
        m_form->editor(key)->setEnabled(isProtected);
    m_form->editor("privacy.visit_floor")->setEnabled(visitSteps(draft()->document()["strategy"]) > 0);
    showErrorLine(m_unitError, problemUnder(*draft(), "privacy",
                                            {"privacy.clip", "privacy.noise", "privacy.delta",
                                             "privacy.epsilon_limit", "privacy.visit_floor"}));
    const double epsilon = expectedEpsilon(draft()->document(), draft()->outlook());
    if (!isProtected)
        m_estimate->clear();
    else if (std::isinf(epsilon))
        m_estimate->setText(tr("Without noise there is no ε: nothing is promised."));
    else if (epsilon < 0.0)
        m_estimate->setText(tr("ε is known when the session has counted its pictures."));
    else
        m_estimate->setText(
            tr("After all rounds, at the silo that gives away most: ε ≈ %1").arg(epsilon, 0, 'g', 4));
}

} // namespace fedefm
