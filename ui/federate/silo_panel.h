// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/silo_table_model.h"

#include <QWidget>

class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace fedefm {

/// The table of silos with what can be done to the chosen one.
class SiloPanel : public QWidget
{
    Q_OBJECT
public:
    explicit SiloPanel(QWidget* parent = nullptr);

    void setSession(const SessionSnapshotPtr& session, int round);
    SiloTableModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    int currentSilo() const; ///< −1: none
    void setCurrentSilo(int silo);
    bool canAdmit() const;
    bool canDrop() const;

Q_SIGNALS:
    void currentSiloChanged(int silo);
    void admitWanted(int silo);
    void dropWanted(int silo);

private:
    void buildTable();
    void showMenu(const QPoint& position);
    void refreshButtons();

    SiloTableModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table = nullptr;
    QToolButton* m_admit = nullptr;
    QToolButton* m_drop = nullptr;
};

} // namespace fedefm
