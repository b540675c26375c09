// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/worker_thread.h"
#include "ui/shell/tag_model.h"
#include "ui/viewer/series_document.h"

#include <QSortFilterProxyModel>
#include <QWidget>

class QLabel;
class QLineEdit;
class QStackedWidget;
class QTreeView;

namespace fedefm {

/// The DICOM header of the active sequence with search; values can be copied.
class TagsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit TagsPanel(QWidget* parent = nullptr);

    void setDocument(SeriesDocument* document); ///< may be null
    void setPrivacy(bool privacy) { m_model.setPrivacy(privacy); }
    void setSearch(const QString& text);
    int visibleRows() const; ///< of the top level, after the search
    TagModel* model() { return &m_model; }

Q_SIGNALS:
    void failed(const fedefm::Error& error);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void read();
    void copySelected() const;

    QString m_path;
    QString m_shownPath;
    TagModel m_model;
    QSortFilterProxyModel m_filter;
    QLineEdit* m_search = nullptr;
    QTreeView* m_tree = nullptr;
    QLabel* m_empty = nullptr;
    QStackedWidget* m_stack = nullptr;
    WorkerThread m_worker;
};

} // namespace fedefm
