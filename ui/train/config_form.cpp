// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/config_form.h"

#include "ui/train/config_draft.h"
#include "ui/viewer/panel_parts.h"

#include <QAbstractSpinBox>
#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QVBoxLayout>

namespace fedefm {

namespace {
constexpr int kLabelWidthPx = 116;
}

ConfigForm::ConfigForm(ConfigDraft* draft, QWidget* parent) : QWidget(parent), m_draft(draft)
{
    QVBoxLayout* groups = scrolledColumn(this);
    m_scroll = findChild<QScrollArea*>();
    const char* group = "";
    QGridLayout* grid = nullptr;
    for (const ConfigField& field : configFields()) {
        if (qstrcmp(group, field.group) != 0) {
            group = field.group;
            QVBoxLayout* column = nullptr;
            groups->addWidget(section(fieldText(group), column, this));
            grid = new QGridLayout;
            grid->setVerticalSpacing(4);
            grid->setHorizontalSpacing(8);
            grid->setColumnMinimumWidth(0, kLabelWidthPx);
            grid->setColumnStretch(1, 1);
            column->addLayout(grid);
        }
        addRow(field, grid);
    }
    groups->addStretch();
    connect(m_draft, &ConfigDraft::changed, this, &ConfigForm::refresh);
    refresh();
}

void ConfigForm::addRow(const ConfigField& field, QGridLayout* grid)
{
    const std::string key = field.key;
    Row& row = m_rows[key];
    row.editor = makeFieldEditor(
        field, this, [this, key](const nlohmann::json& value) { m_draft->setValue(key, value); },
        [this, key](const QString& text) {
            m_rows[key].broken = text;
            showErrors();
        });
    row.error = new QLabel(this);
    row.error->setObjectName(QStringLiteral("fieldError"));
    row.error->setWordWrap(true);
    row.error->hide();
    const int at = grid->rowCount();
    if (!qobject_cast<QCheckBox*>(row.editor.widget)) {
        auto* label = new QLabel(fieldText(field.label), this);
        label->setToolTip(row.editor.widget->toolTip());
        label->setBuddy(row.editor.widget);
        label->setWordWrap(true);
        label->setFixedWidth(kLabelWidthPx);
        grid->addWidget(label, at, 0,
                        field.kind == ConfigField::Kind::Json ? Qt::AlignTop : Qt::AlignVCenter);
    }
    grid->addWidget(row.editor.widget, at, 1);
    grid->addWidget(row.error, at + 1, 1);
}

void ConfigForm::refresh()
{
    for (auto& [key, row] : m_rows) {
        row.editor.show(m_draft->value(key));
        // Another document may have taken the place of what was no value.
        const auto* text = qobject_cast<QPlainTextEdit*>(row.editor.widget);
        if (text && nlohmann::json::accept(text->toPlainText().toStdString()))
            row.broken.clear();
    }
    showErrors();
}

std::string ConfigForm::rowOf(const std::string& key) const
{
    // An error inside a JSON field names a key below the field's own.
    for (std::string at = key; !at.empty();) {
        if (m_rows.count(at))
            return at;
        const std::size_t dot = at.rfind('.');
        at = dot == std::string::npos ? std::string() : at.substr(0, dot);
    }
    for (const auto& [name, row] : m_rows)
        if (!key.empty() && name.rfind(key + ".", 0) == 0)
            return name;
    return {};
}

void ConfigForm::showErrors()
{
    const auto& problem = m_draft->problem();
    const std::string wrong = problem ? rowOf(problem->subject) : std::string();
    for (auto& [key, row] : m_rows) {
        QString text = row.broken;
        if (text.isEmpty() && key == wrong)
            text = QString::fromStdString(problem->detail);
        row.error->setText(text);
        row.error->setVisible(!text.isEmpty());
    }
}

bool ConfigForm::showField(const std::string& key)
{
    const auto it = m_rows.find(rowOf(key));
    if (it == m_rows.end())
        return false;
    it->second.editor.widget->setFocus(Qt::OtherFocusReason);
    if (m_scroll)
        m_scroll->ensureWidgetVisible(it->second.error->isHidden() ? it->second.editor.widget
                                                                   : it->second.error);
    return true;
}

std::optional<std::string> ConfigForm::finishEditing()
{
    for (auto* box : findChildren<QAbstractSpinBox*>())
        box->interpretText();
    for (const auto& [key, row] : m_rows)
        if (!row.broken.isEmpty())
            return key;
    return std::nullopt;
}

QString ConfigForm::fieldError(const std::string& key) const
{
    const auto it = m_rows.find(key);
    return it == m_rows.end() ? QString() : it->second.error->text();
}

} // namespace fedefm
