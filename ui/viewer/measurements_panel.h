// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QPointer>
#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace fedefm {

class MeasurementModel;

/// The measurements of the active sequence and the spacing they rest on.
class MeasurementsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit MeasurementsPanel(QWidget* parent = nullptr);

    void setDocument(SeriesDocument* document); ///< may be null
    /// "kind,frame,value,unit" lines, decimal point, frames 1-based; no identity.
    static QString csvOf(const SeriesDocument& document);

Q_SIGNALS:
    void calibrateByLineWanted(); ///< the shell chooses the calibration tool

private:
    QWidget* buildTable();
    QWidget* buildSpacing();
    void refresh();
    void removeSelected();
    void goToSelected();
    void calibrateByCatheter();

    QPointer<SeriesDocument> m_document;
    MeasurementModel* m_model = nullptr;
    QTableView* m_table = nullptr;
    QLabel* m_empty = nullptr;
    QLabel* m_spacing = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_goTo = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_byLine = nullptr;
    QPushButton* m_byCatheter = nullptr;
    QPushButton* m_reset = nullptr;
};

/// "0.31 × 0.31 mm per pixel (detector)" or why there is none.
QString spacingText(const PixelSpacing& spacing);

} // namespace fedefm
