// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QTextBrowser;

namespace fedefm {

class ActionRegistry;

/// F1: every key in use by group, from the registry, and what the mouse does. Not modal.
class KeySheet : public QDialog
{
    Q_OBJECT
public:
    explicit KeySheet(const ActionRegistry* actions, QWidget* parent = nullptr);

    QString html() const;

private:
    const ActionRegistry* m_actions;
    QTextBrowser* m_browser;
};

} // namespace fedefm
