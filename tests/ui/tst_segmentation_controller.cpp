// SPDX-License-Identifier: GPL-3.0-or-later
#include "panel_sequence.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/segmentation_panel.h"

#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;
using fedefm::test::click;
using fedefm::test::named;
using fedefm::test::PanelSequence;
using fedefm::test::segmentationOf;

namespace {

/// Finds a line that is not there, and quickly.
class StubSegmenter final : public Segmenter
{
public:
    explicit StubSegmenter(ModelCard card) : m_card(std::move(card)) {}
    const ModelCard& card() const override { return m_card; }
    Result<Segmentation> segment(const Frame& frame, const SequenceInfo&, const CancelToken&) override
    {
        Segmentation found;
        found.width = frame.width();
        found.height = frame.height();
        found.curves.push_back({WireClass::Guidewire, {{1, 1}, {41, 1}}, 2.0, 0.5});
        found.confidence = 0.5;
        found.provenance.modelId = m_card.id;
        found.provenance.elapsedMs = 4.0;
        return found;
    }

private:
    ModelCard m_card;
};

std::shared_ptr<SegmenterRegistry> stubRegistry()
{
    auto registry = std::make_shared<SegmenterRegistry>();
    ModelCard card;
    card.id = "stub";
    card.name = "Stub";
    card.version = "2.0";
    card.licence = "GPL-3.0-or-later";
    card.limits = "finds a line that is not there";
    registry->add(card, [card]() -> Result<std::unique_ptr<Segmenter>> {
        return std::make_unique<StubSegmenter>(card);
    });
    return registry;
}

} // namespace

class TestSegmentationController : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<SeriesDocument> m_document;

private Q_SLOTS:
    void init()
    {
        m_document = std::make_unique<SeriesDocument>(std::make_shared<PanelSequence>(12), 1 << 24);
        QTRY_COMPARE(m_document->shownFrame(), 0);
    }

    void wholeClipIsSegmented()
    {
        SegmentationController controller(stubRegistry());
        controller.setLive(false);
        SegmentationPanel panel(&controller);
        panel.setDocument(m_document.get());
        QCOMPARE(named<QComboBox>(panel, "Model")->currentText(), QString("Stub"));
        QVERIFY(named<QLabel>(panel, "Model card")->text().contains("finds a line that is not there"));
        QVERIFY(named<QLabel>(panel, "Model card")->isHidden());
        click(panel, "About this model");
        QVERIFY(!named<QLabel>(panel, "Model card")->isHidden());
        click(panel, "Segment whole clip");
        QTRY_COMPARE(m_document->results().size(), std::size_t(12));
        QTRY_VERIFY(!controller.isClipRunning());
        QVERIFY(named<QLabel>(panel, "State of the segmentation")->text().contains("12 of 12"));
        QVERIFY(named<QPushButton>(panel, "Segment whole clip")->isEnabled());
        const auto* speed = named<QLabel>(panel, "Speed and device of the model");
        QVERIFY(speed->text().startsWith("4.0 ms per frame"));
        controller.setModel("another"); // how fast that one is nobody knows yet
        QCOMPARE(speed->text(), QString("not run yet"));
    }

    void clipEndsWithItsDocument()
    {
        SegmentationController controller(stubRegistry());
        controller.setLive(false);
        auto other = std::make_unique<SeriesDocument>(std::make_shared<PanelSequence>(400), 1 << 24);
        QSignalSpy finished(&controller, &SegmentationController::clipFinished);
        controller.segmentClip(other.get());
        QVERIFY(controller.isClipRunning());
        other.reset();
        QVERIFY(!controller.isClipRunning());
        QCOMPARE(finished.count(), 1);
        QCOMPARE(finished.front().front().toBool(), false);
        controller.segmentClip(m_document.get());
        QTRY_VERIFY(!controller.isClipRunning());
        QVERIFY(m_document->results().size() >= 12);
        m_document.reset(); // a clip that is over has nothing left to end
        QCOMPARE(finished.count(), 2);
    }

    /// Weights of two trainings are called best.safetensors both.
    void otherWeightsOfTheSameNameFindAnew()
    {
        SegmentationController controller(stubRegistry());
        controller.follow(m_document.get());
        QTRY_VERIFY(m_document->result(0));
        QTemporaryDir folder;
        QFile weights(folder.filePath("stub.ts"));
        QVERIFY(weights.open(QIODevice::WriteOnly));
        weights.close();
        QSignalSpy replaced(&controller, &SegmentationController::modelReplaced);
        QSignalSpy failed(&controller, &SegmentationController::failed);
        const QString id = controller.addModelFile(weights.fileName().toStdString());
        QCOMPARE(id, QString("stub"));
        QCOMPARE(replaced.count(), 1);
        m_document->clearResultsOf(id.toStdString()); // as the window does with all of its documents
        QVERIFY(!m_document->result(0));
        controller.setModel(id);
        QTRY_COMPARE(failed.count(), 1); // the file was asked: it is empty
        QVERIFY(!m_document->result(0));
        m_document->setResult(1, segmentationOf(m_document->info(), 1, 40.0, 20.0, 0.75));
        m_document->clearResultsOf(id.toStdString());
        QVERIFY(m_document->result(1)); // of another model
    }
};

QTEST_MAIN(TestSegmentationController)
#include "tst_segmentation_controller.moc"
