// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QAbstractTableModel>

#include <vector>

namespace fedefm {

enum class Severity { Info, Warning, Error };

/// One entry of the issues panel, translated.
struct Issue
{
    Severity severity = Severity::Error;
    QString subject; ///< file or object
    QString cause;
    QString nextStep;
    int count = 1; ///< how often the same came
};

/// What went wrong in this sitting: never a message box in the user's way. Equal entries are counted, not
/// repeated.
class IssueModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { SubjectColumn, CauseColumn, NextStepColumn, ColumnCount };

    explicit IssueModel(QObject* parent = nullptr);

    void report(const Error& error, Severity severity = Severity::Error);
    void report(const Issue& issue);
    void clear();
    const std::vector<Issue>& issues() const { return m_issues; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void reported(const fedefm::Issue& issue); ///< newest; the status bar shows it for a while

private:
    std::vector<Issue> m_issues;
};

/// The translated texts of an error.
Issue issueFromError(const Error& error, Severity severity);

} // namespace fedefm
