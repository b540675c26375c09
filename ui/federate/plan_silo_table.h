// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <nlohmann/json.hpp>

class QTableWidget;
class QPushButton;

namespace fedefm {

/// Silos that each bring a folder of their own: name, form, folder.
class PlanSiloTable : public QWidget
{
    Q_OBJECT
public:
    explicit PlanSiloTable(QWidget* parent = nullptr);

    /// The key "silos" of a plan's data; keys that no column shows are kept.
    nlohmann::json silos() const { return m_silos; }
    void setSilos(const nlohmann::json& silos); ///< does not report a change
    void setBaseFolder(const QString& folder) { m_baseFolder = folder; }
    /// Each folder inside `parent` becomes a silo of its name.
    void addFolders(const QString& parent);
    QTableWidget* table() const { return m_table; }

Q_SIGNALS:
    void changed(); ///< by the user

private:
    void show();
    void onEdited(int row, int column);
    void add(const QString& folder);
    void removeCurrent();

    nlohmann::json m_silos = nlohmann::json::array();
    QString m_baseFolder;
    QTableWidget* m_table = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace fedefm
