// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/settings.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>
#include <QUuid>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kDefaultCacheMiB = 160;
constexpr int kMinCacheMiB = 32;
constexpr int kMaxCacheMiB = 16384;
const QString kStates = QStringLiteral("display");

QString hashed(const QString& key)
{
    const QByteArray digest = QCryptographicHash::hash(key.toUtf8(), QCryptographicHash::Sha256);
    return QString::fromLatin1(digest.toHex().left(24));
}

QVariant value(const char* key, const QVariant& otherwise = {})
{
    return QSettings().value(QLatin1String(key), otherwise);
}

void store(const char* key, const QVariant& newValue)
{
    QSettings().setValue(QLatin1String(key), newValue);
}

/// Forgets the states that were used longest ago.
void prune(QSettings& settings)
{
    settings.beginGroup(kStates);
    const QStringList keys = settings.childKeys();
    if (keys.size() > Settings::kMaxDisplayStates) {
        std::vector<std::pair<double, QString>> byTime;
        for (const QString& key : keys) {
            const auto object = QJsonDocument::fromJson(settings.value(key).toByteArray()).object();
            byTime.emplace_back(object.value(QStringLiteral("used")).toDouble(), key);
        }
        std::sort(byTime.begin(), byTime.end());
        for (std::size_t i = 0; i + Settings::kMaxDisplayStates < byTime.size(); ++i)
            settings.remove(byTime[i].second);
    }
    settings.endGroup();
}

} // namespace

void Settings::isolateIn(const QString& folder)
{
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
    QSettings::setPath(QSettings::IniFormat, QSettings::SystemScope, folder);
}

QByteArray Settings::geometry() const
{
    return value("window/geometry").toByteArray();
}

QByteArray Settings::windowState() const
{
    return value("window/state").toByteArray();
}

void Settings::setWindow(const QByteArray& geometry, const QByteArray& state)
{
    store("window/geometry", geometry);
    store("window/state", state);
}

QStringList Settings::recentFiles() const
{
    QStringList present;
    for (const QString& path : value("recent").toStringList())
        if (QFileInfo::exists(path))
            present.append(path);
    return present;
}

void Settings::addRecentFile(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList list = value("recent").toStringList();
    list.removeAll(absolute);
    list.prepend(absolute);
    store("recent", QStringList(list.mid(0, kMaxRecent)));
}

void Settings::clearRecentFiles()
{
    store("recent", QStringList());
}

QString Settings::lastFolder() const
{
    return value("lastFolder").toString();
}

void Settings::setLastFolder(const QString& folder)
{
    store("lastFolder", folder);
}

ThemeChoice Settings::theme() const
{
    return themeFromName(value("theme").toString());
}

void Settings::setTheme(ThemeChoice theme)
{
    store("theme", themeName(theme));
}

int Settings::fontPercent() const
{
    return std::clamp(value("fontPercent", 100).toInt(), 80, 200);
}

void Settings::setFontPercent(int percent)
{
    store("fontPercent", std::clamp(percent, 80, 200));
}

bool Settings::privacy() const
{
    return value("privacy", false).toBool();
}

void Settings::setPrivacy(bool privacy)
{
    store("privacy", privacy);
}

std::size_t Settings::cacheBytes() const
{
    const int mib = std::clamp(value("cacheMiB", kDefaultCacheMiB).toInt(), kMinCacheMiB, kMaxCacheMiB);
    return static_cast<std::size_t>(mib) << 20;
}

void Settings::setCacheBytes(std::size_t bytes)
{
    store("cacheMiB", static_cast<int>(bytes >> 20));
}

bool Settings::isResearchUseAccepted() const
{
    return value("researchUseAccepted", false).toBool();
}

void Settings::acceptResearchUse()
{
    store("researchUseAccepted", true);
}

std::string Settings::deidentifySalt()
{
    if (value("deidentifySalt").toString().isEmpty())
        store("deidentifySalt", QUuid::createUuid().toString(QUuid::WithoutBraces));
    return value("deidentifySalt").toString().toStdString();
}

bool Settings::isUnfolded(const QString& panel, bool otherwise) const
{
    return QSettings().value(QStringLiteral("panels/") + panel, otherwise).toBool();
}

void Settings::setUnfolded(const QString& panel, bool unfolded)
{
    QSettings().setValue(QStringLiteral("panels/") + panel, unfolded);
}

QStringList Settings::hiddenRunColumns() const
{
    return value("hiddenRunColumns").toStringList();
}

void Settings::setHiddenRunColumns(const QStringList& keys)
{
    store("hiddenRunColumns", keys);
}

QVariantMap Settings::displayState(const QString& key) const
{
    const QByteArray json = QSettings().value(kStates + QLatin1Char('/') + hashed(key)).toByteArray();
    return QJsonDocument::fromJson(json).object().value(QStringLiteral("state")).toObject().toVariantMap();
}

void Settings::setDisplayState(const QString& key, const QVariantMap& state)
{
    QJsonObject object;
    object.insert(QStringLiteral("used"), static_cast<double>(QDateTime::currentSecsSinceEpoch()));
    object.insert(QStringLiteral("state"), QJsonObject::fromVariantMap(state));
    QSettings settings;
    settings.setValue(kStates + QLatin1Char('/') + hashed(key),
                      QJsonDocument(object).toJson(QJsonDocument::Compact));
    prune(settings);
}

ThemeChoice themeFromName(const QString& name)
{
    if (name == QLatin1String("light"))
        return ThemeChoice::Light;
    return name == QLatin1String("system") ? ThemeChoice::System : ThemeChoice::Dark;
}

QString themeName(ThemeChoice theme)
{
    switch (theme) {
    case ThemeChoice::Light:
        return QStringLiteral("light");
    case ThemeChoice::System:
        return QStringLiteral("system");
    case ThemeChoice::Dark:
        break;
    }
    return QStringLiteral("dark");
}

} // namespace fedefm
