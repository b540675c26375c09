// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/cine_bar.h"

#include "ui/common/theme.h"
#include "ui/viewer/cine_controller.h"
#include "ui/viewer/elided_label.h"
#include "ui/viewer/frame_axis.h"
#include "ui/viewer/frame_slider.h"
#include "ui/viewer/panel_parts.h"

#include <QActionGroup>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kSpeeds[] = {0.25, 0.5, 1.0, 2.0, 4.0};
constexpr double kFastestFps = 240.0;

QString rateText(double fps)
{
    return QLocale::c().toString(fps, 'f', 1);
}

QString loopIcon(LoopMode mode)
{
    return mode == LoopMode::Sweep  ? QStringLiteral("sweep")
           : mode == LoopMode::Once ? QStringLiteral("once")
                                    : QStringLiteral("loop");
}

QString loopName(LoopMode mode)
{
    return mode == LoopMode::Sweep  ? CineBar::tr("Sweep: turn round")
           : mode == LoopMode::Once ? CineBar::tr("Once: stop")
                                    : CineBar::tr("Loop: start again");
}

/// A label that keeps the width of its widest text, so that nothing jumps while playing.
QLabel* fixedLabel(const QString& widest, const QString& accessibleName, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setAccessibleName(accessibleName);
    label->setMinimumWidth(label->fontMetrics().horizontalAdvance(widest) + 8);
    return label;
}

} // namespace

CineBar::CineBar(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Cine controls"));
    m_slider = new FrameSlider(this);
    m_slider->setAccessibleName(tr("Frame"));
    m_slider->setAccessibleDescription(tr("Arrows move one frame; [ and ] set the in and out point"));
    m_frameLabel = fixedLabel({}, tr("Frame number"), this);
    m_frameLabel->setFixedWidth(axisGutter(fontMetrics()));
    m_frameLabel->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    buildTransport();
    buildModes();
    buildRate();
    arrange();
    connectWidgets();
    setController(nullptr);
}

void CineBar::buildTransport()
{
    m_first =
        iconButton("first", tr("First frame"), withShortcut(tr("First frame of the range"), "Home"), this);
    m_back = iconButton("step-back", tr("Step back"), withShortcut(tr("One frame back"), "Left"), this);
    m_play = iconButton("play", tr("Play"), withShortcut(tr("Play"), "C"), this);
    m_forward =
        iconButton("step-forward", tr("Step forward"), withShortcut(tr("One frame on"), "Right"), this);
    m_last = iconButton("last", tr("Last frame"), withShortcut(tr("Last frame of the range"), "End"), this);
}

void CineBar::buildModes()
{
    m_speed = new QComboBox(this);
    for (const double speed : kSpeeds)
        m_speed->addItem(QStringLiteral("×%1").arg(speed), speed);
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("Speed of play relative to the frame rate"));

    m_loop = iconButton("loop", tr("At the end"), {}, this);
    m_loop->setPopupMode(QToolButton::InstantPopup);
    auto* modes = new QMenu(m_loop);
    auto* group = new QActionGroup(modes);
    for (const LoopMode mode : {LoopMode::Loop, LoopMode::Sweep, LoopMode::Once}) {
        QAction* action = modes->addAction(themedIcon(loopIcon(mode)), loopName(mode));
        action->setCheckable(true);
        action->setData(static_cast<int>(mode));
        group->addAction(action);
    }
    m_loop->setMenu(modes);

    m_reverse = iconButton("reverse", tr("Play backwards"), tr("Play backwards"), this);
    m_reverse->setCheckable(true);

    m_range = iconButton("range", tr("In and out point"), tr("Play only a part of the clip"), this);
    m_range->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_range);
    menu->addAction(tr("In point here"), this, [this] {
        m_slider->playRangeWanted(m_slider->value(), std::max(m_slider->value(), m_slider->playLast()));
    });
    menu->addAction(tr("Out point here"), this, [this] {
        m_slider->playRangeWanted(std::min(m_slider->playFirst(), m_slider->value()), m_slider->value());
    });
    menu->addAction(tr("Whole clip"), this, [this] { m_slider->playRangeWanted(0, m_slider->maximum()); });
    m_range->setMenu(menu);
}

void CineBar::buildRate()
{
    m_rate = new QDoubleSpinBox(this);
    m_rate->setRange(0.1, kFastestFps);
    m_rate->setDecimals(1);
    m_rate->setSuffix(tr(" fps"));
    m_rate->setKeyboardTracking(false);
    m_rate->setAccessibleName(tr("Frame rate"));
    m_rate->setToolTip(tr("Frame rate in use; type another one to play at it"));
    m_source = new ElidedLabel(this);
    m_source->setAccessibleName(tr("Source of the frame rate"));
    makeSecondary(m_source);
    m_fileRate =
        iconButton("reset", tr("Rate of the file"), tr("Back to the rate that the file gives"), this);
    m_realRate = fixedLabel(tr("real 000.0 fps"), tr("Rate really shown"), this);
    m_realRate->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
}

void CineBar::arrange()
{
    auto* upper = new QHBoxLayout;
    upper->setSpacing(0); // the strip below relies on the widths
    upper->addWidget(m_slider, 1);
    upper->addWidget(m_frameLabel);

    auto* lower = new QHBoxLayout;
    lower->setSpacing(2);
    for (QWidget* widget : {m_first, m_back, m_play, m_forward, m_last})
        lower->addWidget(widget);
    lower->addSpacing(8);
    lower->addWidget(m_speed);
    lower->addWidget(m_loop);
    lower->addWidget(m_reverse);
    lower->addWidget(m_range);
    lower->addStretch();
    lower->addWidget(m_realRate);
    lower->addSpacing(8);
    lower->addWidget(m_rate);
    lower->addWidget(m_source);
    lower->addWidget(m_fileRate);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kAxisOuterMargin, 4, kAxisOuterMargin, 4);
    layout->setSpacing(2);
    layout->addLayout(upper);
    layout->addLayout(lower);
}

void CineBar::connectWidgets()
{
    const auto withController = [this](auto action) {
        return [this, action](auto... arguments) {
            if (m_controller && !m_refreshing)
                action(*m_controller, arguments...);
        };
    };
    connect(m_first, &QToolButton::clicked, this,
            withController([](CineController& c, bool) { c.goTo(c.first()); }));
    connect(m_back, &QToolButton::clicked, this, withController([](CineController& c, bool) { c.step(-1); }));
    connect(m_play, &QToolButton::clicked, this,
            withController([](CineController& c, bool) { c.togglePlay(); }));
    connect(m_forward, &QToolButton::clicked, this,
            withController([](CineController& c, bool) { c.step(1); }));
    connect(m_last, &QToolButton::clicked, this,
            withController([](CineController& c, bool) { c.goTo(c.last()); }));
    connect(m_reverse, &QToolButton::toggled, this,
            withController([](CineController& c, bool on) { c.setReverse(on); }));
    connect(m_speed, &QComboBox::activated, this,
            withController([](CineController& c, int index) { c.setSpeed(kSpeeds[index]); }));
    connect(m_loop->menu(), &QMenu::triggered, this, withController([](CineController& c, QAction* action) {
                c.setLoopMode(static_cast<LoopMode>(action->data().toInt()));
            }));
    connect(m_slider, &FrameSlider::frameWanted, this,
            withController([](CineController& c, int frame) { c.goTo(frame); }));
    connect(m_slider, &FrameSlider::playRangeWanted, this,
            withController([](CineController& c, int first, int last) { c.setRange(first, last); }));
    connect(m_rate, &QDoubleSpinBox::valueChanged, this,
            withController([](CineController& c, double fps) { c.setUserRate(fps); }));
    connect(m_fileRate, &QToolButton::clicked, this,
            withController([](CineController& c, bool) { c.setUserRate(0.0); }));
}

void CineBar::setController(CineController* controller)
{
    if (m_controller) {
        m_controller->disconnect(this);
        if (m_controller->document())
            m_controller->document()->disconnect(this);
    }
    m_controller = controller;
    if (m_controller) {
        connect(m_controller, &CineController::stateChanged, this, &CineBar::refresh);
        connect(m_controller, &CineController::rateMeasured, this, &CineBar::refreshRealRate);
        connect(m_controller, &QObject::destroyed, this, [this] { setController(nullptr); });
        if (SeriesDocument* document = m_controller->document())
            connect(document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
                if (what & SeriesDocument::FrameIndex)
                    refreshFrame();
            });
        m_slider->setFrameCount(m_controller->document() ? m_controller->document()->frameCount() : 0);
    }
    refresh();
}

void CineBar::refresh()
{
    m_refreshing = true;
    const bool usable = m_controller && m_controller->document();
    const bool isClip = usable && m_controller->document()->frameCount() > 1;
    setEnabled(isClip);
    const bool playing = isClip && m_controller->isPlaying();
    m_play->setIcon(themedIcon(playing ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setAccessibleName(playing ? tr("Pause") : tr("Play"));
    m_play->setToolTip(withShortcut(playing ? tr("Pause") : tr("Play"), "C"));
    if (usable) {
        for (int i = 0; i < m_speed->count(); ++i)
            if (std::abs(kSpeeds[i] - m_controller->speed()) < 1e-6)
                m_speed->setCurrentIndex(i);
        const LoopMode mode = m_controller->loopMode();
        m_loop->setIcon(themedIcon(loopIcon(mode)));
        m_loop->setToolTip(tr("At the end of the range: %1").arg(loopName(mode)));
        m_loop->setAccessibleDescription(loopName(mode));
        for (QAction* action : m_loop->menu()->actions())
            action->setChecked(action->data().toInt() == static_cast<int>(mode));
        m_reverse->setChecked(m_controller->isReverse());
        m_slider->setPlayRange(m_controller->first(), m_controller->last());
    } else {
        m_slider->setFrameCount(0);
        m_speed->setCurrentIndex(m_speed->findData(1.0));
    }
    refreshFrame();
    refreshRate();
    refreshRealRate(playing ? m_controller->realFps() : 0.0);
    m_refreshing = false;
}

void CineBar::refreshFrame()
{
    SeriesDocument* document = m_controller ? m_controller->document() : nullptr;
    if (!document || document->frameCount() == 0) {
        m_frameLabel->setText(QStringLiteral("– / –"));
        m_slider->setValue(0);
        return;
    }
    m_slider->setValue(document->currentFrame());
    m_frameLabel->setText(
        QStringLiteral("%1 / %2").arg(document->currentFrame() + 1).arg(document->frameCount()));
}

void CineBar::refreshRate()
{
    const QSignalBlocker blocker(m_rate);
    if (!m_controller) {
        m_source->clear();
        m_fileRate->setVisible(false);
        return;
    }
    const CineTiming& timing = m_controller->timing();
    const bool isUsers = timing.source == RateSource::User;
    m_rate->setValue(timing.fps);
    const QString source = isUsers ? tr("set by you") : QString::fromLatin1(rateSourceName(timing.source));
    m_source->setText(source);
    m_source->setToolTip(tr("%1 fps – %2").arg(rateText(timing.fps), source));
    m_fileRate->setVisible(isUsers);
}

void CineBar::refreshRealRate(double fps)
{
    const bool shown = m_controller && m_controller->isPlaying() && fps > 0.0;
    const bool off = shown && m_controller->isOffRate();
    QPalette colour = palette();
    if (off)
        colour.setColor(QPalette::WindowText, colors::error);
    m_realRate->setPalette(colour);
    m_realRate->setText(shown ? tr("real %1 fps").arg(rateText(fps)) : QString());
    m_realRate->setToolTip(
        off ? tr("More than 5 % off the wanted rate of %1 fps").arg(rateText(m_controller->nominalFps()))
            : tr("Rate at which frames reached the screen over the last second"));
}

void CineBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_frameLabel)
        m_frameLabel->setFixedWidth(axisGutter(fontMetrics()));
    if (event->type() == QEvent::PaletteChange && m_realRate)
        refreshRealRate(m_controller && m_controller->isPlaying() ? m_controller->realFps() : 0.0);
}

} // namespace fedefm
