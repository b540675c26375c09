// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QVariantMap>

#include <cstddef>

namespace fedefm {

/// What the desktop remembers, typed. Lies in QSettings of the application's name; holds no patient data:
/// sequences are keyed by a hash, recent files by their path only.
class Settings
{
public:
    static constexpr int kMaxRecent = 10;
    static constexpr int kMaxDisplayStates = 200;

    /// Everything from now on, also the shortcuts, lives in an INI file under `folder`.
    static void isolateIn(const QString& folder);

    QByteArray geometry() const;
    QByteArray windowState() const;
    void setWindow(const QByteArray& geometry, const QByteArray& state);

    QStringList recentFiles() const; ///< newest first; those that are gone are left out
    void addRecentFile(const QString& path);
    void clearRecentFiles();
    QString lastFolder() const;
    void setLastFolder(const QString& folder);

    ThemeChoice theme() const; ///< Dark at first
    void setTheme(ThemeChoice theme);
    int fontPercent() const; ///< 80…200
    void setFontPercent(int percent);
    bool privacy() const;
    void setPrivacy(bool privacy);
    std::size_t cacheBytes() const; ///< of decoded frames, per sequence
    void setCacheBytes(std::size_t bytes);
    bool isResearchUseAccepted() const;
    void acceptResearchUse();
    /// Secret of this installation, made once: de-identified copies of one study map their UIDs alike in
    /// every sitting.
    std::string deidentifySalt();
    bool isUnfolded(const QString& panel, bool otherwise) const;
    void setUnfolded(const QString& panel, bool unfolded);

    QStringList hiddenRunColumns() const; ///< keys of the columns that the table of runs does without
    void setHiddenRunColumns(const QStringList& keys);

    /// Window, presets and calibration of one sequence; `key` is its SOP instance UID or path and is only
    /// hashed.
    QVariantMap displayState(const QString& key) const;
    void setDisplayState(const QString& key, const QVariantMap& state);
};

/// "dark", "light", "system"; anything else is Dark.
ThemeChoice themeFromName(const QString& name);
QString themeName(ThemeChoice theme);

} // namespace fedefm
