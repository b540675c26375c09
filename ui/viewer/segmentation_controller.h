// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/inference_worker.h"
#include "ui/viewer/series_document.h"

#include <QObject>
#include <QPointer>

#include <filesystem>
#include <memory>
#include <vector>

namespace fedefm {

/// Brings segmentations into documents: the frame on screen (newest request wins) and whole clips as a job.
/// Answers are matched by frame id, so a mask never lands on another frame. GUI thread.
class SegmentationController : public QObject
{
    Q_OBJECT
public:
    explicit SegmentationController(std::shared_ptr<const SegmenterRegistry> registry,
                                    QObject* parent = nullptr);
    ~SegmentationController() override;

    std::vector<ModelCard> models() const;
    QString modelId() const { return m_modelId; }
    /// Adds a model file to models(), in place of one with the same id (modelReplaced()), and returns its id.
    QString addModelFile(const std::filesystem::path& file);
    void setModel(const QString& id); ///< results of other models are cleared when their frame is shown again

    /// Live: every frame that comes to rest on screen is segmented unless it has a result of this model.
    bool isLive() const { return m_live; }
    void setLive(bool live);
    void follow(SeriesDocument* document); ///< the active document; may be null

    void segmentClip(SeriesDocument* document); ///< until its end, cancelClip() or the end of the document
    void cancelClip();
    bool isClipRunning() const { return m_isClipRunning; }
    double lastMs() const { return m_lastMs; } ///< of the last answer

Q_SIGNALS:
    void modelChanged();
    void modelReplaced(const QString& id); ///< other weights have this id now: what it found is no longer its
    void liveChanged(bool live);
    void answered(double ms);
    void clipProgress(int done, int total);
    void clipFinished(bool complete);
    void failed(const fedefm::Error& error);

private:
    void onAnswer(const InferenceWorker::FrameAnswer& answer);
    void requestShownFrame();
    void endClip();
    bool isStatement(const Segmentation& result) const;

    std::shared_ptr<const SegmenterRegistry> m_registry;
    std::unique_ptr<InferenceWorker> m_worker;
    QString m_modelId;
    bool m_live = true;
    QPointer<SeriesDocument> m_document;
    QPointer<SeriesDocument> m_clipDocument;
    QMetaObject::Connection m_clipClosed;
    bool m_isClipRunning = false;
    CancelToken m_clipCancel;
    FrameId m_asked;
    std::uint64_t m_lastRequest = 0;
    std::uint64_t m_outdated = 0; ///< answers up to this request are a former model's
    double m_lastMs = 0.0;
};

} // namespace fedefm
