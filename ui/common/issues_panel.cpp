// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/issues_panel.h"

#include "ui/common/issue_model.h"
#include "ui/common/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <set>

namespace fedefm {

namespace {

QToolButton* makeButton(const QString& icon, const QString& name, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setIcon(themedIcon(icon));
    button->setToolTip(name);
    button->setAccessibleName(name);
    button->setAutoRaise(true);
    return button;
}

} // namespace

IssuesPanel::IssuesPanel(IssueModel* model, QWidget* parent)
    : QWidget(parent), m_model(model), m_table(new QTableView(this)),
      m_empty(new QLabel(tr("Nothing went wrong so far."), this))
{
    m_table->setModel(model);
    m_table->setAccessibleName(tr("Issues"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(IssueModel::SubjectColumn, QHeaderView::Interactive);
    m_table->horizontalHeader()->resizeSection(IssueModel::SubjectColumn, 240);

    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setForegroundRole(QPalette::PlaceholderText);

    QToolButton* copy = makeButton(QStringLiteral("copy"), tr("Copy issues"), this);
    QToolButton* clear = makeButton(QStringLiteral("trash"), tr("Clear issues"), this);
    connect(copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(selectedText()); });
    connect(clear, &QToolButton::clicked, m_model, &IssueModel::clear);

    auto* buttons = new QVBoxLayout;
    buttons->addWidget(copy);
    buttons->addWidget(clear);
    buttons->addStretch();
    m_stack = new QStackedLayout;
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addLayout(m_stack, 1);
    row->addLayout(buttons);

    connect(m_model, &IssueModel::rowsInserted, this, [this] {
        updateEmptyState();
        m_table->scrollToBottom();
    });
    connect(m_model, &IssueModel::modelReset, this, &IssuesPanel::updateEmptyState);
    updateEmptyState();
}

void IssuesPanel::updateEmptyState()
{
    m_stack->setCurrentIndex(m_model->rowCount() == 0 ? m_stack->indexOf(m_empty)
                                                      : m_stack->indexOf(m_table));
}

QString IssuesPanel::selectedText() const
{
    std::set<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows.insert(index.row());
    if (rows.empty())
        for (int row = 0; row < m_model->rowCount(); ++row)
            rows.insert(row);
    QStringList lines;
    for (const int row : rows) {
        QStringList cells;
        for (int column = 0; column < IssueModel::ColumnCount; ++column)
            cells.append(m_model->data(m_model->index(row, column), Qt::DisplayRole).toString());
        lines.append(cells.join(QLatin1Char('\t')));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace fedefm
