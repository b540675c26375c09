// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/action_search.h"

#include "ui/common/action_registry.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

namespace fedefm {

namespace {

constexpr int kMaxHits = 12;
constexpr int kWidthPx = 460;

} // namespace

ActionSearch::ActionSearch(const ActionRegistry* actions, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_actions(actions), m_query(new QLineEdit(this)),
      m_hits(new QListWidget(this))
{
    setObjectName(QStringLiteral("actionSearch"));
    setAccessibleName(tr("Search actions"));
    m_query->setPlaceholderText(tr("What do you want to do?"));
    m_query->setAccessibleName(tr("Search actions"));
    m_query->installEventFilter(this);
    m_hits->setAccessibleName(tr("Actions found"));
    m_hits->setFocusPolicy(Qt::NoFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(m_query);
    column->addWidget(m_hits);
    connect(m_query, &QLineEdit::textChanged, this, &ActionSearch::refresh);
    connect(m_query, &QLineEdit::returnPressed, this, &ActionSearch::runCurrent);
    connect(m_hits, &QListWidget::itemClicked, this, &ActionSearch::runCurrent);
}

void ActionSearch::popUp()
{
    m_query->clear();
    refresh({});
    resize(kWidthPx, 400);
    const QWidget* window = parentWidget();
    move(window->mapToGlobal(QPoint((window->width() - width()) / 2, 64)));
    show();
    m_query->setFocus();
}

bool ActionSearch::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_query && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : (key == Qt::Key_Up ? -1 : 0);
        if (step != 0 && m_hits->count() > 0) {
            m_hits->setCurrentRow((m_hits->currentRow() + step + m_hits->count()) % m_hits->count());
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void ActionSearch::refresh(const QString& query)
{
    m_hits->clear();
    m_found.clear();
    QPixmap empty(18, 18);
    empty.fill(Qt::transparent);
    const QIcon blank(empty);
    for (QAction* action : m_actions->search(query)) {
        if (!action->isEnabled())
            continue;
        QString text = action->text();
        text.remove(QLatin1Char('&'));
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        new QListWidgetItem(action->icon().isNull() ? blank : action->icon(),
                            keys.isEmpty() ? text : QStringLiteral("%1    %2").arg(text, keys), m_hits);
        m_found.append(action);
        if (m_found.size() == kMaxHits)
            break;
    }
    m_hits->setCurrentRow(0);
}

void ActionSearch::runCurrent()
{
    const int row = m_hits->currentRow();
    hide();
    if (row >= 0 && row < m_found.size())
        m_found.at(row)->trigger();
}

} // namespace fedefm
