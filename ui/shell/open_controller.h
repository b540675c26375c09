// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/app_context.h"
#include "ui/common/worker_thread.h"
#include "ui/shell/open_task.h"

#include <QObject>
#include <QStringList>

#include <array>
#include <functional>

namespace fedefm {

/// How a sequence is to start once it is open.
struct OpenMode
{
    bool play = false;
    bool segmentClip = false; ///< overlay for every frame, not only for those that come to rest
};

/// Opens files away from the GUI thread. A newer request for a tile makes the older one's result void.
class OpenController : public QObject
{
    Q_OBJECT
public:
    explicit OpenController(const AppContext& context, QObject* parent = nullptr);
    ~OpenController() override;

    /// `tile` 0…3.
    void open(const QString& path, int tile, OpenMode mode);
    void openDemo(int tile, OpenMode mode); ///< makes the demo run first where needed
    int pendingCount() const { return m_pending; }

Q_SIGNALS:
    void sequenceOpened(int tile, const fedefm::SequencePtr& sequence, fedefm::OpenMode mode);
    void segRead(const fedefm::ReadSeg& seg);
    void folderFound(const QString& path);
    void failed(const fedefm::Error& error);
    void pendingChanged(int count);

private:
    using Work = std::function<Result<OpenOutcome>(const ModuleContents& modules)>;
    void start(int tile, OpenMode mode, Work work);
    void deliver(int tile, quint64 generation, OpenMode mode, const Result<OpenOutcome>& outcome);

    std::shared_ptr<const ModuleLoader> m_modules;
    std::array<quint64, 4> m_generation{};
    int m_pending = 0;
    WorkerThread m_worker; ///< last: goes first, so no answer meets a half-destroyed object
};

} // namespace fedefm
