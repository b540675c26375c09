// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/segmentation_controller.h"

#include "core/model/checkpoint/model_files.h"
#include "core/model/model_card.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Live marking is for fluoroscopy, and for pictures and films, which do not say what they are. Slices,
/// ultrasound and radiographs are segmented on request only.
bool showsWires(const SequenceInfo& info)
{
    return info.modality.empty() || info.modality == "XA" || info.modality == "RF" ||
           info.modality == "XRF" || info.modality == "OT" || info.modality == "SC";
}

} // namespace

SegmentationController::SegmentationController(std::shared_ptr<const SegmenterRegistry> registry,
                                               QObject* parent)
    : QObject(parent), m_registry(std::move(registry))
{
    m_worker = std::make_unique<InferenceWorker>([this](const InferenceWorker::FrameAnswer& answer) {
        QMetaObject::invokeMethod(
            this, [this, answer] { onAnswer(answer); }, Qt::QueuedConnection);
    });
    setModel(QString::fromStdString(m_registry->defaultId(ModelRole::Live)));
}

SegmentationController::~SegmentationController()
{
    m_clipCancel.cancel();
    m_worker.reset();
}

std::vector<ModelCard> SegmentationController::models() const
{
    std::vector<ModelCard> cards = m_registry->cards();
    cards.erase(std::remove_if(cards.begin(), cards.end(),
                               [](const auto& card) { return card.role == ModelRole::Foundation; }),
                cards.end());
    return cards;
}

QString SegmentationController::addModelFile(const std::filesystem::path& file)
{
    const ModelCard card = parseModelCard(modelCardText(file), file.stem().string()).card;
    // The worker may be reading the registry that it was given; it keeps that one.
    auto registry = std::make_shared<SegmenterRegistry>(*m_registry);
    const bool isReplaced = registry->hasModel(card.id);
    registry->remove(card.id);
    registry->add(card, [opener = m_registry, file] { return opener->create(file.string()); });
    m_registry = std::move(registry);
    const QString id = QString::fromStdString(card.id);
    if (id == m_modelId) {
        cancelClip();
        m_modelId.clear();
    }
    if (isReplaced)
        Q_EMIT modelReplaced(id);
    Q_EMIT modelChanged();
    return id;
}

void SegmentationController::setModel(const QString& id)
{
    if (id == m_modelId)
        return;
    cancelClip();
    m_modelId = id;
    m_lastMs = 0.0; // it was the other model's
    m_worker->setSegmenter([registry = m_registry, id = id.toStdString()] { return registry->create(id); });
    m_asked = {};
    m_outdated = m_lastRequest;
    Q_EMIT modelChanged();
    requestShownFrame();
}

void SegmentationController::setLive(bool live)
{
    if (live == m_live)
        return;
    m_live = live;
    Q_EMIT liveChanged(live);
    requestShownFrame();
}

void SegmentationController::follow(SeriesDocument* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    if (!m_document)
        return;
    connect(m_document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
        if (what.testFlag(SeriesDocument::Picture))
            requestShownFrame();
    });
    requestShownFrame();
}

/// A result read from a SEG file is somebody's statement; models do not overwrite it.
bool SegmentationController::isStatement(const Segmentation& result) const
{
    return !m_registry->hasModel(result.provenance.modelId);
}

void SegmentationController::requestShownFrame()
{
    if (!m_live || !m_document || !m_document->frame() || !showsWires(m_document->info()))
        return;
    // A clip that is being segmented reaches this frame anyway; live requests would only hold it up.
    if (m_clipDocument == m_document)
        return;
    const int index = m_document->shownFrame();
    const SegmentationPtr known = m_document->result(index);
    const FrameId id = frameId(m_document->info(), index);
    if (id == m_asked ||
        (known && (isStatement(*known) || known->provenance.modelId == m_modelId.toStdString())))
        return;
    m_asked = id;
    m_lastRequest = m_worker->request(m_document->sequence(), m_document->frame(), index);
}

void SegmentationController::onAnswer(const InferenceWorker::FrameAnswer& answer)
{
    if (answer.requestId <= m_outdated)
        return;
    if (answer.frame == m_asked)
        m_asked = {};
    if (!answer.result) {
        if (answer.result.error().code != ErrorCode::Cancelled)
            Q_EMIT failed(answer.result.error());
        return;
    }
    const SegmentationPtr& result = *answer.result;
    if (result->provenance.modelId != m_modelId.toStdString())
        return;
    m_lastMs = result->provenance.elapsedMs;
    for (SeriesDocument* document : {m_document.data(), m_clipDocument.data()}) {
        if (!document || !(frameId(document->info(), answer.frame.index) == answer.frame))
            continue;
        const SegmentationPtr known = document->result(answer.frame.index);
        if (!known || !isStatement(*known))
            document->setResult(answer.frame.index, result);
        break;
    }
    Q_EMIT answered(m_lastMs);
}

void SegmentationController::segmentClip(SeriesDocument* document)
{
    if (!document || document->frameCount() == 0)
        return;
    cancelClip();
    m_clipDocument = document;
    // Without its document nobody wants the clip's masks.
    m_clipClosed = connect(document, &QObject::destroyed, this, &SegmentationController::cancelClip);
    m_isClipRunning = true;
    m_clipCancel = CancelToken();
    auto progress = [this](int done, int total) {
        QMetaObject::invokeMethod(
            this, [this, done, total] { Q_EMIT clipProgress(done, total); }, Qt::QueuedConnection);
    };
    auto finished = [this, token = m_clipCancel](const Status& status) {
        QMetaObject::invokeMethod(
            this,
            [this, status, token] {
                if (token.isCancelled())
                    return; // cancelClip() has reported already
                endClip();
                if (!status && status.error().code != ErrorCode::Cancelled)
                    Q_EMIT failed(status.error());
                Q_EMIT clipFinished(status.has_value());
            },
            Qt::QueuedConnection);
    };
    m_lastRequest = m_worker->segmentClip(document->sequence(), 0, document->frameCount() - 1, progress,
                                          finished, m_clipCancel);
    Q_EMIT clipProgress(0, document->frameCount());
}

void SegmentationController::endClip()
{
    disconnect(m_clipClosed);
    m_clipDocument.clear();
    m_isClipRunning = false;
}

void SegmentationController::cancelClip()
{
    if (!m_isClipRunning)
        return;
    m_clipCancel.cancel();
    endClip();
    Q_EMIT clipFinished(false);
    requestShownFrame();
}

} // namespace fedefm
