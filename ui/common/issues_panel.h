// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QStackedLayout;
class QTableView;

namespace fedefm {

class IssueModel;

/// The list of what went wrong in this sitting: file, cause, next step; rows can be copied, the list cleared.
class IssuesPanel : public QWidget
{
    Q_OBJECT
public:
    explicit IssuesPanel(IssueModel* model, QWidget* parent = nullptr);

    /// The chosen rows (all when none is) as tab-separated lines, without folder names.
    QString selectedText() const;

private:
    void updateEmptyState();

    IssueModel* m_model;
    QTableView* m_table;
    QLabel* m_empty;
    QStackedLayout* m_stack = nullptr;
};

} // namespace fedefm
