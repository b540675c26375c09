// SPDX-License-Identifier: GPL-3.0-or-later
#include "panel_sequence.h"
#include "ui/common/theme.h"
#include "ui/viewer/cine_bar.h"
#include "ui/viewer/cine_controller.h"
#include "ui/viewer/frame_slider.h"

#include <QAccessible>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace fedefm;
using fedefm::test::PanelSequence;

class TestCineBar : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<SeriesDocument> m_document;
    std::shared_ptr<ManualClock> m_clock;
    std::unique_ptr<CineController> m_cine;
    std::unique_ptr<CineBar> m_bar;

    template <typename Widget> Widget* named(const QString& accessibleName) const
    {
        for (auto* widget : m_bar->findChildren<Widget*>())
            if (widget->accessibleName() == accessibleName)
                return widget;
        return nullptr;
    }
    FrameSlider* slider() const { return m_bar->findChild<FrameSlider*>(); }

private Q_SLOTS:
    void initTestCase()
    {
        Q_INIT_RESOURCE(studio); // icons live in a static library
    }
    void init()
    {
        m_document = std::make_unique<SeriesDocument>(std::make_shared<PanelSequence>(21), 1 << 24);
        m_clock = std::make_shared<ManualClock>();
        m_cine = std::make_unique<CineController>(m_document.get(), m_clock);
        m_bar = std::make_unique<CineBar>();
        m_bar->resize(700, 70);
        m_bar->setController(m_cine.get());
        m_bar->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_bar.get()));
        QTRY_VERIFY(m_document->shownFrame() == 0);
    }
    void cleanup()
    {
        m_bar.reset();
        m_cine.reset();
        m_document.reset();
    }

    void showsTheRateInUseFromTheStart()
    {
        QCOMPARE(named<QDoubleSpinBox>("Frame rate")->value(), 15.0);
        QCOMPARE(named<QLabel>("Source of the frame rate")->text(), QString("Frame Time"));
        QCOMPARE(named<QLabel>("Frame number")->text(), QString("1 / 21"));
        QVERIFY(named<QLabel>("Rate really shown")->text().isEmpty());
    }

    void everyControlHasANameAndATarget()
    {
        QCOMPARE(test::namelessControls(*m_bar), QStringList());
        for (const QToolButton* button : m_bar->findChildren<QToolButton*>()) {
            QVERIFY2(button->minimumWidth() >= 24 && button->minimumHeight() >= 24,
                     qPrintable(button->accessibleName()));
            QVERIFY2(!button->icon().isNull(), qPrintable(button->accessibleName()));
        }
    }

    void userRateAndBack()
    {
        auto* rate = named<QDoubleSpinBox>("Frame rate");
        auto* back = named<QToolButton>("Rate of the file");
        QVERIFY(!back->isVisible());
        rate->setFocus();
        rate->selectAll();
        QTest::keyClicks(rate, "7.5");
        QTest::keyClick(rate, Qt::Key_Return);
        QCOMPARE(m_cine->timing().fps, 7.5);
        QCOMPARE(m_cine->timing().source, RateSource::User);
        QCOMPARE(named<QLabel>("Source of the frame rate")->text(), QString("set by you"));
        QVERIFY(back->isVisible());
        QTest::mouseClick(back, Qt::LeftButton);
        QCOMPARE(m_cine->timing().source, RateSource::FrameTime);
        QCOMPARE(rate->value(), 15.0);
    }

    void buttonsStepAndPlay()
    {
        QTest::mouseClick(named<QToolButton>("Step forward"), Qt::LeftButton);
        QCOMPARE(m_document->currentFrame(), 1);
        QCOMPARE(slider()->value(), 1);
        QTest::mouseClick(named<QToolButton>("Last frame"), Qt::LeftButton);
        QCOMPARE(m_document->currentFrame(), 20);
        QTest::mouseClick(named<QToolButton>("Step back"), Qt::LeftButton);
        QCOMPARE(named<QLabel>("Frame number")->text(), QString("20 / 21"));
        QTest::mouseClick(named<QToolButton>("First frame"), Qt::LeftButton);
        QCOMPARE(m_document->currentFrame(), 0);
        auto* play = named<QToolButton>("Play");
        QTest::mouseClick(play, Qt::LeftButton);
        QVERIFY(m_cine->isPlaying());
        QCOMPARE(play->accessibleName(), QString("Pause"));
        QTest::mouseClick(play, Qt::LeftButton);
        QVERIFY(!m_cine->isPlaying());
    }

    void modesReachThePlayer()
    {
        auto* speed = named<QComboBox>("Speed");
        QCOMPARE(speed->currentText(), QString("×1"));
        QTest::keyClick(speed, Qt::Key_Down);
        QCOMPARE(m_cine->speed(), 2.0);
        auto* loop = named<QToolButton>("At the end");
        loop->menu()->actions().at(1)->trigger();
        QCOMPARE(m_cine->loopMode(), LoopMode::Sweep);
        QTest::mouseClick(named<QToolButton>("Play backwards"), Qt::LeftButton);
        QVERIFY(m_cine->isReverse());
        m_cine->setLoopMode(LoopMode::Once);
        QVERIFY(loop->accessibleDescription().startsWith("Once"));
        QVERIFY(loop->menu()->actions().at(2)->isChecked());
    }

    void sliderSeeksAndItsHandlesSetTheRange()
    {
        FrameSlider* s = slider();
        const int middle = s->height() / 2 - 4;
        const int below = s->height() / 2 + 8;
        QTest::mouseClick(s, Qt::LeftButton, {}, {qRound(s->xOf(12)), middle});
        QCOMPARE(m_document->currentFrame(), 12);
        QTest::mousePress(s, Qt::LeftButton, {}, {qRound(s->xOf(0)), below});
        QTest::mouseMove(s, {qRound(s->xOf(5)), below});
        QTest::mouseRelease(s, Qt::LeftButton, {}, {qRound(s->xOf(5)), below});
        QCOMPARE(m_cine->first(), 5);
        QTest::mousePress(s, Qt::LeftButton, {}, {qRound(s->xOf(20)), below});
        QTest::mouseMove(s, {qRound(s->xOf(2)), below});
        QTest::mouseRelease(s, Qt::LeftButton, {}, {qRound(s->xOf(2)), below});
        QCOMPARE(m_cine->last(), 5); // the out point never crosses the in point
        s->setFocus();
        QTest::keyClick(s, Qt::Key_Backslash);
        QCOMPARE(m_cine->first(), 0);
        QCOMPARE(m_cine->last(), 20);
    }

    void sliderKeys()
    {
        FrameSlider* s = slider();
        s->setFocus();
        QTest::keyClick(s, Qt::Key_Right);
        QCOMPARE(m_document->currentFrame(), 1);
        QTest::keyClick(s, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(m_document->currentFrame(), 11);
        QTest::keyClick(s, Qt::Key_BracketLeft);
        QCOMPARE(m_cine->first(), 11);
        QTest::keyClick(s, Qt::Key_End);
        QCOMPARE(m_document->currentFrame(), 20);
    }

    void sliderSpeaks()
    {
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(slider());
        QVERIFY(spoken);
        QCOMPARE(spoken->role(), QAccessible::Slider);
        QVERIFY(spoken->valueInterface());
        m_cine->goTo(7);
        QCOMPARE(spoken->valueInterface()->currentValue().toInt(), 7);
    }

    void slowRateIsRed()
    {
        // The clock runs three frames for each one that is shown: 5 instead of 15 per second.
        connect(m_cine.get(), &CineController::frameShown, this, [this](int frame) {
            m_cine->notePainted(frame);
            m_clock->advance(200.0);
        });
        m_cine->setPlaying(true);
        QTRY_VERIFY(m_cine->realFps() > 0.0);
        auto* real = named<QLabel>("Rate really shown");
        QTRY_VERIFY(!real->text().isEmpty());
        QVERIFY(m_cine->isOffRate());
        QCOMPARE(real->palette().color(QPalette::WindowText), colors::error);
        m_cine->setPlaying(false);
        QVERIFY(real->text().isEmpty());
        QVERIFY(real->palette().color(QPalette::WindowText) != colors::error);
    }

    void withoutControllerNothingCanBePressed()
    {
        m_bar->setController(nullptr);
        QVERIFY(!m_bar->isEnabled());
        m_bar->setController(m_cine.get());
        QVERIFY(m_bar->isEnabled());
        m_cine.reset();
        QVERIFY(!m_bar->isEnabled());
    }
};

QTEST_MAIN(TestCineBar)
#include "tst_cine_bar.moc"
