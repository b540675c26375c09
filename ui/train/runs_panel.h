// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/run_table_model.h"

#include <QSet>
#include <QWidget>

class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace fedefm {

/// Left side of the Train mode: all runs with filter and sorting, what to do with the chosen ones. Chosen
/// runs are the ones that are drawn.
class RunsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit RunsPanel(QWidget* parent = nullptr);

    RunTableModel* model() const { return m_model; }
    void setRuns(const std::vector<RunSummary>& runs, const QString& folder);
    void setStyles(const RunStyles& styles) { m_model->setStyles(styles); }
    std::vector<RunSummary> chosen() const; ///< in the order of the table
    /// The run that keyboard and details are at; nullptr when none.
    const RunSummary* current() const;
    void choose(const QString& id);
    bool canPause() const;
    bool canGoOn() const;
    bool canStop() const;

Q_SIGNALS:
    void chosenChanged();
    void commandWanted(const QString& command); ///< "pause", "resume", "stop", "goOn" for current()

private:
    QWidget* buildHead();
    QWidget* buildButtons();
    void buildTable();
    int headingWidth(int column) const;
    void buildColumnMenu();
    void refreshButtons();
    void refreshEmptyState();
    void fillColumnMenu();
    void showColumn(const QString& key, bool shown);
    void refreshColumns();

    RunTableModel* m_model;
    RunFilter* m_filter;
    QLineEdit* m_words = nullptr;
    QTableView* m_table = nullptr;
    QMenu* m_columns = nullptr; ///< which columns are shown
    QLabel* m_empty = nullptr;
    QStackedWidget* m_stack = nullptr;
    QToolButton* m_pause = nullptr;
    QToolButton* m_resume = nullptr;
    QToolButton* m_stop = nullptr;
    QLabel* m_state = nullptr;
    QString m_folder;
};

} // namespace fedefm
