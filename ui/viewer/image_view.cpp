// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/image_view.h"

#include "core/base/version.h"
#include "ui/common/counted.h"
#include "ui/common/theme.h"
#include "ui/tools/measure_tools.h"
#include "ui/tools/view_tools.h"
#include "ui/viewer/corner_text.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kSharpZoom = 6.0; // from here on pixels are shown as squares
constexpr int kTextPixelSize = 13;

QFont viewFont(int pixelSize)
{
    QFont font;
    font.setPixelSize(pixelSize);
    font.setStyleHint(QFont::SansSerif);
    return font;
}

/// A file without millimetres may still know the shape of its pixels.
double pixelAspect(const PixelSpacing& spacing)
{
    return spacing.rowMm > 0.0 && spacing.columnMm > 0.0 ? spacing.rowMm / spacing.columnMm : 1.0;
}

void drawPicture(QPainter& painter, const QImage& image, const QTransform& toView, double zoomFactor)
{
    painter.save();
    painter.setTransform(toView, true);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, zoomFactor < kSharpZoom);
    painter.drawImage(0, 0, image);
    painter.restore();
}

} // namespace

ImageView::ImageView(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMinimumSize(160, 160);
    updateCursor();
}

ImageView::~ImageView() = default;

void ImageView::setDocument(SeriesDocument* document, CineController* cine)
{
    if (m_document)
        m_document->disconnect(this);
    if (m_cine)
        m_cine->disconnect(this);
    m_document = document;
    m_cine = cine;
    m_dragging = nullptr;
    m_overlay = OverlayPainter();
    m_tools.clear();
    if (document) {
        const SequenceInfo& info = document->info();
        m_view.resetOrientation();
        m_view.setImageSize({info.width, info.height}, pixelAspect(info.spacing));
        m_view.fit();
        connect(document, &SeriesDocument::changed, this, &ImageView::onDocumentChanged);
        setAccessibleDescription(
            tr("%1, %2").arg(document->title(), counted(info.frameCount, tr("frame"), tr("frames"))));
    }
    if (cine) {
        connect(cine, &CineController::stateChanged, this, qOverload<>(&QWidget::update));
        connect(cine, &CineController::rateMeasured, this, qOverload<>(&QWidget::update));
    }
    update();
}

void ImageView::onDocumentChanged(SeriesDocument::Changes what)
{
    // A moved index alone changes nothing on screen: the picture follows in its own time.
    if (what != SeriesDocument::Changes(SeriesDocument::FrameIndex))
        update();
}

void ImageView::setTool(ToolId tool)
{
    if (m_document) {
        ToolContext context{*m_document, m_view};
        if (toolFor(m_tool)->cancel(context))
            update();
    }
    m_tool = tool;
    updateCursor();
}

void ImageView::setActive(bool active)
{
    m_active = active;
    update();
}

void ImageView::setPrivacy(bool privacy)
{
    m_privacy = privacy;
    update();
}

Tool* ImageView::toolFor(ToolId id)
{
    std::unique_ptr<Tool>& tool = m_tools[id];
    if (!tool)
        tool = makeTool(id);
    return tool.get();
}

void ImageView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Qt::black);
    painter.setFont(viewFont(kTextPixelSize));
    if (!m_document) {
        paintEmptyState(painter);
    } else {
        if (!m_document->image().isNull()) {
            const QTransform toView = m_view.toView();
            drawPicture(painter, m_document->image(), toView, m_view.zoomFactor());
            m_overlay.paint(painter, *m_document, toView);
            paintDrafts(painter);
        } else if (m_document->frameError()) {
            painter.setPen(colors::error);
            painter.drawText(rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap,
                             tr("Frame %1 cannot be shown. See Issues.").arg(m_document->currentFrame() + 1));
        }
        if (m_document->overlayStyle().text) {
            paintCornerText(painter, rect(), cornerText(*m_document, m_cine, m_view, m_privacy));
            paintOrientation(painter, rect(), *m_document, m_view);
        }
    }
    if (m_active) {
        painter.setPen(QPen(colors::accent, 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
    if (m_document && !m_document->image().isNull())
        Q_EMIT painted(m_document->shownFrame());
}

void ImageView::paintEmptyState(QPainter& painter) const
{
    painter.setPen(QColor(0x9A, 0xA4, 0xAE));
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("Drop an X-ray sequence, a folder or a video here,\nor press Ctrl+O."));
}

void ImageView::paintDrafts(QPainter& painter)
{
    if (m_tool == ToolId::Ruler || m_tool == ToolId::Angle) {
        const auto& draft = static_cast<MeasureTool*>(toolFor(m_tool))->draft();
        if (draft)
            OverlayPainter::paintMeasurement(painter, *draft, m_document->spacing(), m_view.toView(), true);
    } else if (m_tool == ToolId::Calibrate) {
        const auto& line = static_cast<CalibrateTool*>(toolFor(m_tool))->line();
        if (line)
            OverlayPainter::paintCalibrationLine(painter, line->from, line->to, m_view.toView());
    }
}

QImage ImageView::renderDocument(const SeriesDocument& document, double scale, bool withOverlay,
                                 bool withText, bool privacy)
{
    const QImage& source = document.image();
    if (source.isNull())
        return {};
    const double aspect = pixelAspect(document.info().spacing);
    const QSize size(std::max(1, qRound(source.width() * scale)),
                     std::max(1, qRound(source.height() * scale * aspect)));
    ViewTransform view;
    view.setViewSize(size, 1.0);
    view.setImageSize(source.size(), aspect);
    view.fit();
    QImage target(size, QImage::Format_RGB32);
    target.fill(Qt::black);
    QPainter painter(&target);
    drawPicture(painter, source, view.toView(), scale);
    painter.setFont(viewFont(std::max(9, std::min(kTextPixelSize, size.height() / 24))));
    if (withOverlay) {
        OverlayPainter overlay;
        overlay.paint(painter, document, view.toView());
    }
    QRectF area(QPointF(0, 0), QSizeF(size));
    const double line = QFontMetricsF(painter.font()).height();
    if (withText) {
        paintCornerText(painter, area.adjusted(0, 0, 0, -line), cornerText(document, nullptr, view, privacy));
        paintOrientation(painter, area.adjusted(0, 0, 0, -line), document, view);
    }
    CornerText notice;
    notice.bottomLeft << QCoreApplication::translate("ResearchUse", kResearchUse);
    painter.setFont(viewFont(std::max(8, std::min(kTextPixelSize, size.width() / 28))));
    paintCornerText(painter, area.adjusted(-4, 0, area.width() * 1.2, 4), notice);
    return target;
}

} // namespace fedefm
