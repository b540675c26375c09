// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/study_model.h"

#include "ui/common/theme.h"

#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

namespace fedefm {

namespace {

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

QString number(int value)
{
    return QStringLiteral("%1").arg(value, 10, 10, QLatin1Char('0'));
}

bool isDicom(const StudyEntry& entry)
{
    return !entry.ids.seriesUid.empty() || !entry.ids.sopInstanceUid.empty();
}

QString iconOf(const StudyEntry& entry)
{
    if (entry.kind == "SEG")
        return QStringLiteral("overlay");
    return entry.kind == "image" ? QStringLiteral("film") : QStringLiteral("tags");
}

} // namespace

StudyModel::StudyModel(QObject* parent) : QStandardItemModel(parent) {}

StudyEntry StudyModel::entryOf(const SequenceInfo& info)
{
    StudyEntry entry;
    entry.path = info.path;
    entry.kind = "image";
    entry.modality = info.modality;
    entry.identity = info.identity;
    entry.ids = info.ids;
    entry.frameCount = info.frameCount;
    entry.rows = info.height;
    entry.columns = info.width;
    return entry;
}

void StudyModel::addEntries(const std::vector<StudyEntry>& entries)
{
    for (const StudyEntry& entry : entries)
        if (!m_leaves.contains(text(entry.path)))
            addEntry(entry);
}

void StudyModel::addEntry(const StudyEntry& entry)
{
    const int number0 = static_cast<int>(m_entries.size());
    const QString path = text(entry.path);
    m_entries.push_back(entry);
    if (!isDicom(entry)) {
        QStandardItem* files =
            heading(invisibleRootItem(), QStringLiteral("files"), Patient, number0, QStringLiteral("~"));
        makeLeaf(insertSorted(files, Series, number0, path), path);
        return;
    }
    if (!entry.ids.sopInstanceUid.empty())
        m_instances.insert(text(entry.ids.sopInstanceUid), path);
    const QString patientKey = QStringLiteral("p/") + text(entry.ids.patientKey);
    QStandardItem* patient =
        heading(invisibleRootItem(), patientKey, Patient, number0, text(entry.ids.patientKey));
    const QString studyKey = patientKey + QStringLiteral("/s/") + text(entry.ids.studyUid);
    QStandardItem* study =
        heading(patient, studyKey, Study, number0, text(entry.identity.studyDate + entry.identity.studyTime));
    const QString seriesKey = studyKey + QStringLiteral("/e/") + text(entry.ids.seriesUid);
    const bool isFirst = !m_headings.contains(seriesKey);
    QStandardItem* series = heading(study, seriesKey, Series, number0,
                                    number(entry.ids.seriesNumber) + text(entry.ids.seriesUid));
    const QString order = number(entry.ids.instanceNumber) + path;
    if (isFirst) {
        series->setData(order, Qt::UserRole + 100);
        makeLeaf(series, path);
        return;
    }
    if (series->rowCount() == 0) {
        // The second instance turns the leaf into a heading over both.
        const QString firstPath = series->data(PathRole).toString();
        makeLeaf(insertSorted(series, Instance, series->data(EntryRole).toInt(),
                              series->data(Qt::UserRole + 100).toString()),
                 firstPath);
        series->setData(QString(), PathRole);
    }
    makeLeaf(insertSorted(series, Instance, number0, order), path);
}

QStandardItem* StudyModel::heading(QStandardItem* parent, const QString& key, Level level, int entry,
                                   const QString& order)
{
    QStandardItem*& item = m_headings[key];
    if (!item)
        item = insertSorted(parent, level, entry, order);
    return item;
}

QStandardItem* StudyModel::insertSorted(QStandardItem* parent, Level level, int entry, const QString& order)
{
    auto* item = new QStandardItem;
    item->setEditable(false);
    item->setData(static_cast<int>(level), LevelRole);
    item->setData(entry, EntryRole);
    item->setData(order, OrderRole);
    int low = 0;
    int high = parent->rowCount();
    while (low < high) {
        const int middle = (low + high) / 2;
        if (parent->child(middle)->data(OrderRole).toString() <= order)
            low = middle + 1;
        else
            high = middle;
    }
    parent->insertRow(low, item);
    return item;
}

void StudyModel::makeLeaf(QStandardItem* item, const QString& path)
{
    item->setData(path, PathRole);
    m_leaves.insert(path, item);
}

void StudyModel::removeAll()
{
    clear();
    m_entries.clear();
    m_headings.clear();
    m_leaves.clear();
    m_instances.clear();
}

void StudyModel::setPrivacy(bool privacy)
{
    m_privacy = privacy;
    refreshAll();
}

void StudyModel::setOpenPaths(const QStringList& paths)
{
    const QStringList touched = m_open + paths;
    m_open = paths;
    for (const QString& path : touched)
        thumbnailReady(path);
}

void StudyModel::thumbnailReady(const QString& path)
{
    const QModelIndex index = indexOfPath(path);
    if (index.isValid())
        Q_EMIT dataChanged(index, index);
}

void StudyModel::refreshAll()
{
    std::function<void(const QModelIndex&)> touch = [&](const QModelIndex& parent) {
        const int rows = rowCount(parent);
        if (rows == 0)
            return;
        Q_EMIT dataChanged(index(0, 0, parent), index(rows - 1, 0, parent));
        for (int row = 0; row < rows; ++row)
            touch(index(row, 0, parent));
    };
    touch({});
}

QModelIndex StudyModel::indexOfPath(const QString& path) const
{
    const QStandardItem* item = m_leaves.value(path);
    return item ? item->index() : QModelIndex();
}

QString StudyModel::pathOfInstance(const std::string& sopInstanceUid) const
{
    return m_instances.value(text(sopInstanceUid));
}

void StudyModel::collectLeaves(const QStandardItem* parent, QStringList& paths) const
{
    for (int row = 0; row < parent->rowCount(); ++row) {
        const QStandardItem* item = parent->child(row);
        const QString path = item->data(PathRole).toString();
        if (!path.isEmpty() &&
            m_entries[static_cast<std::size_t>(item->data(EntryRole).toInt())].kind == "image")
            paths.append(path);
        collectLeaves(item, paths);
    }
}

QString StudyModel::neighbour(const QString& path, int step) const
{
    QStringList paths;
    collectLeaves(invisibleRootItem(), paths);
    const qsizetype at = paths.indexOf(path);
    const qsizetype wanted = at + step;
    if (at < 0)
        return paths.value(0);
    return wanted >= 0 ? paths.value(wanted) : QString();
}

QVariant StudyModel::data(const QModelIndex& index, int role) const
{
    const QStandardItem* item = itemFromIndex(index);
    if (!item)
        return {};
    const QString path = item->data(PathRole).toString();
    const StudyEntry& entry = m_entries[static_cast<std::size_t>(item->data(EntryRole).toInt())];
    switch (role) {
    case Qt::DisplayRole:
        return primaryText(entry, *item);
    case SecondaryRole:
        return secondaryText(entry, *item);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2").arg(primaryText(entry, *item), secondaryText(entry, *item));
    case Qt::ToolTipRole:
        return m_privacy || path.isEmpty() ? QString() : path;
    case OpenRole:
        return m_open.contains(path);
    case Qt::DecorationRole: {
        if (path.isEmpty())
            return {};
        const QImage picture = m_thumbnails && entry.kind == "image" ? m_thumbnails(path) : QImage();
        return picture.isNull() ? QVariant(themedIcon(iconOf(entry))) : QVariant(picture);
    }
    default:
        return QStandardItemModel::data(index, role);
    }
}

QString StudyModel::primaryText(const StudyEntry& entry, const QStandardItem& item) const
{
    switch (item.data(LevelRole).toInt()) {
    case Patient:
        if (!isDicom(entry))
            return tr("Pictures and films");
        if (m_privacy)
            return tr("Patient %1").arg(item.row() + 1);
        return entry.identity.patientName.empty() ? tr("No name") : text(entry.identity.patientName);
    case Study:
        if (m_privacy)
            return tr("Study %1").arg(item.row() + 1);
        return entry.identity.studyDate.empty() ? tr("Study without date") : text(entry.identity.studyDate);
    case Instance:
        return entry.ids.instanceNumber > 0 ? tr("Image %1").arg(entry.ids.instanceNumber)
                                            : QFileInfo(text(entry.path)).fileName();
    default:
        break;
    }
    if (!isDicom(entry) || entry.ids.seriesNumber <= 0)
        return QFileInfo(text(entry.path)).fileName();
    return entry.kind == "image" ? tr("Run %1").arg(entry.ids.seriesNumber)
                                 : QStringLiteral("%1 %2").arg(text(entry.kind)).arg(entry.ids.seriesNumber);
}

QString StudyModel::secondaryText(const StudyEntry& entry, const QStandardItem& item) const
{
    QStringList parts;
    switch (item.data(LevelRole).toInt()) {
    case Patient:
        if (isDicom(entry) && !m_privacy) {
            parts << text(entry.identity.patientId) << text(entry.identity.birthDate)
                  << text(entry.identity.sex);
        }
        break;
    case Study:
        if (!m_privacy)
            parts << text(entry.identity.studyDescription);
        break;
    default:
        if (item.rowCount() > 0) {
            parts << text(entry.modality) << tr("%1 objects").arg(item.rowCount());
            break;
        }
        parts << text(entry.modality)
              << (entry.frameCount > 0 ? tr("%1 fr").arg(entry.frameCount) : QString());
        if (entry.columns > 0)
            parts << QStringLiteral("%1 × %2").arg(entry.columns).arg(entry.rows);
        if (!m_privacy)
            parts << text(entry.identity.seriesDescription);
        break;
    }
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

QMimeData* StudyModel::mimeData(const QModelIndexList& indexes) const
{
    QList<QUrl> urls;
    for (const QModelIndex& index : indexes) {
        const QString path = index.data(PathRole).toString();
        if (!path.isEmpty())
            urls.append(QUrl::fromLocalFile(path));
    }
    if (urls.isEmpty())
        return nullptr;
    auto* mime = new QMimeData;
    mime->setUrls(urls);
    return mime;
}

} // namespace fedefm
