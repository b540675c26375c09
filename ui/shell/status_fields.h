// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace fedefm {

class IssueModel;

/// The row of the status bar: research-use line first and always, then message, pointer, model, machine,
/// issues.
class StatusFields : public QWidget
{
    Q_OBJECT
public:
    explicit StatusFields(IssueModel* issues, QWidget* parent = nullptr);

    void setModel(const QString& nameAndVersion);
    void setPointer(int x, int y, const QString& value);  ///< negative x clears
    void showMessage(const QString& text, int ms = 6000); ///< 0 ms: until the next
    void setOnlyResearchLine(bool only);                  ///< full screen
    QString message() const;

Q_SIGNALS:
    void issuesClicked();

private:
    void refreshMemory();
    void refreshIssues();

    IssueModel* m_issues;
    QLabel* m_message;
    QLabel* m_pointer;
    QLabel* m_model;
    QLabel* m_threads;
    QLabel* m_memory;
    QToolButton* m_issuesButton;
    bool m_onlyResearchLine = false;
    QTimer m_memoryTimer;
    QTimer m_messageTimer;
};

/// Resident memory of this process in MiB; 0 where the system does not say.
int residentMib();

} // namespace fedefm
