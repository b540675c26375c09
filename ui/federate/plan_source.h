// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <nlohmann/json.hpp>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;

namespace fedefm {

/// One data set: the simulator with its sources, or a form and a folder.
class PlanSource : public QWidget
{
    Q_OBJECT
public:
    /// `name` begins the accessible names of the fields.
    explicit PlanSource(const QString& name, QWidget* parent = nullptr);

    /// Keys that no field shows are kept.
    nlohmann::json description() const { return m_description; }
    void setDescription(const nlohmann::json& description); ///< does not report a change
    void setBaseFolder(const QString& folder) { m_baseFolder = folder; }

    QComboBox* form() const { return m_form; }
    QLineEdit* path() const { return m_path; }

Q_SIGNALS:
    void changed(); ///< by the user

private:
    QWidget* buildSimulator(const QString& name);
    QWidget* buildFolder(const QString& name);
    void show();
    void set(const char* key, const nlohmann::json& value);
    void chooseForm(const QString& form);
    void chooseFolder();

    nlohmann::json m_description;
    QString m_baseFolder;
    QComboBox* m_form = nullptr;
    QWidget* m_simulator = nullptr;
    QWidget* m_folder = nullptr;
    QLineEdit* m_path = nullptr;
    std::vector<QCheckBox*> m_presets;
    std::vector<std::pair<const char*, QSpinBox*>> m_numbers;
};

} // namespace fedefm
