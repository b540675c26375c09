// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/viewer_grid.h"

#include "ui/viewer/cine_controller.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/series_document.h"

#include <QGridLayout>

#include <algorithm>
#include <cmath>

namespace fedefm {

struct ViewerGrid::Tile
{
    ImageView* view = nullptr;
    std::unique_ptr<SeriesDocument> document;
    std::unique_ptr<CineController> cine; ///< declared last: goes before the document
};

ViewerGrid::ViewerGrid(QWidget* parent) : QWidget(parent), m_layout(new QGridLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(2);
    for (int i = 0; i < kMostTiles; ++i) {
        auto tile = std::make_unique<Tile>();
        tile->view = new ImageView(this);
        tile->view->setAccessibleName(tr("Image tile %1").arg(i + 1));
        connect(tile->view, &ImageView::activated, this, [this, i] { setActiveTile(i); });
        connect(tile->view, &ImageView::maximiseRequested, this, [this, i] { toggleMaximised(i); });
        connect(tile->view, &ImageView::filesDropped, this,
                [this, i](const QStringList& paths) { Q_EMIT filesDropped(i, paths); });
        connect(tile->view, &ImageView::contextMenuWanted, this, &ViewerGrid::contextMenuWanted);
        connect(tile->view, &ImageView::pointerMoved, this, &ViewerGrid::pointerMoved);
        connect(tile->view, &ImageView::calibrationLineDrawn, this, &ViewerGrid::calibrationLineDrawn);
        connect(tile->view, &ImageView::viewChanged, this, [this, i] { linkView(i); });
        connect(tile->view, &ImageView::painted, this, [this, i](int frame) {
            if (CineController* player = cine(i))
                player->notePainted(frame);
        });
        m_tiles.push_back(std::move(tile));
    }
    arrange();
}

ViewerGrid::~ViewerGrid()
{
    for (auto& tile : m_tiles)
        tile->view->setDocument(nullptr, nullptr);
}

void ViewerGrid::setLayoutShape(int rows, int columns)
{
    m_rows = std::clamp(rows, 1, 2);
    m_columns = std::clamp(columns, 1, 2);
    m_maximised = -1;
    arrange();
    if (m_active >= tileCount())
        setActiveTile(0);
    Q_EMIT layoutChanged();
}

void ViewerGrid::toggleMaximised(int tile)
{
    if (tileCount() == 1)
        return;
    m_maximised = m_maximised < 0 ? tile : -1;
    arrange();
}

void ViewerGrid::arrange()
{
    for (int i = 0; i < kMostTiles; ++i) {
        ImageView* view = m_tiles[static_cast<std::size_t>(i)]->view;
        m_layout->removeWidget(view);
        const bool visible = m_maximised >= 0 ? i == m_maximised : i < tileCount();
        if (visible)
            m_layout->addWidget(view, i / m_columns, i % m_columns);
        view->setVisible(visible);
        view->setActive(i == m_active && tileCount() > 1);
        if (!visible && m_tiles[static_cast<std::size_t>(i)]->cine)
            m_tiles[static_cast<std::size_t>(i)]->cine->setPlaying(false);
    }
}

void ViewerGrid::setDocument(int tile, std::unique_ptr<SeriesDocument> document)
{
    if (tile < 0 || tile >= kMostTiles)
        return;
    Tile& entry = *m_tiles[static_cast<std::size_t>(tile)];
    entry.view->setDocument(nullptr, nullptr);
    entry.cine.reset();
    // Panels learn of the change before the former document goes.
    std::unique_ptr<SeriesDocument> former = std::exchange(entry.document, std::move(document));
    if (entry.document) {
        SeriesDocument* shown = entry.document.get();
        entry.cine = std::make_unique<CineController>(shown);
        entry.view->setDocument(shown, entry.cine.get());
        connect(shown, &SeriesDocument::failed, this, &ViewerGrid::failed);
        connect(shown, &SeriesDocument::changed, this,
                [this, tile](SeriesDocument::Changes what) { linkDocument(tile, what.toInt()); });
        connect(entry.cine.get(), &CineController::stateChanged, this, [this, tile] { linkCine(tile); });
    }
    Q_EMIT activeChanged();
}

void ViewerGrid::closeTile(int tile)
{
    setDocument(tile, nullptr);
}

void ViewerGrid::setActiveTile(int tile)
{
    if (tile < 0 || tile >= tileCount() || tile == m_active)
        return;
    m_active = tile;
    for (int i = 0; i < kMostTiles; ++i)
        view(i)->setActive(i == m_active && tileCount() > 1);
    view(m_active)->setFocus();
    Q_EMIT activeChanged();
}

ImageView* ViewerGrid::view(int tile) const
{
    return m_tiles[static_cast<std::size_t>(tile)]->view;
}

SeriesDocument* ViewerGrid::document(int tile) const
{
    return m_tiles[static_cast<std::size_t>(tile)]->document.get();
}

CineController* ViewerGrid::cine(int tile) const
{
    return m_tiles[static_cast<std::size_t>(tile)]->cine.get();
}

void ViewerGrid::setLinked(bool linked)
{
    m_linked = linked;
    if (linked)
        linkDocument(m_active, SeriesDocument::FrameIndex);
}

void ViewerGrid::setTool(ToolId tool)
{
    m_tool = tool;
    for (auto& entry : m_tiles)
        entry->view->setTool(tool);
    Q_EMIT toolChanged(tool);
}

void ViewerGrid::setPrivacy(bool privacy)
{
    for (auto& entry : m_tiles)
        entry->view->setPrivacy(privacy);
}

/// Calls `act` for every other visible tile with a document while `from` is the active one.
template <typename Act> void ViewerGrid::forLinked(int from, Act act)
{
    if (!m_linked || m_linking || from != m_active)
        return;
    m_linking = true;
    for (int i = 0; i < tileCount(); ++i)
        if (i != from && document(i))
            act(i);
    m_linking = false;
}

void ViewerGrid::linkDocument(int tile, int what)
{
    const SeriesDocument* source = document(tile);
    if (!source)
        return;
    if (what & SeriesDocument::FrameIndex) {
        // Biplane runs may differ in length by a frame or two: the relative position is what belongs
        // together.
        const double position =
            source->frameCount() > 1 ? source->currentFrame() / (source->frameCount() - 1.0) : 0.0;
        forLinked(tile, [&](int i) {
            const bool sameLength = document(i)->frameCount() == source->frameCount();
            document(i)->setCurrentFrame(
                sameLength ? source->currentFrame()
                           : static_cast<int>(std::lround(position * (document(i)->frameCount() - 1))));
        });
    }
    if (what & SeriesDocument::Display) {
        forLinked(tile, [&](int i) {
            // Windows are comparable only between runs of the same kind of values.
            const SequenceInfo& a = source->info();
            const SequenceInfo& b = document(i)->info();
            if (a.bitsStored == b.bitsStored && a.isSigned == b.isSigned &&
                a.grey.inverse == b.grey.inverse && !source->subtraction().enabled &&
                !document(i)->subtraction().enabled)
                document(i)->setTransform(source->transform());
        });
    }
}

void ViewerGrid::linkView(int tile)
{
    forLinked(tile, [&](int i) {
        ViewTransform& target = view(i)->viewTransform();
        const ViewTransform& source = view(tile)->viewTransform();
        if (source.isFitted())
            target.fit();
        else
            target.zoomBy(source.scale() / target.scale(), QRectF(view(i)->rect()).center());
        view(i)->update();
    });
}

void ViewerGrid::linkCine(int tile)
{
    // The active tile's player drives the frames of the others, so theirs must not run beside it.
    forLinked(tile, [&](int i) { cine(i)->setPlaying(false); });
}

} // namespace fedefm
