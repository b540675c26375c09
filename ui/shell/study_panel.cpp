// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/study_panel.h"

#include "ui/common/issue_model.h"
#include "ui/shell/study_delegate.h"
#include "ui/viewer/panel_parts.h"

#include <QLabel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace fedefm {

StudyPanel::StudyPanel(const AppContext& context, QWidget* parent)
    : QWidget(parent), m_issues(context.issues), m_thumbnails(context.modules)
{
    m_model.setThumbnails([this](const QString& path) { return m_thumbnails.get(path); });
    buildWidgets();
    connectWidgets();
    refreshStatus();
}

void StudyPanel::buildWidgets()
{
    m_tree = new QTreeView(this);
    m_tree->setAccessibleName(tr("Studies"));
    m_tree->setModel(&m_model);
    m_tree->setItemDelegate(new StudyDelegate(m_tree));
    m_tree->setHeaderHidden(true);
    m_tree->setIndentation(12);
    m_tree->setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    m_tree->setDragEnabled(true);
    m_tree->setDragDropMode(QAbstractItemView::DragOnly);
    m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_status = new QLabel(this);
    m_status->setWordWrap(true);
    makeSecondary(m_status);
    QToolButton* folder = iconButton(QStringLiteral("folder"), tr("Open folder or DICOMDIR"), {}, this);
    m_cancel = iconButton(QStringLiteral("cancel"), tr("Stop scanning"), {}, this);
    m_clear = iconButton(QStringLiteral("trash"), tr("Empty the list"), {}, this);
    connect(folder, &QToolButton::clicked, this, &StudyPanel::folderWanted);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 2, 4, 2);
    row->setSpacing(2);
    row->addWidget(m_status, 1);
    row->addWidget(m_cancel);
    row->addWidget(m_clear);
    row->addWidget(folder);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_tree, 1);
    column->addLayout(row);
}

void StudyPanel::connectWidgets()
{
    connect(&m_thumbnails, &ThumbnailLoader::ready, &m_model, &StudyModel::thumbnailReady);
    connect(&m_model, &StudyModel::rowsInserted, this,
            [this](const QModelIndex& parent, int first, int last) {
                for (int row = first; row <= last; ++row) {
                    const QModelIndex index = m_model.index(row, 0, parent);
                    if (index.data(StudyModel::LevelRole).toInt() <= StudyModel::Study)
                        m_tree->expand(index);
                }
                if (parent.isValid() && parent.data(StudyModel::LevelRole).toInt() <= StudyModel::Study)
                    m_tree->expand(parent);
            });
    connect(m_tree, &QTreeView::activated, this, &StudyPanel::activate);
    connect(&m_scanner, &StudyScanner::found, this, [this](const std::vector<StudyEntry>& entries) {
        m_model.addEntries(entries);
        refreshStatus();
    });
    connect(&m_scanner, &StudyScanner::progressed, this, [this](int seen, int total) {
        m_seen = seen;
        m_total = total;
        refreshStatus();
    });
    connect(&m_scanner, &StudyScanner::finished, this, &StudyPanel::refreshStatus);
    connect(&m_scanner, &StudyScanner::problem, this,
            [this](const Error& error) { m_issues->report(error, Severity::Warning); });
    connect(m_cancel, &QToolButton::clicked, &m_scanner, &StudyScanner::cancel);
    connect(m_clear, &QToolButton::clicked, this, [this] {
        m_scanner.cancel();
        m_model.removeAll();
        refreshStatus();
    });
}

void StudyPanel::scan(const QString& path)
{
    m_seen = 0;
    m_total = 0;
    m_scanner.scan(path);
    refreshStatus();
}

void StudyPanel::setOpenPaths(const QStringList& paths, const QString& active)
{
    m_model.setOpenPaths(paths);
    const QModelIndex index = m_model.indexOfPath(active);
    if (index.isValid()) {
        m_tree->setCurrentIndex(index);
        m_tree->scrollTo(index);
    }
    refreshStatus();
}

void StudyPanel::activate(const QModelIndex& index)
{
    const QString path = index.data(StudyModel::PathRole).toString();
    if (!path.isEmpty())
        Q_EMIT openRequested(path);
}

QString StudyPanel::statusText() const
{
    if (m_scanner.isRunning())
        return m_total > 0 ? tr("Scanning: %1 of %2 files").arg(m_seen).arg(m_total)
                           : tr("Scanning: %1 files").arg(m_seen);
    if (m_model.imageCount() == 0)
        return tr("Open a folder or drop one here.");
    return m_model.imageCount() == 1 ? tr("1 object") : tr("%1 objects").arg(m_model.imageCount());
}

void StudyPanel::refreshStatus()
{
    m_status->setText(statusText());
    m_cancel->setVisible(m_scanner.isRunning());
    m_clear->setVisible(m_model.imageCount() > 0);
}

} // namespace fedefm
