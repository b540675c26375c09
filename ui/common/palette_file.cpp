// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/palette_file.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

struct RoleName
{
    QPalette::ColorRole role;
    const char* name;
};

constexpr RoleName kRoles[]{
    {QPalette::Window, "window"},       {QPalette::WindowText, "text"},
    {QPalette::Base, "base"},           {QPalette::AlternateBase, "alternateBase"},
    {QPalette::Text, "text"},           {QPalette::PlaceholderText, "secondary"},
    {QPalette::Button, "button"},       {QPalette::ButtonText, "text"},
    {QPalette::BrightText, "error"},    {QPalette::Light, "border"},
    {QPalette::Midlight, "hover"},      {QPalette::Mid, "line"},
    {QPalette::Dark, "line"},           {QPalette::Shadow, "shadow"},
    {QPalette::Highlight, "highlight"}, {QPalette::HighlightedText, "highlightedText"},
    {QPalette::Link, "link"},           {QPalette::LinkVisited, "link"},
    {QPalette::ToolTipBase, "button"},  {QPalette::ToolTipText, "text"},
};

} // namespace

PaletteFile PaletteFile::load(const QString& name)
{
    PaletteFile result;
    QFile file(QStringLiteral(":/fedefm/palettes/%1.json").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return result;
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    for (auto it = object.begin(); it != object.end(); ++it)
        result.m_colors.insert(it.key(), QColor(it.value().toString()));
    return result;
}

QColor PaletteFile::color(const QString& role) const
{
    return m_colors.value(role);
}

QPalette PaletteFile::palette() const
{
    QPalette palette;
    for (const RoleName& entry : kRoles)
        palette.setColor(entry.role, color(QLatin1String(entry.name)));
    const QColor disabled = color(QStringLiteral("disabled"));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, disabled);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, color(QStringLiteral("line")));
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, disabled);
    return palette;
}

QString PaletteFile::fill(const QString& styleSheet) const
{
    static const QRegularExpression mark(QStringLiteral("@([A-Za-z]+)"));
    QString filled;
    qsizetype end = 0;
    for (auto it = mark.globalMatch(styleSheet); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        filled += QStringView(styleSheet).mid(end, match.capturedStart() - end);
        filled += color(match.captured(1)).name();
        end = match.capturedEnd();
    }
    filled += QStringView(styleSheet).mid(end);
    return filled;
}

double contrastRatio(const QColor& a, const QColor& b)
{
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace fedefm
