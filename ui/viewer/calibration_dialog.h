// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QDialog>
#include <QPointer>

class QComboBox;
class QDialogButtonBox;
class QDoubleSpinBox;
class QLabel;

namespace fedefm {

/// Asks what a drawn line is in reality, in millimetres or as a catheter's size in French, and calibrates the
/// document. Not modal. Without a line the measured width is typed in.
class CalibrationDialog : public QDialog
{
    Q_OBJECT
public:
    enum class Unit { Millimetre, French };

    explicit CalibrationDialog(SeriesDocument* document, QWidget* parent = nullptr);

    void setLine(QPointF from, QPointF to); ///< image pixels
    void setMeasuredWidth(double widthPx);  ///< across a catheter
    void setTrueSize(double value, Unit unit);
    /// What accept() would set; empty while the input makes no sense.
    std::optional<PixelSpacing> calibration() const;

    /// Opens a dialog that deletes itself; for ImageView::calibrationLineDrawn.
    static CalibrationDialog* openForLine(SeriesDocument* document, QPointF from, QPointF to,
                                          QWidget* parent);
    static CalibrationDialog* openForCatheter(SeriesDocument* document, double widthPx, QWidget* parent);

public Q_SLOTS:
    void accept() override;

private:
    void refresh();
    double aspect() const;

    QPointer<SeriesDocument> m_document;
    std::optional<QPointF> m_vector; ///< of the drawn line
    QLabel* m_explanation = nullptr;
    QDoubleSpinBox* m_measured = nullptr;
    QDoubleSpinBox* m_size = nullptr;
    QComboBox* m_unit = nullptr;
    QLabel* m_outcome = nullptr;
    QDialogButtonBox* m_buttons = nullptr;
};

} // namespace fedefm
