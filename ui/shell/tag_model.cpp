// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/tag_model.h"

#include <array>
#include <string_view>

namespace fedefm {

struct TagModel::Node
{
    const DicomTag* tag = nullptr;
    const Node* parent = nullptr;
    int row = 0;
    std::vector<std::unique_ptr<Node>> children;

    static std::unique_ptr<Node> make(const DicomTag* tag, const std::vector<DicomTag>& children,
                                      const Node* parent, int row)
    {
        auto node = std::make_unique<Node>();
        node->tag = tag;
        node->parent = parent;
        node->row = row;
        node->children.reserve(children.size());
        for (const DicomTag& child : children)
            node->children.push_back(
                make(&child, child.children, node.get(), static_cast<int>(node->children.size())));
        return node;
    }
};

TagModel::TagModel(QObject* parent) : QAbstractItemModel(parent)
{
    setTags({});
}

TagModel::~TagModel() = default;

void TagModel::setTags(std::vector<DicomTag> tags)
{
    beginResetModel();
    m_root.reset();
    m_tags = std::move(tags);
    m_root = Node::make(nullptr, m_tags, nullptr, 0);
    endResetModel();
}

void TagModel::setPrivacy(bool privacy)
{
    if (m_privacy == privacy)
        return;
    beginResetModel();
    m_privacy = privacy;
    endResetModel();
}

const TagModel::Node* TagModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<const Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex TagModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex TagModel::parent(const QModelIndex& child) const
{
    if (!child.isValid())
        return {};
    const Node* parent = nodeOf(child)->parent;
    return parent == m_root.get() ? QModelIndex() : createIndex(parent->row, 0, parent);
}

int TagModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int TagModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant TagModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const DicomTag& tag = *nodeOf(index)->tag;
    switch (index.column()) {
    case TagColumn:
        return QString::fromStdString(tag.tag);
    case NameColumn:
        return QString::fromStdString(tag.name);
    case VrColumn:
        return QString::fromStdString(tag.vr);
    case ValueColumn:
        return m_privacy && mayIdentify(tag) ? tr("hidden") : QString::fromStdString(tag.value);
    default:
        return {};
    }
}

QVariant TagModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TagColumn:
        return tr("Tag");
    case NameColumn:
        return tr("Name");
    case VrColumn:
        return tr("VR");
    default:
        return tr("Value");
    }
}

bool mayIdentify(const DicomTag& tag)
{
    static constexpr std::array<std::string_view, 8> representations{"PN", "DA", "TM", "DT",
                                                                     "LT", "ST", "UT", "AS"};
    static constexpr std::array<std::string_view, 14> attributes{
        "(0008,0050)", "(0008,0080)", "(0008,0092)", "(0008,0094)", "(0008,1010)",
        "(0008,1030)", "(0008,103e)", "(0008,1040)", "(0018,1000)", "(0018,1030)",
        "(0020,0010)", "(0032,1060)", "(0040,0254)", "(0040,1001)"};
    if (tag.value.empty())
        return false;
    for (const std::string_view vr : representations)
        if (tag.vr == vr)
            return true;
    std::string lower = tag.tag;
    for (char& c : lower)
        c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::string_view known : attributes)
        if (lower == known)
            return true;
    if (lower.size() < 5 || lower.front() != '(')
        return false;
    const bool isPatientGroup = lower.compare(1, 4, "0010") == 0 || lower.compare(1, 4, "0038") == 0;
    const bool isPrivate = std::string_view("13579bdf").find(lower[4]) != std::string_view::npos;
    return isPatientGroup || isPrivate;
}

} // namespace fedefm
