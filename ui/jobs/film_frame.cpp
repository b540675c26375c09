// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/film_frame.h"

#include "core/base/version.h"
#include "core/geometry/contour.h"
#include "ui/viewer/corner_text.h"
#include "ui/viewer/overlay_painter.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr int kLargestTextPx = 13;

QFont filmFont(int pixelSize)
{
    QFont font;
    font.setPixelSize(pixelSize);
    font.setStyleHint(QFont::SansSerif);
    return font;
}

QString number(double value, int decimals)
{
    return QLocale::c().toString(value, 'f', decimals);
}

} // namespace

FilmLook FilmLook::of(const SeriesDocument& document)
{
    FilmLook look;
    look.sequence = document.sequence();
    look.transform = document.transform();
    look.subtraction = document.subtraction();
    look.subtractedWindow = document.window();
    look.style = document.overlayStyle();
    look.results = document.results();
    look.measurements = document.measurements();
    look.spacing = document.spacing();
    return look;
}

FilmPainter::FilmPainter(FilmLook look) : m_look(std::move(look))
{
    const SequenceInfo& info = m_look.sequence->info();
    if (info.spacing.rowMm > 0.0 && info.spacing.columnMm > 0.0)
        m_aspect = info.spacing.rowMm / info.spacing.columnMm;
    m_size = QSize(info.width, std::max(1, qRound(info.height * m_aspect)));
    if (m_look.style.shutter && !info.shutter.isEmpty())
        m_visible = info.shutter.visibleMask(info.width, info.height);
}

QSize FilmPainter::size() const
{
    return m_size;
}

Result<QImage> FilmPainter::paint(int frame)
{
    const auto stored = m_look.sequence->read(frame);
    if (!stored)
        return tl::unexpected(stored.error());
    auto picture = m_look.subtraction.enabled ? subtracted(frame, **stored)
                                              : renderFrame(*m_look.sequence, **stored, m_look.transform);
    if (!picture)
        return tl::unexpected(picture.error());
    coverShutter(*picture);
    const auto result = m_look.results.find(frame);
    const bool segmented = m_look.withOverlay && m_look.style.visible && result != m_look.results.end();
    if (m_look.withOverlay && m_look.style.dicomOverlays)
        drawPlanes(*picture, frame);
    if (segmented && !m_look.style.outlineOnly)
        drawSegmentation(*picture, *result->second, m_look.style.opacity);

    const QImage tight(picture->rgb.data(), picture->width, picture->height, 3 * picture->width,
                       QImage::Format_RGB888);
    QImage image = tight.size() == m_size
                       ? tight.copy()
                       : tight.scaled(m_size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                             .convertToFormat(QImage::Format_RGB888);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    if (segmented && m_look.style.outlineOnly)
        drawOutlines(painter, frame);
    if (m_look.withOverlay)
        drawMeasurements(painter, frame);
    drawText(painter, frame);
    painter.end();
    return image;
}

Status FilmPainter::useMask(const std::vector<int>& maskFrames)
{
    if (m_subtractor && maskFrames == m_maskFrames)
        return {};
    std::vector<FramePtr> masks;
    for (const int index : maskFrames) {
        const auto mask = m_look.sequence->read(index);
        if (!mask)
            return tl::unexpected(mask.error());
        masks.push_back(*mask);
    }
    auto made = Subtractor::create(masks, m_look.sequence->info().grey);
    if (!made)
        return tl::unexpected(made.error());
    m_subtractor = *made;
    m_maskFrames = maskFrames;
    return {};
}

Result<RgbPicture> FilmPainter::subtracted(int frame, const Frame& contrast)
{
    const SequenceInfo& info = m_look.sequence->info();
    const SubtractionState& state = m_look.subtraction;
    const bool byFile = state.useFileMask && info.maskSubtraction;
    const std::vector<int> maskFrames =
        byFile ? maskFramesFor(*info.maskSubtraction, frame, info.frameCount) : state.maskFrames;
    if (maskFrames.empty()) // outside the file's applicable ranges frames are shown as they are
        return renderFrame(*m_look.sequence, contrast, m_look.transform);
    if (const Status masked = useMask(maskFrames); !masked)
        return tl::unexpected(masked.error());
    PixelShift shift = state.shift;
    if (byFile) {
        const PixelShift file = maskShiftFor(*info.maskSubtraction, frame, info.frameCount);
        shift.dx += file.dx;
        shift.dy += file.dy;
    }
    GreyDefaults defaults = subtractedDefaults();
    defaults.inverse = info.grey.inverse;
    DisplayTransform transform;
    transform.window = m_look.subtractedWindow;
    transform.invert = m_look.transform.invert;
    const GreyTable table(PixelType::U16, defaults, transform);
    std::vector<std::uint8_t> grey(contrast.sampleCount());
    if (const Status mapped =
            m_subtractor->subtractAndMap(contrast, shift, state.landmark, table, grey.data());
        !mapped)
        return tl::unexpected(mapped.error());
    RgbPicture picture{contrast.width(), contrast.height(), std::vector<std::uint8_t>(3 * grey.size())};
    for (std::size_t i = 0; i < grey.size(); ++i)
        std::fill_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey[i]);
    return picture;
}

void FilmPainter::coverShutter(RgbPicture& picture) const
{
    const auto grey = static_cast<std::uint8_t>(m_look.sequence->info().shutter.presentationValue >> 8);
    for (std::size_t i = 0; i < m_visible.size(); ++i)
        if (!m_visible[i])
            std::fill_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey);
}

void FilmPainter::drawPlanes(RgbPicture& picture, int frame) const
{
    const SequenceInfo& info = m_look.sequence->info();
    if (info.overlays.empty())
        return;
    const auto set = composeOverlays(info.overlays, frame, picture.width, picture.height);
    for (std::size_t i = 0; i < set.size(); ++i)
        if (set[i])
            std::fill_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, std::uint8_t{255});
}

void FilmPainter::drawOutlines(QPainter& painter, int frame) const
{
    const Segmentation& segmentation = *m_look.results.at(frame);
    painter.setOpacity(m_look.style.opacity);
    for (const ClassMask& item : segmentation.masks) {
        QPainterPath path;
        for (const Polyline& ring : outlines(item.mask)) {
            QPolygonF polygon;
            for (const Point& point : ring)
                polygon << QPointF(point.x + 0.5, (point.y + 0.5) * m_aspect);
            path.addPolygon(polygon);
            path.closeSubpath();
        }
        painter.strokePath(path, QPen(QColor(0, 0, 0, 180), 3.0));
        painter.strokePath(path, QPen(wireColor(item.wireClass), 1.0));
    }
    painter.setOpacity(1.0);
}

void FilmPainter::drawMeasurements(QPainter& painter, int frame) const
{
    painter.setFont(filmFont(std::clamp(m_size.height() / 24, 9, kLargestTextPx)));
    for (const Measurement& measurement : m_look.measurements)
        if (measurement.frame == frame)
            OverlayPainter::paintMeasurement(painter, measurement, m_look.spacing,
                                             QTransform::fromScale(1, m_aspect), false);
}

void FilmPainter::drawText(QPainter& painter, int frame) const
{
    const SequenceInfo& info = m_look.sequence->info();
    const QRectF area(QPointF(0, 0), QSizeF(m_size));
    if (m_look.withText) {
        CornerText text;
        if (m_look.withIdentity) {
            addIdentity(info.identity, text);
            if (!info.identity.seriesDescription.empty())
                text.topRight << QString::fromStdString(info.identity.seriesDescription);
        }
        const Window window =
            m_look.subtraction.enabled ? m_look.subtractedWindow : m_look.transform.window.value_or(Window{});
        if (window.width > 0.0)
            text.bottomLeft
                << QStringLiteral("W %1  L %2").arg(number(window.width, 0), number(window.center, 0));
        if (m_look.subtraction.enabled)
            text.bottomLeft << QStringLiteral("DSA");
        text.bottomRight << QStringLiteral("%1/%2").arg(frame + 1).arg(info.frameCount);
        const auto index = static_cast<std::size_t>(frame);
        if (index < info.timing.frameTimesMs.size())
            text.bottomRight << QStringLiteral("%1 s").arg(
                number(info.timing.frameTimesMs[index] / 1000.0, 2));
        if (!info.angles.empty())
            text.bottomRight << QString::fromStdString(
                info.angles[std::min(index, info.angles.size() - 1)].text());
        painter.setFont(filmFont(std::clamp(m_size.height() / 24, 9, kLargestTextPx)));
        const double line = QFontMetricsF(painter.font()).height();
        paintCornerText(painter, area.adjusted(0, 0, 0, -line), text);
    }
    CornerText notice;
    notice.bottomLeft << QCoreApplication::translate("ResearchUse", kResearchUse);
    painter.setFont(filmFont(std::clamp(m_size.width() / 28, 8, kLargestTextPx)));
    // Lines are cut at half the area's width; the notice must never be.
    paintCornerText(painter, area.adjusted(-4, 0, area.width() * 1.2, 4), notice);
}

} // namespace fedefm
