// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/run_table_model.h"

#include <QWidget>

class QLabel;
class QStackedWidget;
class QTableView;

namespace fedefm {

/// The runs of a folder that are sessions, in the words of sessions.
class SessionTableModel : public RunTableModel
{
    Q_OBJECT
public:
    using RunTableModel::RunTableModel;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

/// All federated sessions of the runs folder, whoever started them. The chosen one is watched.
class SessionList : public QWidget
{
    Q_OBJECT
public:
    explicit SessionList(QWidget* parent = nullptr);

    void setRuns(const std::vector<RunSummary>& runs, const QString& folder);
    const RunSummary* current() const; ///< nullptr when none
    void choose(const QString& id);
    RunTableModel* model() const { return m_model; }

Q_SIGNALS:
    void currentChanged();

private:
    void chooseFirst();

    SessionTableModel* m_model;
    RunFilter* m_sorted;
    QTableView* m_table;
    QLabel* m_empty;
    QStackedWidget* m_stack;
};

} // namespace fedefm
