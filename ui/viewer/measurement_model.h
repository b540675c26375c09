// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QAbstractTableModel>
#include <QPointer>

namespace fedefm {

/// Table of a document's measurements: kind, frame (1-based), value with the kind of millimetre.
class MeasurementModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { KindColumn, FrameColumn, ValueColumn, ColumnCount };

    explicit MeasurementModel(QObject* parent = nullptr);
    void setDocument(SeriesDocument* document);
    int idAt(int row) const;    ///< 0 outside
    int frameAt(int row) const; ///< -1 outside
    void reload();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QPointer<SeriesDocument> m_document;
};

/// "Ruler", "Angle", translated.
QString measurementKindName(MeasurementKind kind);

} // namespace fedefm
