// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_study.h"

#include <QHash>
#include <QStandardItemModel>

#include <deque>
#include <functional>

namespace fedefm {

/// Patient → study → series → instance; a series of one instance is its own leaf. Files that are not DICOM
/// stand under one heading. Texts are made on demand, so privacy mode needs no rebuilding.
class StudyModel : public QStandardItemModel
{
    Q_OBJECT
public:
    enum Level { Patient, Study, Series, Instance };
    enum Role {
        LevelRole = Qt::UserRole + 1,
        EntryRole,     ///< index of the StudyEntry that stands for the row
        SecondaryRole, ///< second line
        PathRole,      ///< file of a leaf; empty for headings
        OrderRole,     ///< sort key among siblings
        OpenRole,      ///< shown in a tile now
    };
    using Thumbnails = std::function<QImage(const QString& path)>;

    explicit StudyModel(QObject* parent = nullptr);

    void setThumbnails(Thumbnails thumbnails) { m_thumbnails = std::move(thumbnails); }
    void addEntries(const std::vector<StudyEntry>& entries); ///< files that are known already are skipped
    /// The entry of an opened sequence, for the tree.
    static StudyEntry entryOf(const SequenceInfo& info);
    void removeAll();
    void setPrivacy(bool privacy);
    void setOpenPaths(const QStringList& paths);
    void thumbnailReady(const QString& path);

    int imageCount() const { return static_cast<int>(m_entries.size()); }
    QModelIndex indexOfPath(const QString& path) const;
    QString pathOfInstance(const std::string& sopInstanceUid) const;
    /// The leaf before (-1) or after (+1) `path` in the order of the tree; empty at the end.
    QString neighbour(const QString& path, int step) const;

    QVariant data(const QModelIndex& index, int role) const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

private:
    void addEntry(const StudyEntry& entry);
    QStandardItem* heading(QStandardItem* parent, const QString& key, Level level, int entry,
                           const QString& order);
    QStandardItem* insertSorted(QStandardItem* parent, Level level, int entry, const QString& order);
    void makeLeaf(QStandardItem* item, const QString& path);
    QString primaryText(const StudyEntry& entry, const QStandardItem& item) const;
    QString secondaryText(const StudyEntry& entry, const QStandardItem& item) const;
    void collectLeaves(const QStandardItem* parent, QStringList& paths) const;
    void refreshAll();

    std::deque<StudyEntry> m_entries;
    QHash<QString, QStandardItem*> m_headings;
    QHash<QString, QStandardItem*> m_leaves;
    QHash<QString, QString> m_instances;
    QStringList m_open;
    Thumbnails m_thumbnails;
    bool m_privacy = false;
};

} // namespace fedefm
