// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QPixmap>
#include <QPointer>
#include <QWidget>

#include <vector>

namespace fedefm {

/// What was found in every frame, as two lanes under the cine: guidewire above, catheter below. The height of
/// a bar is the found length, its opacity the confidence; a grey tick: nothing was found; empty: not
/// segmented. Click, drag and keys seek.
class FoundStrip : public QWidget
{
    Q_OBJECT
public:
    explicit FoundStrip(QWidget* parent = nullptr);

    void setDocument(SeriesDocument* document); ///< may be null
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    int frameAt(double x) const;        ///< -1 without frames
    QString frameText(int frame) const; ///< "frame 17: catheter 210 px, guidewire 55 px, confidence 82 %"

Q_SIGNALS:
    void frameClicked(int frame);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// What one bar needs, so that curves are measured once per result.
    struct Entry
    {
        SegmentationPtr result;
        float catheterPx = 0.0F;
        float guidewirePx = 0.0F;
        float confidence = 0.0F;
    };
    void onChanged(SeriesDocument::Changes what);
    void updateEntries();
    void updateAccessibleText();
    void renderBars();
    void drawLaneNames(QPainter& painter) const;
    int axisWidth() const;
    void seek(int frame);

    QPointer<SeriesDocument> m_document;
    std::vector<Entry> m_entries;
    int m_found = 0; ///< entries with a result
    QPixmap m_bars;  ///< at device pixels; null when outdated
};

} // namespace fedefm
