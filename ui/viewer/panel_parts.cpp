// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/panel_parts.h"

#include "ui/common/theme.h"

#include <QKeySequence>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

QToolButton* iconButton(const QString& icon, const QString& name, const QString& toolTip, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setIcon(themedIcon(icon));
    button->setIconSize({20, 20});
    button->setMinimumSize(28, 28);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(name);
    button->setToolTip(toolTip);
    return button;
}

void makeSecondary(QLabel* label)
{
    // The role follows the palette when the theme changes, a copied colour would not.
    label->setForegroundRole(QPalette::PlaceholderText);
}

QLabel* emptyState(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignCenter);
    label->setMargin(12);
    makeSecondary(label);
    return label;
}

QLabel* readOut(const QString& accessibleName, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setAccessibleName(accessibleName);
    return label;
}

QWidget* section(const QString& title, QVBoxLayout*& column, QWidget* parent)
{
    auto* widget = new QWidget(parent);
    column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(6);
    auto* heading = new QLabel(title, widget);
    QFont font = heading->font();
    font.setWeight(QFont::DemiBold);
    heading->setFont(font);
    column->addWidget(heading);
    widget->setAccessibleName(title);
    return widget;
}

QScrollArea* scrollingColumn(QWidget* content, QWidget* parent)
{
    auto* area = new QScrollArea(parent);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(content);
    area->setFocusPolicy(Qt::NoFocus);
    return area;
}

QVBoxLayout* scrolledColumn(QWidget* panel)
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(8, 8, 8, 8);
    auto* outer = new QVBoxLayout(panel);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scrollingColumn(content, panel));
    return column;
}

QString withShortcut(const QString& text, const QString& portableKey)
{
    const QString key =
        QKeySequence::fromString(portableKey, QKeySequence::PortableText).toString(QKeySequence::NativeText);
    return QStringLiteral("%1 (%2)").arg(text, key);
}

} // namespace fedefm
