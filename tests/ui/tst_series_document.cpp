// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_sequence.h"
#include "ui/viewer/corner_text.h"
#include "ui/viewer/series_document.h"
#include "ui/viewer/view_transform.h"

#include <QSignalSpy>
#include <QTest>

using namespace fedefm;

namespace {

std::shared_ptr<test::FakeSequence> ramp(int frames = 4)
{
    return std::make_shared<test::FakeSequence>(32, 16, frames,
                                                [](int x, int, int frame) { return x * 4 + frame; });
}

int greyAt(const SeriesDocument& document, int x, int y)
{
    return qGray(document.image().pixel(x, y));
}

} // namespace

class TestSeriesDocument : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void framesFollowTheIndex()
    {
        SeriesDocument document(ramp(), 1 << 20);
        QTRY_COMPARE(document.shownFrame(), 0);
        document.setCurrentFrame(3);
        QTRY_COMPARE(document.shownFrame(), 3);
        QCOMPARE(document.frame()->valueAt(0, 0), 3);
        document.setCurrentFrame(99);
        QCOMPARE(document.currentFrame(), 3);
    }

    void windowMapsStoredValues()
    {
        SeriesDocument document(ramp(), 1 << 20);
        QTRY_COMPARE(document.shownFrame(), 0);
        DisplayTransform transform;
        transform.window = Window{50, 100, WindowFunction::LinearExact, {}};
        document.setTransform(transform);
        QCOMPARE(greyAt(document, 0, 0), 0);
        QCOMPARE(greyAt(document, 31, 0), 255);
        QVERIFY(std::abs(greyAt(document, 12, 5) - 122) <= 1); // 48 of 0…100
        document.setInvert(true);
        QVERIFY(std::abs(greyAt(document, 12, 5) - 133) <= 1);
        QCOMPARE(document.frame()->valueAt(12, 5), 48); // the model's input stays
    }

    void presetsAreNumbered()
    {
        auto sequence = ramp();
        sequence->mutableInfo().grey.windows = {{10, 20, WindowFunction::Linear, "first"},
                                                {30, 40, WindowFunction::Linear, ""}};
        SeriesDocument document(sequence, 1 << 20);
        QTRY_COMPARE(document.shownFrame(), 0);
        QCOMPARE(document.presets().size(), std::size_t(3));
        QCOMPARE(document.window().center, 10.0);
        document.applyPreset(2);
        QCOMPARE(document.window().center, 30.0);
        document.applyPreset(7);
        QCOMPARE(document.window().center, 30.0);
        document.setWindow(5, 6);
        document.addUserPreset("mine");
        document.applyPreset(1);
        document.applyPreset(3);
        QCOMPARE(document.window().width, 6.0);
    }

    void subtractionOfEqualFramesIsFlatGrey()
    {
        auto sequence = std::make_shared<test::FakeSequence>(
            32, 32, 3, [](int x, int y, int frame) { return 100 + x + (frame == 2 && y == 16 ? -60 : 0); });
        SeriesDocument document(sequence, 1 << 20);
        QTRY_COMPARE(document.shownFrame(), 0);
        document.setCurrentFrame(2);
        QTRY_COMPARE(document.shownFrame(), 2);
        SubtractionState state;
        state.enabled = true;
        state.maskFrames = {0};
        document.setSubtraction(state);
        QTRY_VERIFY(greyAt(document, 4, 4) == greyAt(document, 28, 28));
        QVERIFY(greyAt(document, 16, 16) < greyAt(document, 4, 4) - 40);
        state.enabled = false;
        document.setSubtraction(state);
        QVERIFY(greyAt(document, 4, 4) != greyAt(document, 28, 28));
    }

    void brokenFrameIsReportedOnceAndTheRestGoesOn()
    {
        class Broken final : public Sequence
        {
        public:
            explicit Broken(SequencePtr inner) : m_inner(std::move(inner)) {}
            const SequenceInfo& info() const override { return m_inner->info(); }
            Result<FramePtr> read(int index) const override
            {
                return index == 1 ? fail(ErrorCode::CodecFailed, "x", "frame 1") : m_inner->read(index);
            }

        private:
            SequencePtr m_inner;
        };
        SeriesDocument document(std::make_shared<Broken>(ramp()), 1 << 20);
        QSignalSpy failures(&document, &SeriesDocument::failed);
        QTRY_COMPARE(document.shownFrame(), 0);
        document.setCurrentFrame(1);
        QTRY_COMPARE(failures.count(), 1);
        QVERIFY(document.frameError());
        QVERIFY(document.image().isNull());
        document.setCurrentFrame(2);
        QTRY_COMPARE(document.shownFrame(), 2);
        QVERIFY(!document.frameError());
    }

    void stateIsRestored()
    {
        QVariantMap state;
        {
            SeriesDocument document(ramp(), 1 << 20);
            QTRY_COMPARE(document.shownFrame(), 0);
            document.setWindow(12, 34);
            document.setInvert(true);
            document.calibrate(PixelSpacing{0.2, 0.2, SpacingKind::Calibrated});
            state = document.saveState();
        }
        SeriesDocument document(ramp(), 1 << 20);
        document.restoreState(state);
        QTRY_COMPARE(document.shownFrame(), 0);
        QCOMPARE(document.window().center, 12.0);
        QVERIFY(document.transform().invert);
        QCOMPARE(document.spacing().rowMm, 0.2);
    }

    void privacyHidesTheIdentity()
    {
        auto sequence = ramp();
        sequence->mutableInfo().identity.patientName = "Secret, Name";
        sequence->mutableInfo().identity.institution = "Clinic";
        SeriesDocument document(sequence, 1 << 20);
        QTRY_COMPARE(document.shownFrame(), 0);
        const auto all = [](const CornerText& t) {
            return (t.topLeft + t.topRight + t.bottomLeft + t.bottomRight).join(' ');
        };
        QVERIFY(all(cornerText(document, nullptr, {}, false)).contains("Secret"));
        const QString hidden = all(cornerText(document, nullptr, {}, true));
        QVERIFY(!hidden.contains("Secret") && !hidden.contains("Clinic"));
        QVERIFY(hidden.contains("1/4"));
        QVERIFY(!document.title().contains("Secret"));
    }

    void orientationLettersFollowTheView_data()
    {
        QTest::addColumn<int>("turns");
        QTest::addColumn<bool>("mirrored");
        QTest::addColumn<QStringList>("expected"); // left, right, top, bottom
        QTest::newRow("as stored") << 0 << false << QStringList{"R", "L", "H", "F"};
        QTest::newRow("turned right") << 1 << false << QStringList{"F", "H", "R", "L"};
        QTest::newRow("upside down") << 2 << false << QStringList{"L", "R", "F", "H"};
        QTest::newRow("mirrored") << 0 << true << QStringList{"L", "R", "H", "F"};
    }
    void orientationLettersFollowTheView()
    {
        QFETCH(int, turns);
        QFETCH(bool, mirrored);
        QFETCH(QStringList, expected);
        QCOMPARE(orientationLetters("L", "F", turns, mirrored), expected);
        QVERIFY(orientationLetters("", "F", turns, mirrored).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSeriesDocument)
#include "tst_series_document.moc"
