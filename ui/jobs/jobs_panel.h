// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace fedefm {

class JobModel;

/// One row per job: title, progress bar, status, cancel while it runs, "open folder" when it left files.
class JobsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit JobsPanel(JobModel* model, QWidget* parent = nullptr);

private:
    void insertRows(int first, int last);
    void removeRows(int first, int last);
    void refreshRow(int row);
    void refreshFooter();

    JobModel* m_model;
    QVBoxLayout* m_rows = nullptr;
    QLabel* m_empty = nullptr;
    QPushButton* m_clear = nullptr;
};

} // namespace fedefm
