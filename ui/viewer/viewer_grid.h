// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/tools/tool.h"

#include <QWidget>

#include <memory>
#include <vector>

class QGridLayout;

namespace fedefm {

class CineController;
class ImageView;
class SeriesDocument;

/// 1×1, 1×2 or 2×2 tiles, one of them active; owns the documents that the tiles show. With linking on, play,
/// frame (by relative time), window and zoom of the active tile go to the others (biplane).
class ViewerGrid : public QWidget
{
    Q_OBJECT
public:
    explicit ViewerGrid(QWidget* parent = nullptr);
    ~ViewerGrid() override;

    static constexpr int kMostTiles = 4;        ///< shown or hidden
    void setLayoutShape(int rows, int columns); ///< 1×1, 1×2, 2×2; documents of hidden tiles stay
    int rows() const { return m_rows; }
    int columns() const { return m_columns; }
    int tileCount() const { return m_rows * m_columns; }
    void toggleMaximised(int tile); ///< double click: that tile alone, and back

    /// Shows a document (owned from here on) in the tile; the tile's former document is closed.
    void setDocument(int tile, std::unique_ptr<SeriesDocument> document);
    void closeTile(int tile);

    int activeTile() const { return m_active; }
    void setActiveTile(int tile);
    ImageView* view(int tile) const;
    ImageView* activeView() const { return view(m_active); }
    SeriesDocument* document(int tile) const;
    SeriesDocument* activeDocument() const { return document(m_active); }
    CineController* cine(int tile) const;
    CineController* activeCine() const { return cine(m_active); }

    void setLinked(bool linked);
    bool isLinked() const { return m_linked; }
    void setTool(ToolId tool);
    ToolId tool() const { return m_tool; }
    void setPrivacy(bool privacy);

Q_SIGNALS:
    void activeChanged(); ///< another tile is active, or its document changed
    void toolChanged(fedefm::ToolId tool);
    void layoutChanged();
    void filesDropped(int tile, const QStringList& paths);
    void contextMenuWanted(const QPoint& globalPosition);
    void pointerMoved(int x, int y, const QString& value);
    void calibrationLineDrawn(const QPointF& from, const QPointF& to);
    void failed(const fedefm::Error& error);

private:
    struct Tile;
    void arrange();
    void linkDocument(int tile, int what);
    void linkView(int tile);
    void linkCine(int tile);
    template <typename Act> void forLinked(int from, Act act);

    std::vector<std::unique_ptr<Tile>> m_tiles; ///< always four
    QGridLayout* m_layout = nullptr;
    int m_rows = 1;
    int m_columns = 1;
    int m_active = 0;
    int m_maximised = -1;
    bool m_linked = true;
    bool m_linking = false;
    ToolId m_tool = ToolId::WindowLevel;
};

} // namespace fedefm
