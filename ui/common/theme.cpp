// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/theme.h"

#include "ui/common/palette_file.h"
#include "ui/common/studio_style.h"
#include "ui/common/themed_icon_engine.h"

#include <QApplication>
#include <QFile>
#include <QFont>
#include <QPixmapCache>

#include <algorithm>
#include <cmath>

/// The resources lie in a static library: without this the linker leaves them out. Must be outside
/// namespaces.
static void initialiseResources()
{
    Q_INIT_RESOURCE(studio);
}

namespace fedefm {

namespace {

constexpr int kBaseFontPx = 13;

/// The desktop's own choice, asked before our palette hides it. Qt 6.4 has no better source.
bool isSystemDark(const QApplication& application)
{
    static const bool dark = application.palette().color(QPalette::Window).lightnessF() < 0.5;
    return dark;
}

QByteArray resource(const QString& path)
{
    initialiseResources();
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

void applyTheme(QApplication& application, ThemeChoice choice, int fontPercent)
{
    initialiseResources();
    const bool systemDark = isSystemDark(application);
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemDark);
    const PaletteFile file = PaletteFile::load(dark ? QStringLiteral("dark") : QStringLiteral("light"));
    if (!application.property("fedefmStyle").toBool()) {
        QApplication::setStyle(new StudioStyle);
        application.setProperty("fedefmStyle", true);
    }
    QFont font = QApplication::font();
    font.setPixelSize(std::max(9, static_cast<int>(std::lround(kBaseFontPx * fontPercent / 100.0))));
    QApplication::setFont(font);
    QPixmapCache::clear();
    QApplication::setPalette(file.palette());
    const QString sheet = QString::fromUtf8(resource(QStringLiteral(":/fedefm/palettes/studio.qss")));
    application.setStyleSheet(file.fill(sheet));
}

QIcon themedIcon(const QString& name)
{
    const QByteArray svg = resource(QStringLiteral(":/fedefm/icons/%1.svg").arg(name));
    return svg.isEmpty() ? QIcon() : QIcon(new ThemedIconEngine(name, svg));
}

QIcon applicationIcon()
{
    initialiseResources();
    return QIcon(QStringLiteral(":/fedefm/icons/fedefm-studio.svg"));
}

} // namespace fedefm
