// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/measurements_panel.h"

#include "ui/common/counted.h"
#include "ui/viewer/calibration_dialog.h"
#include "ui/viewer/measurement_model.h"
#include "ui/viewer/panel_parts.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kTypicalCatheterPx = 8.0;

/// The catheter's apparent width where a segmentation has it, so that the user only confirms.
double catheterWidthPx(const SeriesDocument& document)
{
    if (const SegmentationPtr result = document.result(document.shownFrame()))
        for (const WireCurve& curve : result->curves)
            if (curve.wireClass == WireClass::Catheter && curve.widthPx > 0.0)
                return curve.widthPx;
    return kTypicalCatheterPx;
}

QPushButton* pushButton(const QString& text, const QString& toolTip, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setToolTip(toolTip);
    button->setAccessibleName(text);
    return button;
}

} // namespace

QString spacingText(const PixelSpacing& spacing)
{
    if (!spacing.isKnown())
        return MeasurementsPanel::tr("No spacing in the file: lengths are in pixels");
    const auto number = [](double mm) { return QLocale::c().toString(mm, 'f', 3); };
    const bool square = std::abs(spacing.rowMm - spacing.columnMm) < 5e-4;
    const QString unit = QString::fromLatin1(unitText(spacing.kind));
    return square ? MeasurementsPanel::tr("%1 %2 per pixel").arg(number(spacing.columnMm), unit)
                  : MeasurementsPanel::tr("%1 × %2 %3 per pixel (rows × columns)")
                        .arg(number(spacing.rowMm), number(spacing.columnMm), unit);
}

MeasurementsPanel::MeasurementsPanel(QWidget* parent) : QWidget(parent)
{
    auto* layout = scrolledColumn(this);
    layout->addWidget(buildTable(), 1);
    layout->addWidget(buildSpacing());
    setDocument(nullptr);
}

QWidget* MeasurementsPanel::buildTable()
{
    auto* widget = new QWidget(this);
    m_model = new MeasurementModel(this);
    m_table = new QTableView(widget);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Measurements"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(26);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setMinimumHeight(120);
    m_empty = emptyState(tr("Nothing measured yet. Choose the ruler or the angle and draw on the picture."),
                         widget);

    m_goTo = pushButton(tr("Go to frame"), tr("Show the frame of the selected measurement (double click)"),
                        widget);
    m_remove =
        pushButton(tr("Delete"), withShortcut(tr("Delete the selected measurements"), "Delete"), widget);
    m_copy = pushButton(tr("Copy CSV"), tr("Copy all measurements as comma-separated text"), widget);
    auto* erase = new QAction(tr("Delete"), m_table);
    erase->setShortcut(QKeySequence::Delete);
    erase->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(erase);

    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_goTo);
    buttons->addWidget(m_remove);
    buttons->addWidget(m_copy);
    layout->addLayout(buttons);

    connect(erase, &QAction::triggered, this, &MeasurementsPanel::removeSelected);
    connect(m_remove, &QPushButton::clicked, this, &MeasurementsPanel::removeSelected);
    connect(m_goTo, &QPushButton::clicked, this, &MeasurementsPanel::goToSelected);
    connect(m_table, &QTableView::doubleClicked, this, &MeasurementsPanel::goToSelected);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        if (m_document)
            QApplication::clipboard()->setText(csvOf(*m_document));
    });
    const auto refreshButtons = [this] {
        const bool any = m_table->selectionModel()->hasSelection();
        m_remove->setEnabled(any);
        m_goTo->setEnabled(any);
    };
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, refreshButtons);
    connect(m_model, &QAbstractItemModel::modelReset, this, refreshButtons);
    return widget;
}

QWidget* MeasurementsPanel::buildSpacing()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Spacing"), column, this);
    m_spacing = readOut(tr("Pixel spacing"), widget);
    m_byLine = pushButton(tr("By a line…"), tr("Draw a line of known length on the picture"), widget);
    m_byCatheter = pushButton(tr("By catheter…"), tr("Use a catheter's size in French"), widget);
    m_reset = pushButton(tr("Back to the file's"), tr("Forget the calibration"), widget);
    auto* buttons = new QGridLayout;
    buttons->addWidget(m_byLine, 0, 0);
    buttons->addWidget(m_byCatheter, 0, 1);
    buttons->addWidget(m_reset, 1, 0, 1, 2);
    column->addWidget(m_spacing);
    column->addLayout(buttons);

    connect(m_byLine, &QPushButton::clicked, this, &MeasurementsPanel::calibrateByLineWanted);
    connect(m_byCatheter, &QPushButton::clicked, this, &MeasurementsPanel::calibrateByCatheter);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (m_document)
            m_document->calibrate(std::nullopt);
    });
    return widget;
}

void MeasurementsPanel::setDocument(SeriesDocument* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    if (m_document) {
        connect(m_document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
            if (what & SeriesDocument::Measurements)
                refresh();
        });
        connect(m_document, &QObject::destroyed, this, [this] { setDocument(nullptr); });
    }
    m_model->setDocument(document);
    refresh();
}

void MeasurementsPanel::refresh()
{
    m_model->reload();
    const bool any = m_model->rowCount() > 0;
    m_table->setVisible(any);
    m_empty->setVisible(!any);
    m_copy->setEnabled(any);
    m_byLine->setEnabled(m_document);
    m_byCatheter->setEnabled(m_document);
    m_reset->setEnabled(m_document && m_document->isUserCalibrated());
    m_spacing->setText(m_document ? spacingText(m_document->spacing()) : tr("No sequence is open"));
}

void MeasurementsPanel::removeSelected()
{
    if (!m_document)
        return;
    QList<int> ids;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        ids.append(m_model->idAt(index.row()));
    if (ids.isEmpty())
        return;
    QUndoStack* undo = m_document->undoStack();
    undo->beginMacro(tr("delete %1").arg(counted(ids.size(), tr("measurement"), tr("measurements"))));
    for (const int id : ids)
        m_document->removeMeasurement(id);
    undo->endMacro();
}

void MeasurementsPanel::goToSelected()
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (m_document && !rows.isEmpty())
        m_document->setCurrentFrame(m_model->frameAt(rows.first().row()));
}

void MeasurementsPanel::calibrateByCatheter()
{
    if (m_document)
        CalibrationDialog::openForCatheter(m_document, catheterWidthPx(*m_document), window());
}

QString MeasurementsPanel::csvOf(const SeriesDocument& document)
{
    QString csv = QStringLiteral("kind,frame,value,unit\n");
    for (const Measurement& measurement : document.measurements()) {
        if (!measurement.isComplete())
            continue;
        const bool ruler = measurement.kind == MeasurementKind::Ruler;
        const double value = measuredValue(measurement, document.spacing());
        csv +=
            QStringLiteral("%1,%2,%3,%4\n")
                .arg(ruler ? QStringLiteral("ruler") : QStringLiteral("angle"))
                .arg(measurement.frame + 1)
                .arg(QLocale::c().toString(value, 'f', 3),
                     ruler ? QString::fromLatin1(unitText(document.spacing().kind)) : QStringLiteral("deg"));
    }
    return csv;
}

} // namespace fedefm
