// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"

#include <QStringList>

#include <optional>

class QCoreApplication;

namespace fedefm {

/// Command line of fedefm-studio.
struct StudioOptions
{
    QStringList files;
    bool demo = false;
    bool restore = true;
    QString screenshot; ///< write the window to this PNG, then quit
    int screenshotAfterMs = 3000;
    double measureSeconds = 0.0; ///< above 0: play the file that long, print measurements as JSON, quit
    std::optional<ThemeChoice> theme;
    QString settingsFolder; ///< settings apart from the user's
    QStringList triggers;   ///< ids of actions to run before the screenshot, as "help.keys"
};

/// Handles --help, --version and wrong usage by itself (ends the process with 0 or 2).
StudioOptions parseOptions(const QCoreApplication& application);

} // namespace fedefm
