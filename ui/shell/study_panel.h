// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/app_context.h"
#include "ui/shell/study_model.h"
#include "ui/shell/study_scanner.h"
#include "ui/shell/thumbnail_loader.h"

#include <QWidget>

class QLabel;
class QToolButton;
class QTreeView;

namespace fedefm {

/// The study tree with thumbnails, filled by background scans that can be cancelled.
class StudyPanel : public QWidget
{
    Q_OBJECT
public:
    explicit StudyPanel(const AppContext& context, QWidget* parent = nullptr);

    StudyModel* model() { return &m_model; }
    StudyScanner* scanner() { return &m_scanner; }
    void scan(const QString& path);
    void setPrivacy(bool privacy) { m_model.setPrivacy(privacy); }
    void setOpenPaths(const QStringList& paths, const QString& active);
    QString statusText() const;

Q_SIGNALS:
    void openRequested(const QString& path);
    void folderWanted();

private:
    void buildWidgets();
    void connectWidgets();
    void activate(const QModelIndex& index);
    void refreshStatus();

    IssueModel* m_issues;
    StudyModel m_model;
    ThumbnailLoader m_thumbnails;
    StudyScanner m_scanner;
    QTreeView* m_tree = nullptr;
    QLabel* m_status = nullptr;
    QToolButton* m_cancel = nullptr;
    QToolButton* m_clear = nullptr;
    int m_seen = 0;
    int m_total = 0;
};

} // namespace fedefm
