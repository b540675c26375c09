// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/measurement_model.h"

namespace fedefm {

QString measurementKindName(MeasurementKind kind)
{
    return kind == MeasurementKind::Ruler ? MeasurementModel::tr("Ruler") : MeasurementModel::tr("Angle");
}

MeasurementModel::MeasurementModel(QObject* parent) : QAbstractTableModel(parent) {}

void MeasurementModel::setDocument(SeriesDocument* document)
{
    beginResetModel();
    m_document = document;
    endResetModel();
}

void MeasurementModel::reload()
{
    beginResetModel();
    endResetModel();
}

int MeasurementModel::idAt(int row) const
{
    return m_document && row >= 0 && row < rowCount()
               ? m_document->measurements()[static_cast<std::size_t>(row)].id
               : 0;
}

int MeasurementModel::frameAt(int row) const
{
    return m_document && row >= 0 && row < rowCount()
               ? m_document->measurements()[static_cast<std::size_t>(row)].frame
               : -1;
}

int MeasurementModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_document ? 0 : static_cast<int>(m_document->measurements().size());
}

int MeasurementModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MeasurementModel::data(const QModelIndex& index, int role) const
{
    if (!m_document || index.row() < 0 || index.row() >= rowCount())
        return {};
    const Measurement& measurement = m_document->measurements()[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole && index.column() == FrameColumn)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case KindColumn:
        return measurementKindName(measurement.kind);
    case FrameColumn:
        return measurement.frame + 1;
    case ValueColumn:
        return measurementText(measurement, m_document->spacing());
    default:
        return {};
    }
}

QVariant MeasurementModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case KindColumn:
        return tr("Kind");
    case FrameColumn:
        return tr("Frame");
    case ValueColumn:
        return tr("Value");
    default:
        return {};
    }
}

} // namespace fedefm
