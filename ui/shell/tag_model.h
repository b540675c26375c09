// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_tags.h"

#include <QAbstractItemModel>

#include <memory>

namespace fedefm {

/// The header of a DICOM file as a tree. In privacy mode values that can identify a person are hidden.
class TagModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { TagColumn, NameColumn, VrColumn, ValueColumn, ColumnCount };

    explicit TagModel(QObject* parent = nullptr);
    ~TagModel() override;

    void setTags(std::vector<DicomTag> tags);
    void setPrivacy(bool privacy);

    QModelIndex index(int row, int column, const QModelIndex& parent) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent) const override;
    int columnCount(const QModelIndex& parent) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    const Node* nodeOf(const QModelIndex& index) const;

    std::vector<DicomTag> m_tags;
    std::unique_ptr<Node> m_root;
    bool m_privacy = false;
};

/// Names, dates, identifiers, institutions, private and free text: what PS3.15's basic profile would remove.
bool mayIdentify(const DicomTag& tag);

} // namespace fedefm
