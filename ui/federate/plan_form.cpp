// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_form.h"

#include "ui/federate/plan_draft.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kLabelWidthPx = 128;

bool isInside(const std::string& key, const std::string& outer)
{
    return key == outer || key.rfind(outer + ".", 0) == 0;
}

} // namespace

QLabel* makeErrorLine(QWidget* parent)
{
    auto* line = new QLabel(parent);
    line->setObjectName(QStringLiteral("fieldError"));
    line->setTextFormat(Qt::PlainText);
    line->setWordWrap(true);
    line->hide();
    return line;
}

void showErrorLine(QLabel* line, const QString& text)
{
    line->setText(text);
    line->setVisible(!text.isEmpty());
}

QString problemUnder(const PlanDraft& draft, const std::string& key, const std::vector<std::string>& keys)
{
    for (const PlanProblem& problem : draft.problems()) {
        if (!isInside(problem.key, key))
            continue;
        const bool isOthers = std::any_of(keys.begin(), keys.end(), [&](const std::string& other) {
            return other.size() > key.size() && isInside(problem.key, other);
        });
        if (!isOthers)
            return problem.blocks ? problem.text : PlanForm::tr("Note: %1").arg(problem.text);
    }
    return {};
}

PlanForm::PlanForm(PlanDraft* draft, QWidget* parent)
    : QWidget(parent), m_draft(draft), m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    connect(m_draft, &PlanDraft::changed, this, &PlanForm::refresh);
}

void PlanForm::setFields(const std::vector<PlanField>& fields)
{
    std::vector<std::string> keys;
    for (const PlanField& field : fields)
        keys.push_back(field.key);
    if (keys == m_keys && m_content)
        return;
    m_keys = std::move(keys);
    m_rows.clear();
    delete m_content;
    m_content = new QWidget(this);
    m_column->addWidget(m_content);
    auto* groups = new QVBoxLayout(m_content);
    groups->setContentsMargins(0, 0, 0, 0);
    const char* group = nullptr;
    QGridLayout* grid = nullptr;
    for (const PlanField& field : fields) {
        if (!group || qstrcmp(group, field.field.group) != 0) {
            group = field.field.group;
            grid = new QGridLayout;
            grid->setVerticalSpacing(4);
            grid->setHorizontalSpacing(8);
            grid->setColumnMinimumWidth(0, kLabelWidthPx);
            grid->setColumnStretch(1, 1);
            QVBoxLayout* column = groups;
            if (*group)
                groups->addWidget(section(fieldText(group), column, m_content));
            column->addLayout(grid);
        }
        addRow(field, grid);
    }
    refresh();
}

void PlanForm::addRow(const PlanField& field, QGridLayout* grid)
{
    const std::string key = field.key;
    Row& row = m_rows[key];
    row.editor = makeFieldEditor(
        field.field, m_content, [this, key](const nlohmann::json& value) { m_draft->setValue(key, value); },
        [this, key](const QString& text) {
            if (m_rows[key].broken == text)
                return;
            m_rows[key].broken = text;
            refresh();
            Q_EMIT brokenChanged();
        });
    QWidget* widget = row.editor.widget;
    widget->setObjectName(QString::fromStdString(key));
    widget->setToolTip(fieldToolTip(field.field, key));
    row.error = makeErrorLine(m_content);
    const int at = grid->rowCount();
    if (!qobject_cast<QCheckBox*>(widget)) {
        auto* label = new QLabel(fieldText(field.field.label), m_content);
        label->setToolTip(widget->toolTip());
        label->setBuddy(widget);
        label->setWordWrap(true);
        label->setFixedWidth(kLabelWidthPx);
        grid->addWidget(label, at, 0,
                        field.field.kind == ConfigField::Kind::Json ? Qt::AlignTop : Qt::AlignVCenter);
    }
    grid->addWidget(widget, at, 1);
    grid->addWidget(row.error, at + 1, 1);
}

void PlanForm::refresh()
{
    for (auto& [key, row] : m_rows) {
        row.editor.show(m_draft->value(key));
        showErrorLine(row.error, row.broken.isEmpty() ? problemUnder(*m_draft, key, m_keys) : row.broken);
    }
}

QWidget* PlanForm::editor(const std::string& key) const
{
    const auto it = m_rows.find(key);
    return it == m_rows.end() ? nullptr : it->second.editor.widget;
}

QString PlanForm::fieldError(const std::string& key) const
{
    const auto it = m_rows.find(key);
    return it == m_rows.end() ? QString() : it->second.error->text();
}

QString PlanForm::brokenText() const
{
    for (const auto& [key, row] : m_rows)
        if (!row.broken.isEmpty())
            return row.broken;
    return {};
}

} // namespace fedefm
