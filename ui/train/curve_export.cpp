// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_export.h"

#include "core/base/atomic_file.h"
#include "core/base/version.h"
#include "ui/common/plot.h"
#include "ui/train/curve_plot.h"

#include <QBuffer>
#include <QImage>
#include <QPdfWriter>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kPlotWidthPx = 720;
constexpr int kPlotHeightPx = 420;
constexpr int kMarginPx = 16;
constexpr int kLinePx = 22;
constexpr int kLegendColumnPx = 300;
constexpr double kPictureScale = 2.0;

struct PageLayout
{
    int columns = 1;
    int rows = 1;
    int legendRows = 0;
    int legendColumns = 1;
    QSize size;
};

PageLayout layoutOf(const CurvePage& content)
{
    const std::size_t plots = content.plots.size();
    PageLayout page;
    page.columns = plots > 1 ? 2 : 1;
    page.rows = (static_cast<int>(plots) + page.columns - 1) / page.columns;
    const int width = page.columns * kPlotWidthPx;
    page.legendColumns = std::max(1, width / kLegendColumnPx);
    page.legendRows = (static_cast<int>(content.legend.size()) + page.legendColumns - 1) / page.legendColumns;
    page.size = QSize(width + 2 * kMarginPx,
                      page.rows * kPlotHeightPx + (page.legendRows + 1) * kLinePx + 3 * kMarginPx);
    return page;
}

void drawLegend(QCPPainter& painter, const std::vector<ShownRun>& runs, const PageLayout& page)
{
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const int column = static_cast<int>(i) % page.legendColumns;
        const int row = static_cast<int>(i) / page.legendColumns;
        const QRect cell(kMarginPx + column * kLegendColumnPx, kMarginPx + row * kLinePx, kLegendColumnPx,
                         kLinePx);
        const QLine line(cell.left(), cell.center().y(), cell.left() + 32, cell.center().y());
        painter.setPen(QPen(casingFor(Qt::white), 4.0, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(line);
        painter.setPen(QPen(runs[i].style.color, 2.4, runs[i].style.line, Qt::FlatCap));
        painter.drawLine(line);
        painter.setPen(Qt::black);
        painter.drawText(
            cell.adjusted(40, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft,
            painter.fontMetrics().elidedText(runs[i].name, Qt::ElideMiddle, kLegendColumnPx - 48));
    }
}

void drawPage(QCPPainter& painter, const CurvePage& content, const PageLayout& page)
{
    painter.fillRect(QRect(QPoint(0, 0), page.size), Qt::white);
    painter.setFont(content.font);
    drawLegend(painter, content.legend, page);
    const int top = 2 * kMarginPx + page.legendRows * kLinePx;
    for (std::size_t i = 0; i < content.plots.size(); ++i) {
        const int column = static_cast<int>(i) % page.columns;
        const int row = static_cast<int>(i) / page.columns;
        content.plots[i]->render(painter, QRect(kMarginPx + column * kPlotWidthPx, top + row * kPlotHeightPx,
                                                kPlotWidthPx, kPlotHeightPx));
    }
    painter.setPen(Qt::black);
    painter.drawText(QRect(kMarginPx, page.size.height() - kMarginPx - kLinePx,
                           page.size.width() - 2 * kMarginPx, kLinePx),
                     Qt::AlignVCenter | Qt::AlignLeft,
                     QStringLiteral("%1 · %2 %3")
                         .arg(QString::fromLatin1(kResearchUse), QString::fromLatin1(kProductName),
                              QString::fromLatin1(kVersion)));
}

Status writeBytes(const QString& path, const QByteArray& bytes, bool overwrite)
{
    return writeFile(path.toStdString(),
                     std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())),
                     overwrite ? Overwrite::Yes : Overwrite::No);
}

} // namespace

Status exportCurvesPng(const CurvePage& content, const QString& path, bool overwrite)
{
    const PageLayout page = layoutOf(content);
    QImage image(page.size * kPictureScale, QImage::Format_RGB32);
    image.fill(Qt::white);
    {
        QCPPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(kPictureScale, kPictureScale);
        drawPage(painter, content, page);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly) || !image.save(&buffer, "PNG"))
        return fail(ErrorCode::WriteFailed, path.toStdString());
    return writeBytes(path, bytes, overwrite);
}

Status exportCurvesPdf(const CurvePage& content, const QString& path, bool overwrite)
{
    const PageLayout page = layoutOf(content);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly))
        return fail(ErrorCode::WriteFailed, path.toStdString());
    {
        QPdfWriter writer(&buffer);
        writer.setPageSize(QPageSize(QSizeF(page.size) * 0.75, QPageSize::Point));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setCreator(QString::fromLatin1(kProductName));
        writer.setResolution(96);
        QCPPainter painter(&writer);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        drawPage(painter, content, page);
    }
    return writeBytes(path, bytes, overwrite);
}

std::filesystem::path runCsvFile(const std::vector<RunSummary>& runs, const RunSummary& run,
                                 const std::filesystem::path& target)
{
    auto file = target;
    if (runs.size() > 1)
        file.replace_filename(target.stem().string() + "-" + run.id + ".csv");
    return file;
}

Result<std::vector<std::filesystem::path>> exportRunsCsv(const std::vector<RunSummary>& runs,
                                                         const std::filesystem::path& target, bool overwrite)
{
    std::vector<std::filesystem::path> files;
    for (const RunSummary& run : runs) {
        const auto file = runCsvFile(runs, run, target);
        const auto reader = RunReader::open(run.folder);
        if (!reader)
            return tl::unexpected(reader.error());
        if (const Status written = exportCsv(**reader, file, overwrite); !written)
            return tl::unexpected(written.error());
        files.push_back(file);
    }
    return files;
}

} // namespace fedefm
