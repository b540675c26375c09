// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/calibration_dialog.h"

#include "ui/viewer/panel_parts.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include <cmath>

namespace fedefm {

CalibrationDialog::CalibrationDialog(SeriesDocument* document, QWidget* parent)
    : QDialog(parent), m_document(document)
{
    setWindowTitle(tr("Calibrate"));
    m_explanation = new QLabel(this);
    m_explanation->setWordWrap(true);

    m_measured = new QDoubleSpinBox(this);
    m_measured->setRange(0.1, 100000.0);
    m_measured->setDecimals(1);
    m_measured->setValue(10.0);
    m_measured->setSuffix(tr(" px"));
    m_measured->setAccessibleName(tr("Measured length in pixels"));
    m_size = new QDoubleSpinBox(this);
    m_size->setRange(0.01, 10000.0);
    m_size->setDecimals(2);
    m_size->setValue(10.0);
    m_size->setAccessibleName(tr("True size"));
    m_unit = new QComboBox(this);
    m_unit->addItem(tr("mm"), static_cast<int>(Unit::Millimetre));
    m_unit->addItem(tr("French (catheter)"), static_cast<int>(Unit::French));
    m_unit->setAccessibleName(tr("Unit of the true size"));
    m_unit->setToolTip(tr("1 French is a third of a millimetre of outer diameter"));
    m_outcome = readOut(tr("Resulting spacing"), this);

    auto* size = new QWidget(this);
    size->setFocusProxy(m_size);
    auto* sizeRow = new QHBoxLayout(size);
    sizeRow->setContentsMargins(0, 0, 0, 0);
    sizeRow->addWidget(m_size, 1);
    sizeRow->addWidget(m_unit);
    auto* form = new QFormLayout;
    form->addRow(tr("&Measured"), m_measured);
    form->addRow(tr("True &size"), size);
    form->addRow(tr("Spacing"), m_outcome);
    m_buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("Calibrate"));

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_explanation);
    layout->addLayout(form);
    layout->addWidget(m_buttons);
    setMinimumWidth(360);

    connect(m_buttons, &QDialogButtonBox::accepted, this, &CalibrationDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &CalibrationDialog::reject);
    connect(m_measured, &QDoubleSpinBox::valueChanged, this, &CalibrationDialog::refresh);
    connect(m_size, &QDoubleSpinBox::valueChanged, this, &CalibrationDialog::refresh);
    connect(m_unit, &QComboBox::currentIndexChanged, this, &CalibrationDialog::refresh);
    if (m_document)
        connect(m_document, &QObject::destroyed, this, &CalibrationDialog::reject);
    refresh();
}

double CalibrationDialog::aspect() const
{
    // Without spacing the file may still know the shape of its pixels.
    const PixelSpacing spacing = m_document ? m_document->info().spacing : PixelSpacing{};
    return spacing.rowMm > 0.0 && spacing.columnMm > 0.0 ? spacing.rowMm / spacing.columnMm : 1.0;
}

void CalibrationDialog::setLine(QPointF from, QPointF to)
{
    m_vector = to - from;
    m_measured->setValue(std::hypot(m_vector->x(), m_vector->y() * aspect()));
    m_measured->setEnabled(false);
    refresh();
    m_size->setFocus();
    m_size->selectAll();
}

void CalibrationDialog::setMeasuredWidth(double widthPx)
{
    m_vector.reset();
    m_measured->setEnabled(true);
    m_measured->setValue(widthPx);
    refresh();
}

void CalibrationDialog::setTrueSize(double value, Unit unit)
{
    m_size->setValue(value);
    m_unit->setCurrentIndex(m_unit->findData(static_cast<int>(unit)));
}

std::optional<PixelSpacing> CalibrationDialog::calibration() const
{
    const bool french = m_unit->currentData().toInt() == static_cast<int>(Unit::French);
    const double lengthMm = m_size->value() * (french ? kMmPerFrench : 1.0);
    if (m_vector)
        return calibrateByLine(m_vector->x(), m_vector->y(), lengthMm, aspect());
    return calibrateByLine(m_measured->value(), 0.0, lengthMm, aspect());
}

void CalibrationDialog::refresh()
{
    m_explanation->setText(
        m_vector ? tr("How long is the line that you drew? For a line straight across a catheter, "
                      "choose French and give its size.")
                 : tr("Give the width at which the catheter appears and its size."));
    const auto spacing = calibration();
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(spacing.has_value());
    m_outcome->setText(
        spacing ? tr("%1 mm per pixel (calibrated)").arg(QLocale::c().toString(spacing->columnMm, 'f', 4))
                : tr("too short: draw a line of at least one pixel"));
}

void CalibrationDialog::accept()
{
    const auto spacing = calibration();
    if (!spacing || !m_document)
        return;
    m_document->calibrate(*spacing);
    QDialog::accept();
}

CalibrationDialog* CalibrationDialog::openForLine(SeriesDocument* document, QPointF from, QPointF to,
                                                  QWidget* parent)
{
    auto* dialog = new CalibrationDialog(document, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setLine(from, to);
    dialog->show();
    return dialog;
}

CalibrationDialog* CalibrationDialog::openForCatheter(SeriesDocument* document, double widthPx,
                                                      QWidget* parent)
{
    auto* dialog = new CalibrationDialog(document, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setMeasuredWidth(widthPx);
    dialog->setTrueSize(6.0, Unit::French);
    dialog->show();
    return dialog;
}

} // namespace fedefm
