// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_page.h"

#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

namespace fedefm {

namespace {

/// Of the wizard's own buttons: Back, Next, Start, Defaults.
const QString kTaken = QStringLiteral("BNSD");

constexpr int kLeastColumnPx = 380;

/// Scrolls up and down only, so it must not become narrower than what is in it, at any font size.
class FieldColumn : public QScrollArea
{
public:
    FieldColumn(QWidget* content, QWidget* parent) : QScrollArea(parent)
    {
        setWidgetResizable(true);
        setFrameShape(QFrame::NoFrame);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setFocusPolicy(Qt::NoFocus);
        setWidget(content);
    }
    QSize minimumSizeHint() const override
    {
        const int needed = widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width();
        return {std::max(kLeastColumnPx, needed), QScrollArea::minimumSizeHint().height()};
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::LayoutRequest)
            updateGeometry();
        return QScrollArea::eventFilter(watched, event);
    }
};

bool takesMnemonic(const QWidget* widget)
{
    if (const auto* label = qobject_cast<const QLabel*>(widget))
        return label->buddy() != nullptr;
    return qobject_cast<const QCheckBox*>(widget) || qobject_cast<const QRadioButton*>(widget) ||
           qobject_cast<const QPushButton*>(widget);
}

QString textOf(const QWidget* widget)
{
    return widget->property("text").toString();
}

} // namespace

WizardPage::WizardPage(PlanDraft* draft, const QString& title, const QString& subTitle,
                       std::vector<std::string> keys, QWidget* parent)
    : QWizardPage(parent), m_draft(draft), m_keys(std::move(keys))
{
    setTitle(title);
    setSubTitle(subTitle);
    m_column = new QVBoxLayout;
    m_column->setContentsMargins(0, 0, 0, 0);
    m_reason = new QLabel(this);
    m_reason->setObjectName(QStringLiteral("fieldError"));
    m_reason->setTextFormat(Qt::PlainText);
    m_reason->setWordWrap(true);
    m_reason->setAccessibleName(tr("Why the next page waits"));
    auto* outer = new QVBoxLayout(this);
    outer->addLayout(m_column, 1);
    outer->addWidget(m_reason);
    connect(m_draft, &PlanDraft::changed, this, &WizardPage::refresh);
}

PlanForm* WizardPage::addForm(QWidget* parent)
{
    auto* form = new PlanForm(m_draft, parent);
    m_forms.push_back(form);
    connect(form, &PlanForm::brokenChanged, this, &WizardPage::refresh);
    return form;
}

void WizardPage::initializePage()
{
    assignMnemonics();
    refresh();
}

QWidget* WizardPage::scrolled(QWidget* content)
{
    return new FieldColumn(content, this);
}

bool WizardPage::isComplete() const
{
    return reason().isEmpty();
}

QString WizardPage::reason() const
{
    for (const PlanForm* form : m_forms)
        if (const QString broken = form->brokenText(); !broken.isEmpty())
            return broken;
    for (const PlanProblem& problem : m_draft->problems()) {
        const bool isOurs = std::any_of(m_keys.begin(), m_keys.end(), [&problem](const std::string& key) {
            return problem.key == key || problem.key.rfind(key + ".", 0) == 0;
        });
        if (isOurs && problem.blocks)
            return problem.text;
    }
    if (m_draft->isWorking())
        return tr("Working out topology and partition…");
    return {};
}

void WizardPage::refresh()
{
    const QString text = reason();
    m_reason->setText(text.isEmpty() ? QString() : tr("Next waits: %1").arg(text));
    Q_EMIT completeChanged();
}

void WizardPage::assignMnemonics()
{
    std::set<QChar> used(kTaken.begin(), kTaken.end());
    QList<QWidget*> waiting;
    for (QWidget* widget : findChildren<QWidget*>()) {
        if (!takesMnemonic(widget))
            continue;
        const QString text = textOf(widget);
        const qsizetype at = text.indexOf(QLatin1Char('&'));
        if (at >= 0 && at + 1 < text.size())
            used.insert(text[at + 1].toUpper());
        else if (!text.isEmpty())
            waiting << widget;
    }
    for (QWidget* widget : std::as_const(waiting)) {
        QString text = textOf(widget);
        for (qsizetype at = 0; at < text.size(); ++at) {
            const QChar letter = text[at].toUpper();
            if (letter.unicode() >= 'A' && letter.unicode() <= 'Z' && used.insert(letter).second) {
                widget->setProperty("text", text.insert(at, QLatin1Char('&')));
                break;
            }
        }
    }
}

} // namespace fedefm
