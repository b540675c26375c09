// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace fedefm {

/// The same small parts in every side panel, so that all look and read alike.

/// A flat button of at least 28 px with icon, accessible name and tooltip.
QToolButton* iconButton(const QString& icon, const QString& name, const QString& toolTip, QWidget* parent);

/// Paints a label in the secondary text colour, whatever the theme.
void makeSecondary(QLabel* label);

/// A wrapped, secondary line that says what to do while a panel has nothing to show.
QLabel* emptyState(const QString& text, QWidget* parent);

/// A wrapped label whose text can be selected and copied.
QLabel* readOut(const QString& accessibleName, QWidget* parent);

/// A section: heading and a column under it.
QWidget* section(const QString& title, QVBoxLayout*& column, QWidget* parent);

/// `content` in a frameless area that scrolls up and down only.
QScrollArea* scrollingColumn(QWidget* content, QWidget* parent);

/// Fills `panel` with such an area and gives the column to put the sections in.
QVBoxLayout* scrolledColumn(QWidget* panel);

/// Text and "Name (Key)" tooltips: the key is shown in the system's notation.
QString withShortcut(const QString& text, const QString& portableKey);

} // namespace fedefm
