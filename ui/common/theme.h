// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

class QApplication;

namespace fedefm {

enum class ThemeChoice { Dark, Light, System };

/// Colours of data: the same in every theme, chosen to keep their distance from grey under colour-blindness.
namespace colors {
inline const QColor catheter{0x56, 0xB4, 0xE9};
inline const QColor guidewire{0xE6, 0x9F, 0x00};
inline const QColor tip{0xF0, 0xE4, 0x42};
inline const QColor error{0xD5, 0x5E, 0x00};
inline const QColor accent{0x56, 0xB4, 0xE9};
inline const QColor casing{0, 0, 0, 180};
} // namespace colors

/// Sets Fusion, palette, style sheet and font size (percent of 13 px). Can be called again to switch.
void applyTheme(QApplication& application, ThemeChoice choice, int fontPercent = 100);

/// Icon from resources/icons/NAME.svg, painted in the palette's text colour, crisp at every pixel ratio.
/// Unknown names give an empty icon (a test walks all names in use).
QIcon themedIcon(const QString& name);

/// The application's own icon, in its own colours.
QIcon applicationIcon();

} // namespace fedefm
