// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/render_frame.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

const cv::Scalar kCasing(16, 16, 16);
/// Sub-pixel bits of OpenCV's drawing functions.
constexpr int kShift = 4;
/// The line width and ring size hold for pictures of this width and grow with larger ones.
constexpr double kReferenceWidthPx = 512.0;

cv::Mat asMat(RgbPicture& picture)
{
    return {picture.height, picture.width, CV_8UC3, picture.rgb.data()};
}

Rgb colorOf(WireClass wireClass)
{
    return wireClass == WireClass::Catheter ? kCatheterColor : kGuidewireColor;
}

cv::Scalar scalarOf(Rgb color)
{
    return {static_cast<double>(color.r), static_cast<double>(color.g), static_cast<double>(color.b)};
}

cv::Point fixedPoint(Point p)
{
    return {static_cast<int>(std::lround(p.x * (1 << kShift))),
            static_cast<int>(std::lround(p.y * (1 << kShift)))};
}

int scaled(double lengthPx, const cv::Mat& picture)
{
    return std::max(
        1, static_cast<int>(std::lround(lengthPx * std::max(1.0, picture.cols / kReferenceWidthPx))));
}

void fillMask(cv::Mat& picture, const ClassMask& item, double opacity)
{
    const Rgb color = colorOf(item.wireClass);
    const auto blend = [opacity](std::uint8_t under, std::uint8_t over) {
        return static_cast<std::uint8_t>(std::lround(under + opacity * (over - under)));
    };
    for (const RleMask::Run& run : item.mask.runs()) {
        if (run.y < 0 || run.y >= picture.rows)
            continue;
        auto* row = picture.ptr<cv::Vec3b>(run.y);
        for (int x = std::max(run.x, 0); x < std::min(run.x + run.length, picture.cols); ++x)
            row[x] = {blend(row[x][0], color.r), blend(row[x][1], color.g), blend(row[x][2], color.b)};
    }
}

void outlineMask(cv::Mat& picture, const ClassMask& item)
{
    std::vector<std::uint8_t> bytes = item.mask.toBytes(255);
    if (bytes.empty())
        return;
    const cv::Mat mask(item.mask.height(), item.mask.width(), CV_8UC1, bytes.data());
    std::vector<std::vector<cv::Point>> contours;
    cv::findContours(mask, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
    cv::drawContours(picture, contours, -1, scalarOf(colorOf(item.wireClass)), 1, cv::LINE_8);
}

void drawLine(cv::Mat& picture, const Polyline& line, const cv::Scalar& color, int thicknessPx)
{
    std::vector<cv::Point> points;
    points.reserve(line.size());
    std::transform(line.begin(), line.end(), std::back_inserter(points), fixedPoint);
    cv::polylines(picture, points, false, color, thicknessPx, cv::LINE_AA, kShift);
}

/// A ring with four short arms outside; the middle stays free, so that the tip itself is never covered.
void drawTip(cv::Mat& picture, Point at)
{
    const int ringPx = scaled(7, picture);
    const int armPx = scaled(5, picture);
    for (const bool casing : {true, false}) {
        const cv::Scalar color = casing ? kCasing : scalarOf(kTipColor);
        const int thicknessPx = scaled(1, picture) + (casing ? scaled(2, picture) : 0);
        cv::circle(picture, fixedPoint(at), ringPx << kShift, color, thicknessPx, cv::LINE_AA, kShift);
        for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
            const Point from{at.x + dx * ringPx, at.y + dy * ringPx};
            const Point to{from.x + dx * armPx, from.y + dy * armPx};
            cv::line(picture, fixedPoint(from), fixedPoint(to), color, thicknessPx, cv::LINE_AA, kShift);
        }
    }
}

} // namespace

Result<RgbPicture> renderFrame(const Sequence& sequence, const Frame& frame,
                               const DisplayTransform& transform)
{
    const SequenceInfo& info = sequence.info();
    RgbPicture picture;
    picture.width = frame.width();
    picture.height = frame.height();
    const std::size_t pixels = static_cast<std::size_t>(frame.width()) * frame.height();
    picture.rgb.resize(pixels * 3);
    if (frame.samples() == 3) {
        colorToRgb(frame, info.colorModel == ColorModel::YbrFull, picture.rgb.data());
        return picture;
    }
    if (frame.samples() != 1)
        return fail(ErrorCode::UnsupportedPixels, info.path,
                    std::to_string(frame.samples()) + " samples per pixel");
    if (info.colorModel == ColorModel::Palette && info.palette) {
        paletteToRgb(frame, *info.palette, picture.rgb.data());
        return picture;
    }
    DisplayTransform complete = transform;
    if (!complete.window && complete.voiLut < 0)
        complete.window = fullRangeWindow(frame, info.grey);
    std::vector<std::uint8_t> grey(pixels);
    GreyTable(frame.type(), info.grey, complete).apply(frame, grey.data());
    for (std::size_t i = 0; i < pixels; ++i)
        std::fill_n(picture.rgb.data() + 3 * i, 3, grey[i]);
    return picture;
}

void applyShutter(RgbPicture& picture, const Shutter& shutter)
{
    if (shutter.isEmpty())
        return;
    const auto grey = static_cast<std::uint8_t>(shutter.presentationValue >> 8);
    const std::vector<std::uint8_t> visible = shutter.visibleMask(picture.width, picture.height);
    for (std::size_t i = 0; i < visible.size(); ++i)
        if (!visible[i])
            std::fill_n(picture.rgb.data() + 3 * i, 3, grey);
}

void drawSegmentation(RgbPicture& picture, const Segmentation& segmentation, double opacity)
{
    cv::Mat canvas = asMat(picture);
    for (const ClassMask& item : segmentation.masks) {
        fillMask(canvas, item, opacity);
        if (item.mask.width() == picture.width && item.mask.height() == picture.height)
            outlineMask(canvas, item);
    }
    const int linePx = scaled(2, canvas);
    for (const WireCurve& curve : segmentation.curves) {
        drawLine(canvas, curve.points, kCasing, linePx + 2);
        drawLine(canvas, curve.points, scalarOf(colorOf(curve.wireClass)), linePx);
    }
    for (const WireTip& tip : segmentation.tips)
        drawTip(canvas, tip.position);
}

void drawTextLine(RgbPicture& picture, const std::string& text, int line)
{
    cv::Mat canvas = asMat(picture);
    const int font = cv::FONT_HERSHEY_SIMPLEX;
    double scale = 0.45 * std::max(1.0, picture.width / kReferenceWidthPx);
    int baseline = 0;
    const cv::Size natural = cv::getTextSize(text, font, scale, 1, &baseline);
    const double room = picture.width - 8.0;
    if (natural.width > room && natural.width > 0)
        scale *= std::max(room, 1.0) / natural.width;
    const cv::Size size = cv::getTextSize(text, font, scale, 1, &baseline);
    const int thicknessPx = scaled(1, canvas);
    const cv::Point at(4, picture.height - 6 - line * (size.height + baseline + 3));
    cv::putText(canvas, text, at, font, scale, kCasing, thicknessPx + 2, cv::LINE_AA);
    cv::putText(canvas, text, at, font, scale, cv::Scalar::all(255), thicknessPx, cv::LINE_AA);
}

} // namespace fedefm
