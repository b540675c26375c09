// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module_loader.h"
#include "ui/common/worker_thread.h"
#include "ui/viewer/thumbnail.h"

#include <QObject>
#include <QSet>

#include <memory>
#include <mutex>
#include <vector>

namespace fedefm {

/// Makes thumbnails in the background, newest wish first; wishes that scrolled away long ago are forgotten.
class ThumbnailLoader : public QObject
{
    Q_OBJECT
public:
    static constexpr int kSizePx = 88; ///< 44 on the screen, sharp at a pixel ratio of 2

    explicit ThumbnailLoader(std::shared_ptr<const ModuleLoader> modules, QObject* parent = nullptr);
    ~ThumbnailLoader() override;

    /// The picture if it is here, else a null one and ready() follows.
    QImage get(const QString& path);

Q_SIGNALS:
    void ready(const QString& path);

private:
    void makeNewest();

    std::shared_ptr<const ModuleLoader> m_modules;
    ThumbnailCache m_cache;
    QSet<QString> m_impossible; ///< no picture can be made of these
    std::mutex m_mutex;
    std::vector<QString> m_wishes;
    WorkerThread m_worker;
};

} // namespace fedefm
