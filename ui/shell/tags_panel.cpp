// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/tags_panel.h"

#include "ui/viewer/panel_parts.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace fedefm {

TagsPanel::TagsPanel(QWidget* parent)
    : QWidget(parent), m_search(new QLineEdit(this)), m_tree(new QTreeView(this)),
      m_stack(new QStackedWidget(this)), m_worker(QStringLiteral("tags"))
{
    m_empty = emptyState(tr("Open a DICOM file to see its header."), this);
    m_filter.setSourceModel(&m_model);
    m_filter.setRecursiveFilteringEnabled(true);
    m_filter.setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter.setFilterKeyColumn(-1);
    m_search->setPlaceholderText(tr("Search tag, name or value"));
    m_search->setAccessibleName(tr("Search in the header"));
    m_search->setClearButtonEnabled(true);
    m_tree->setAccessibleName(tr("DICOM header"));
    m_tree->setModel(&m_filter);
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(12);
    m_tree->setAlternatingRowColors(true);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->setMinimumHeight(260);
    m_tree->header()->resizeSection(TagModel::TagColumn, 110);
    m_tree->header()->resizeSection(TagModel::NameColumn, 130);
    m_tree->header()->hideSection(TagModel::VrColumn);
    QToolButton* copy =
        iconButton(QStringLiteral("copy"), tr("Copy value"), tr("Copy the chosen value"), this);
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    row->addWidget(m_search, 1);
    row->addWidget(copy);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 4, 4);
    column->setSpacing(4);
    column->addLayout(row);
    m_stack->addWidget(m_tree);
    m_stack->addWidget(m_empty);
    m_stack->setCurrentWidget(m_empty);
    column->addWidget(m_stack, 1);

    connect(m_search, &QLineEdit::textChanged, this, &TagsPanel::setSearch);
    connect(copy, &QToolButton::clicked, this, &TagsPanel::copySelected);
    connect(m_tree, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        QMenu menu;
        menu.addAction(tr("Copy value"), this, &TagsPanel::copySelected);
        menu.exec(m_tree->viewport()->mapToGlobal(at));
    });
}

void TagsPanel::setDocument(SeriesDocument* document)
{
    const bool isDicom = document && !document->info().ids.sopInstanceUid.empty();
    m_path = isDicom ? QString::fromStdString(document->info().path) : QString();
    if (isVisible())
        read();
}

void TagsPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    read();
}

void TagsPanel::read()
{
    if (m_path == m_shownPath)
        return;
    m_shownPath = m_path;
    m_model.setTags({});
    m_stack->setCurrentWidget(m_path.isEmpty() ? static_cast<QWidget*>(m_empty) : m_tree);
    if (m_path.isEmpty())
        return;
    m_worker.post([this, path = m_path] {
        Result<std::vector<DicomTag>> tags = readTags(path.toStdString());
        answerOn(this, [this, path, tags = std::move(tags)]() mutable {
            if (path != m_shownPath)
                return;
            if (tags)
                m_model.setTags(std::move(*tags));
            else
                Q_EMIT failed(tags.error());
        });
    });
}

void TagsPanel::setSearch(const QString& text)
{
    if (m_search->text() != text)
        m_search->setText(text);
    m_filter.setFilterFixedString(text);
    if (!text.isEmpty())
        m_tree->expandAll();
}

int TagsPanel::visibleRows() const
{
    return m_filter.rowCount();
}

void TagsPanel::copySelected() const
{
    const QModelIndex index = m_tree->currentIndex();
    if (index.isValid())
        QGuiApplication::clipboard()->setText(index.siblingAtColumn(TagModel::ValueColumn).data().toString());
}

} // namespace fedefm
