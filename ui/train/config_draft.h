// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QObject>
#include <QString>

#include <nlohmann/json.hpp>
#include <optional>

namespace fedefm {

/// The configuration being written, behind both the form and the JSON text. The document always is valid
/// JSON; a text that is not leaves it unchanged and is reported.
class ConfigDraft : public QObject
{
    Q_OBJECT
public:
    explicit ConfigDraft(QObject* parent = nullptr);

    const nlohmann::json& document() const { return m_document; }
    QString text() const; ///< indented
    /// Paths inside are relative to this folder.
    QString folder() const { return m_folder; }

    /// From a file or a preset; keys that it leaves out get their defaults in the form, not in the document.
    void load(const nlohmann::json& document, const QString& folder);
    Status loadFile(const QString& path);
    Status saveFile(const QString& path, bool overwrite) const;

    void setValue(const std::string& key, const nlohmann::json& value);
    /// The value in the document, or the default.
    nlohmann::json value(const std::string& key) const;
    bool isGiven(const std::string& key) const;
    /// Takes a JSON text over, or remembers why not.
    void setText(const QString& text);

    /// What is wrong; subject = key ("loss.dice") or empty for the text as a whole.
    const std::optional<Error>& problem() const { return m_problem; }

Q_SIGNALS:
    void changed(); ///< document, text or problem

private:
    void check();

    nlohmann::json m_document;
    nlohmann::json m_defaults;
    QString m_folder;
    std::optional<Error> m_problem;
};

} // namespace fedefm
