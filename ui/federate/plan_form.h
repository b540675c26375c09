// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/plan_fields.h"
#include "ui/train/field_editors.h"

#include <QWidget>

#include <map>

class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace fedefm {

class PlanDraft;

/// Fields of a plan; what is wrong stands under the field that it concerns.
class PlanForm : public QWidget
{
    Q_OBJECT
public:
    explicit PlanForm(PlanDraft* draft, QWidget* parent = nullptr);

    /// Leaves the form as it is when the fields are the ones it has.
    void setFields(const std::vector<PlanField>& fields);
    bool hasField(const std::string& key) const { return m_rows.count(key) > 0; }
    QWidget* editor(const std::string& key) const; ///< null when there is none
    QString fieldError(const std::string& key) const;
    /// Of a text that is no value; empty when there is none.
    QString brokenText() const;

Q_SIGNALS:
    void brokenChanged();

private:
    struct Row
    {
        FieldEditor editor;
        QLabel* error = nullptr;
        QString broken;
    };
    void addRow(const PlanField& field, QGridLayout* grid);
    void refresh();

    PlanDraft* m_draft;
    QVBoxLayout* m_column;
    QWidget* m_content = nullptr;
    std::vector<std::string> m_keys;
    std::map<std::string, Row> m_rows;
};

/// The problem of `key` itself or of something inside it that no other of `keys` is nearer to.
QString problemUnder(const PlanDraft& draft, const std::string& key, const std::vector<std::string>& keys);

/// The wrapped line under a field for what is wrong with it; hidden at first.
QLabel* makeErrorLine(QWidget* parent);
void showErrorLine(QLabel* line, const QString& text);

} // namespace fedefm
