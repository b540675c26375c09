// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QModelIndex>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace fedefm {

/// One job in the jobs panel.
class JobRow : public QWidget
{
    Q_OBJECT
public:
    explicit JobRow(QWidget* parent = nullptr);
    void setJob(const QModelIndex& job);

Q_SIGNALS:
    void cancelClicked();
    void removeClicked();

private:
    void openFolder();

    QString m_folder;
    QLabel* m_title = nullptr;
    QLabel* m_status = nullptr;
    QProgressBar* m_progress = nullptr;
    QToolButton* m_open = nullptr;
    QToolButton* m_stop = nullptr; ///< cancels while running, forgets the entry afterwards
    bool m_running = true;
};

} // namespace fedefm
