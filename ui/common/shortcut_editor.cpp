// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/shortcut_editor.h"

#include "ui/common/action_registry.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fedefm {

namespace {

constexpr int kIdRole = Qt::UserRole;

QString plain(QString text)
{
    return text.remove(QLatin1Char('&'));
}

QString keysText(const QList<QKeySequence>& keys)
{
    return QKeySequence::listToString(keys, QKeySequence::NativeText);
}

} // namespace

ShortcutEditor::ShortcutEditor(ActionRegistry* actions, QWidget* parent)
    : QDialog(parent), m_actions(actions), m_search(new QLineEdit(this)), m_tree(new QTreeWidget(this)),
      m_edit(new QKeySequenceEdit(this)), m_default(new QPushButton(tr("Default"), this)),
      m_clear(new QPushButton(tr("No key"), this)), m_conflicts(new QLabel(this))
{
    setWindowTitle(tr("Keyboard shortcuts"));
    m_search->setPlaceholderText(tr("Search commands"));
    m_search->setAccessibleName(tr("Search commands"));
    m_search->setClearButtonEnabled(true);
    m_tree->setHeaderLabels({tr("Command"), tr("Keys"), tr("Default")});
    m_tree->setAccessibleName(tr("Commands and keys"));
    m_tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_edit->setAccessibleName(tr("New key"));
    m_default->setAccessibleName(tr("Use the default key"));
    m_clear->setAccessibleName(tr("Remove the key"));
    m_conflicts->setObjectName(QStringLiteral("conflict"));
    m_conflicts->setWordWrap(true);
    auto* resetAll = new QPushButton(tr("Reset all"), this);
    resetAll->setAccessibleName(tr("Reset all shortcuts"));
    auto* row = new QHBoxLayout;
    row->addWidget(new QLabel(tr("New key:"), this));
    row->addWidget(m_edit, 1);
    row->addWidget(m_default);
    row->addWidget(m_clear);
    row->addWidget(resetAll);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setAccessibleName(tr("Close"));
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_search);
    column->addWidget(m_tree, 1);
    column->addLayout(row);
    column->addWidget(m_conflicts);
    column->addWidget(buttons);
    resize(640, 620);

    connect(m_search, &QLineEdit::textChanged, this, &ShortcutEditor::filter);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &ShortcutEditor::refresh);
    connect(m_edit, &QKeySequenceEdit::editingFinished, this, [this] {
        if (!m_edit->keySequence().isEmpty())
            assign(m_edit->keySequence());
    });
    connect(m_default, &QPushButton::clicked, this, [this] {
        m_actions->setShortcuts(selectedId(), m_actions->defaultShortcuts(selectedId()));
        refresh();
    });
    connect(m_clear, &QPushButton::clicked, this, [this] {
        m_actions->setShortcuts(selectedId(), {});
        refresh();
    });
    connect(resetAll, &QPushButton::clicked, this, [this] {
        m_actions->resetShortcuts();
        refresh();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    fill();
    refresh();
}

void ShortcutEditor::fill()
{
    QHash<QString, QTreeWidgetItem*> groups;
    for (const QString& id : m_actions->ids()) {
        const QString title = m_actions->group(id);
        QTreeWidgetItem*& group = groups[title];
        if (!group) {
            group = new QTreeWidgetItem(m_tree, {title});
            group->setFlags(Qt::ItemIsEnabled);
            group->setExpanded(true);
        }
        auto* item = new QTreeWidgetItem(group, {plain(m_actions->action(id)->text())});
        item->setData(0, kIdRole, id);
        item->setText(2, keysText(m_actions->defaultShortcuts(id)));
    }
}

void ShortcutEditor::refresh()
{
    const auto conflicts = m_actions->conflicts();
    for (int g = 0; g < m_tree->topLevelItemCount(); ++g) {
        QTreeWidgetItem* group = m_tree->topLevelItem(g);
        for (int i = 0; i < group->childCount(); ++i) {
            QTreeWidgetItem* item = group->child(i);
            const QString id = item->data(0, kIdRole).toString();
            bool clashes = false;
            for (const auto& [first, second] : conflicts)
                clashes = clashes || first == id || second == id;
            item->setText(1, keysText(m_actions->action(id)->shortcuts()));
            // Without a colour of its own the row follows a change of theme.
            item->setData(1, Qt::ForegroundRole,
                          clashes ? QVariant(palette().brush(QPalette::BrightText)) : QVariant());
        }
    }
    QStringList lines;
    for (const auto& [first, second] : conflicts)
        lines.append(
            tr("“%1” and “%2” share a key: neither works until one is changed.")
                .arg(plain(m_actions->action(first)->text()), plain(m_actions->action(second)->text())));
    m_conflicts->setText(lines.join(QLatin1Char('\n')));
    m_conflicts->setVisible(!lines.isEmpty());
    const bool chosen = !selectedId().isEmpty();
    m_edit->setEnabled(chosen);
    m_default->setEnabled(chosen);
    m_clear->setEnabled(chosen);
    m_edit->clear();
}

void ShortcutEditor::filter(const QString& text)
{
    for (int g = 0; g < m_tree->topLevelItemCount(); ++g) {
        QTreeWidgetItem* group = m_tree->topLevelItem(g);
        int shown = 0;
        for (int i = 0; i < group->childCount(); ++i) {
            const bool match = group->child(i)->text(0).contains(text, Qt::CaseInsensitive);
            group->child(i)->setHidden(!match);
            shown += match ? 1 : 0;
        }
        group->setHidden(shown == 0);
    }
}

void ShortcutEditor::select(const QString& id)
{
    for (int g = 0; g < m_tree->topLevelItemCount(); ++g)
        for (int i = 0; i < m_tree->topLevelItem(g)->childCount(); ++i)
            if (m_tree->topLevelItem(g)->child(i)->data(0, kIdRole).toString() == id)
                m_tree->setCurrentItem(m_tree->topLevelItem(g)->child(i));
}

void ShortcutEditor::assign(const QKeySequence& sequence)
{
    if (selectedId().isEmpty())
        return;
    m_actions->setShortcuts(selectedId(), {sequence});
    refresh();
}

QString ShortcutEditor::conflictText() const
{
    return m_conflicts->text();
}

QString ShortcutEditor::selectedId() const
{
    const QTreeWidgetItem* item = m_tree->currentItem();
    return item ? item->data(0, kIdRole).toString() : QString();
}

} // namespace fedefm
