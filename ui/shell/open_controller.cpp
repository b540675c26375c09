// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/open_controller.h"

#include "ui/shell/demo_project.h"

#include <algorithm>

namespace fedefm {

OpenController::OpenController(const AppContext& context, QObject* parent)
    : QObject(parent), m_modules(context.modules), m_worker(QStringLiteral("open"))
{
}

OpenController::~OpenController() = default;

void OpenController::open(const QString& path, int tile, OpenMode mode)
{
    start(tile, mode, [path](const ModuleContents& modules) { return openPath(path, modules); });
}

void OpenController::openDemo(int tile, OpenMode mode)
{
    start(tile, mode, [](const ModuleContents& modules) -> Result<OpenOutcome> {
        const Result<QString> file = demoFile();
        if (!file)
            return tl::unexpected(file.error());
        return openPath(*file, modules);
    });
}

void OpenController::start(int tile, OpenMode mode, Work work)
{
    tile = std::clamp(tile, 0, static_cast<int>(m_generation.size()) - 1);
    const quint64 generation = ++m_generation[static_cast<std::size_t>(tile)];
    Q_EMIT pendingChanged(++m_pending);
    m_worker.post([this, tile, generation, mode, work = std::move(work), modules = m_modules] {
        static const ModuleContents none;
        auto outcome = work(modules ? modules->contents() : none);
        answerOn(this, [this, tile, generation, mode, outcome = std::move(outcome)] {
            deliver(tile, generation, mode, outcome);
        });
    });
}

void OpenController::deliver(int tile, quint64 generation, OpenMode mode, const Result<OpenOutcome>& outcome)
{
    --m_pending;
    if (!outcome)
        Q_EMIT failed(outcome.error());
    else if (const auto* seg = std::get_if<ReadSeg>(&*outcome))
        Q_EMIT segRead(*seg);
    else if (const auto* folder = std::get_if<StudyFolder>(&*outcome))
        Q_EMIT folderFound(folder->path);
    else if (generation == m_generation[static_cast<std::size_t>(tile)])
        Q_EMIT sequenceOpened(tile, std::get<SequencePtr>(*outcome), mode);
    // Last, so that whoever waits for the end finds the result in place.
    Q_EMIT pendingChanged(m_pending);
}

} // namespace fedefm
