// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QHash>
#include <QPalette>
#include <QString>

namespace fedefm {

/// Colours of the chrome by role name, from resources/palettes/NAME.json: "window", "base", "text",
/// "secondary", "line", "border", "highlight", "highlightedText", "selection", "link", "error", …
class PaletteFile
{
public:
    /// `name` is "dark" or "light".
    static PaletteFile load(const QString& name);

    QColor color(const QString& role) const; ///< invalid when the file lacks the role
    QPalette palette() const;
    /// Replaces every "@role" of `styleSheet` by its colour.
    QString fill(const QString& styleSheet) const;

private:
    QHash<QString, QColor> m_colors;
};

/// Relative-luminance contrast of WCAG 2.1, 1…21.
double contrastRatio(const QColor& a, const QColor& b);

} // namespace fedefm
