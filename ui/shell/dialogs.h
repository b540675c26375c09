// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module_loader.h"

#include <QDialog>

namespace fedefm {

/// Every module file with version and what became of it.
class ModulesDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ModulesDialog(const std::vector<ModuleEntry>& entries, QWidget* parent = nullptr);
};

/// Version, licence, research use.
class AboutDialog : public QDialog
{
    Q_OBJECT
public:
    explicit AboutDialog(QWidget* parent = nullptr);
};

/// Theme, font size, memory for frames. Changes act at once.
class SettingsDialog : public QDialog
{
    Q_OBJECT
public:
    explicit SettingsDialog(QWidget* parent = nullptr);

Q_SIGNALS:
    void lookChanged(); ///< theme or font size in Settings
};

} // namespace fedefm
