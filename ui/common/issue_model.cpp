// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/issue_model.h"

#include "ui/common/theme.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace fedefm {

namespace {

bool looksLikePath(const QString& text)
{
    return text.contains(QLatin1Char('/'));
}

QString shortSubject(const QString& subject)
{
    if (!looksLikePath(subject))
        return subject;
    const QString name = QFileInfo(subject).fileName();
    return name.isEmpty() ? QFileInfo(subject).absoluteDir().dirName() : name;
}

/// Folder names often carry a patient's name, so only the last part of a path is shown. Folders may have
/// spaces and commas in them ("Doe, Jane"); of the last part a space is the end.
QString withoutFolders(const QString& text)
{
    static const QRegularExpression path(
        QStringLiteral(R"((?<![\w.])/(?:[^/\s:;()'"](?:[^/:;()'"\n]*[^/\s:;()'"])?/)+([^/\s:;,()'"]+))"));
    QString result = text;
    return result.replace(path, QStringLiteral("\\1"));
}

QString translated(const char* source)
{
    QString text = QCoreApplication::translate("Error", source);
    if (!text.isEmpty())
        text[0] = text.at(0).toUpper();
    return text;
}

QString severityIcon(Severity severity)
{
    return severity == Severity::Info ? QStringLiteral("info") : QStringLiteral("issues");
}

QString severityText(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return QCoreApplication::translate("IssueModel", "Note");
    case Severity::Warning:
        return QCoreApplication::translate("IssueModel", "Warning");
    case Severity::Error:
        break;
    }
    return QCoreApplication::translate("IssueModel", "Error");
}

} // namespace

Issue issueFromError(const Error& error, Severity severity)
{
    const ErrorText text = errorText(error.code);
    Issue issue;
    issue.severity = severity;
    issue.subject = QString::fromStdString(error.subject);
    issue.cause = translated(text.cause);
    if (!error.detail.empty())
        issue.cause += QStringLiteral(" (%1)").arg(withoutFolders(QString::fromStdString(error.detail)));
    issue.nextStep = translated(text.nextStep);
    return issue;
}

IssueModel::IssueModel(QObject* parent) : QAbstractTableModel(parent) {}

void IssueModel::report(const Error& error, Severity severity)
{
    report(issueFromError(error, severity));
}

void IssueModel::report(const Issue& whole)
{
    Issue issue = whole;
    issue.cause = withoutFolders(issue.cause);
    const auto same = std::find_if(m_issues.begin(), m_issues.end(), [&](const Issue& known) {
        return known.severity == issue.severity && known.subject == issue.subject &&
               known.cause == issue.cause;
    });
    if (same != m_issues.end()) {
        same->count += issue.count;
        const int row = static_cast<int>(same - m_issues.begin());
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        Q_EMIT reported(*same);
        return;
    }
    const int row = static_cast<int>(m_issues.size());
    beginInsertRows({}, row, row);
    m_issues.push_back(issue);
    endInsertRows();
    Q_EMIT reported(issue);
}

void IssueModel::clear()
{
    beginResetModel();
    m_issues.clear();
    endResetModel();
}

int IssueModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_issues.size());
}

int IssueModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QVariant IssueModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Issue& issue = m_issues[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        if (column == SubjectColumn)
            return issue.count > 1
                       ? QStringLiteral("%1  ×%2").arg(shortSubject(issue.subject)).arg(issue.count)
                       : shortSubject(issue.subject);
        return column == CauseColumn ? issue.cause : issue.nextStep;
    case Qt::ToolTipRole:
        return column == SubjectColumn ? issue.subject : data(index, Qt::DisplayRole);
    case Qt::DecorationRole:
        return column == SubjectColumn ? QVariant(themedIcon(severityIcon(issue.severity))) : QVariant();
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(severityText(issue.severity),
                                            data(index, Qt::DisplayRole).toString());
    default:
        return {};
    }
}

QVariant IssueModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case SubjectColumn:
        return tr("File or object");
    case CauseColumn:
        return tr("Cause");
    case NextStepColumn:
        return tr("Next step");
    default:
        return {};
    }
}

} // namespace fedefm
