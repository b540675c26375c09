// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_bar.h"

#include "ui/common/counted.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

namespace fedefm {

namespace {
constexpr int kSliderWidthPx = 120;
constexpr int kNarrowSliderWidthPx = 72; ///< sessions have less room beside the topology
} // namespace

CurveBar::CurveBar(Counts counts, QWidget* parent)
    : QWidget(parent), m_counts(counts), m_axis(new QComboBox(this)),
      m_logX(new QCheckBox(tr("log x"), this)), m_logY(new QCheckBox(tr("log y"), this)),
      m_smoothing(new QSlider(Qt::Horizontal, this)), m_span(new QLabel(this)),
      m_export(iconButton(QStringLiteral("export"), tr("Export curves"), tr("Export the curves"), this))
{
    const bool isWide = counts == Counts::Steps;
    addAxes();
    m_logX->setAccessibleName(tr("Logarithmic x"));
    m_logY->setAccessibleName(tr("Logarithmic y"));
    m_smoothing->setRange(0, kSmoothingMax);
    m_smoothing->setPageStep(10);
    m_smoothing->setFixedWidth(isWide ? kSliderWidthPx : kNarrowSliderWidthPx);
    m_smoothing->setMinimumHeight(24);
    m_smoothing->setAccessibleName(tr("Smoothing"));
    m_smoothing->setToolTip(isWide ? tr("Mean weighted by distance in steps; the raw values stay faint "
                                        "behind it")
                                   : tr("Smoothing: mean weighted by distance in rounds; the raw values "
                                        "stay faint behind it"));
    m_span->setMinimumWidth(72);
    makeSecondary(m_span);
    QToolButton* whole =
        iconButton(QStringLiteral("fit"), tr("Show whole curves"), tr("Show whole curves (Home)"), this);
    addExport(isWide ? tr("Values of the chosen runs (CSV)…") : tr("Values of the session (CSV)…"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 4, 2);
    row->addWidget(m_axis);
    row->addWidget(m_logX);
    row->addWidget(m_logY);
    if (isWide) {
        row->addSpacing(8);
        row->addWidget(new QLabel(tr("Smoothing"), this));
    }
    row->addWidget(m_smoothing);
    row->addWidget(m_span);
    row->addStretch();
    row->addWidget(whole);
    row->addWidget(m_export);
    connect(m_axis, &QComboBox::activated, this, &CurveBar::choose);
    connect(m_logX, &QCheckBox::clicked, this, &CurveBar::choose);
    connect(m_logY, &QCheckBox::clicked, this, &CurveBar::choose);
    connect(m_smoothing, &QSlider::valueChanged, this, &CurveBar::choose);
    connect(whole, &QToolButton::clicked, this, &CurveBar::wholeWanted);
    setView({});
}

void CurveBar::addAxes()
{
    const auto add = [this](const QString& text, XAxis axis) {
        m_axis->addItem(text, static_cast<int>(axis));
    };
    if (m_counts == Counts::Steps) {
        add(tr("Step"), XAxis::Step);
        add(tr("Epoch"), XAxis::Epoch);
    } else
        add(tr("Round"), XAxis::Step);
    add(tr("Wall time"), XAxis::WallMinutes);
    m_axis->setAccessibleName(tr("Axis along the curves"));
    m_axis->setToolTip(tr("What the curves are drawn over"));
}

void CurveBar::addExport(const QString& valuesText)
{
    m_export->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_export);
    for (const auto& [kind, text] :
         {std::pair{"csv", valuesText}, std::pair{"png", tr("Plots as a picture (PNG)…")},
          std::pair{"pdf", tr("Plots as a page (PDF)…")}})
        menu->addAction(text, this, [this, name = QString::fromLatin1(kind)] { Q_EMIT exportWanted(name); });
    m_export->setMenu(menu);
}

void CurveBar::choose()
{
    CurveView view;
    view.axis = static_cast<XAxis>(m_axis->currentData().toInt());
    view.logX = m_logX->isChecked();
    view.logY = m_logY->isChecked();
    view.smoothing = m_smoothing->value();
    Q_EMIT viewChosen(view);
}

void CurveBar::setView(const CurveView& view)
{
    m_axis->setCurrentIndex(m_axis->findData(static_cast<int>(view.axis)));
    m_logX->setChecked(view.logX);
    m_logY->setChecked(view.logY);
    const QSignalBlocker blocker(m_smoothing);
    m_smoothing->setValue(view.smoothing);
    const int span = qRound(smoothingSpan(view.smoothing));
    if (view.smoothing == 0)
        m_span->setText(tr("off"));
    else
        m_span->setText(m_counts == Counts::Steps ? counted(span, tr("step"), tr("steps"))
                                                  : counted(span, tr("round"), tr("rounds")));
}

void CurveBar::setExportEnabled(bool enabled)
{
    m_export->setEnabled(enabled);
}

} // namespace fedefm
