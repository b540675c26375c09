// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/field_editors.h"

#include <QWidget>

#include <map>
#include <optional>
#include <string>

class QGridLayout;
class QLabel;
class QScrollArea;

namespace fedefm {

class ConfigDraft;

/// All keys of a configuration as grouped fields; an error stands under the field that it concerns.
class ConfigForm : public QWidget
{
    Q_OBJECT
public:
    explicit ConfigForm(ConfigDraft* draft, QWidget* parent = nullptr);

    /// Scrolls to the field of a key and focuses it; false when no field edits that key.
    bool showField(const std::string& key);
    /// Takes over numbers that are still being typed; the first key whose text is no value, or nothing.
    std::optional<std::string> finishEditing();
    /// The error under a field; empty when there is none.
    QString fieldError(const std::string& key) const;

private:
    struct Row
    {
        FieldEditor editor;
        QLabel* error = nullptr;
        QString broken; ///< text in the editor that is no value
    };
    void addRow(const ConfigField& field, QGridLayout* grid);
    void refresh();
    void showErrors();
    std::string rowOf(const std::string& key) const;

    ConfigDraft* m_draft;
    QScrollArea* m_scroll = nullptr;
    std::map<std::string, Row> m_rows;
};

} // namespace fedefm
