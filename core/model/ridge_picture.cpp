// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ridge_picture_private.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

cv::Mat viewOf(const Frame& frame)
{
    const int depth = frame.type() == PixelType::U8    ? CV_8U
                      : frame.type() == PixelType::U16 ? CV_16U
                                                       : CV_16S;
    return cv::Mat(frame.height(), frame.width(), CV_MAKETYPE(depth, frame.samples()),
                   const_cast<std::uint8_t*>(frame.bytes()));
}

cv::Mat1f throughPalette(const Frame& frame, const Palette& palette)
{
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(frame.width()) * frame.height() * 3);
    paletteToRgb(frame, palette, rgb.data());
    cv::Mat1f grey;
    cv::Mat luminance;
    cv::cvtColor(cv::Mat(frame.height(), frame.width(), CV_8UC3, rgb.data()), luminance, cv::COLOR_RGB2GRAY);
    luminance.convertTo(grey, CV_32F);
    return grey;
}

/// One brightness per pixel, larger is brighter on the display.
cv::Mat1f brightness(const Frame& frame, const SequenceInfo& info)
{
    if (frame.samples() == 1 && info.palette)
        return throughPalette(frame, *info.palette);
    cv::Mat1f grey;
    if (frame.samples() == 1) {
        viewOf(frame).convertTo(grey, CV_32F);
        if (info.grey.inverse)
            grey = -grey;
        return grey;
    }
    cv::Mat floating;
    viewOf(frame).convertTo(floating, CV_32F);
    std::vector<cv::Mat1f> channels;
    cv::split(floating, channels);
    if (channels.size() < 3 || info.colorModel == ColorModel::YbrFull)
        return channels.front();
    return 0.299F * channels[0] + 0.587F * channels[1] + 0.114F * channels[2];
}

double workingScale(int longerSide, const RidgeSettings& settings)
{
    if (longerSide > settings.workingSizeMaxPx)
        return static_cast<double>(settings.workingSizeMaxPx) / longerSide;
    return longerSide < settings.workingSizeMinPx ? 2.0 : 1.0;
}

struct Range
{
    float low = 0.0F;
    float high = 1.0F;
};

/// The darkest value that the stored form can take, as brightness.
float naturalBlack(const SequenceInfo& info)
{
    if (info.isSigned || info.samples != 1)
        return info.isSigned ? std::numeric_limits<float>::lowest() : 0.0F;
    return info.grey.inverse ? 1.0F - static_cast<float>(1U << std::clamp(info.bitsStored, 1, 16)) : 0.0F;
}

/// Black and the 99.5 percentile, from every seventh pixel. A picture whose darkest parts are not black gets
/// a black some way below them.
Range brightnessRange(const cv::Mat1f& picture, float black)
{
    std::vector<float> values;
    for (int y = 0; y < picture.rows; ++y)
        for (int x = y % 7; x < picture.cols; x += 7)
            values.push_back(picture(y, x));
    const auto at = [&](double part) {
        const auto nth =
            values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), nth, values.end());
        return *nth;
    };
    const float high = at(0.995);
    const float low = at(0.005);
    return {std::max(black, low - 0.25F * (high - low)), std::max(high, low + 1.0F)};
}

/// Brightness above which a pixel counts as exposed: `darkLimit`, or clearly above a dark border of the
/// picture, which is a collimator that lets some light through.
double fieldLimit(const cv::Mat1f& relative, double darkLimit)
{
    std::vector<float> border;
    for (const cv::Mat1f strip :
         {relative.rowRange(0, 3), relative.rowRange(relative.rows - 3, relative.rows),
          relative.colRange(0, 3), relative.colRange(relative.cols - 3, relative.cols)})
        border.insert(border.end(), strip.begin(), strip.end());
    const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
    std::nth_element(border.begin(), middle, border.end());
    return *middle < 0.12F ? std::max(darkLimit, 2.0 * *middle) : darkLimit;
}

/// The exposed field: not black, not covered by a shutter, with small dark islands (wires) filled in.
cv::Mat1b exposedField(const cv::Mat1f& relative, const SequenceInfo& info, const RidgeSettings& settings)
{
    cv::Mat1f calm; // noise in a collimator that lets some light through would leave islands
    cv::GaussianBlur(relative, calm, {}, 2.5);
    cv::Mat1b field = calm > fieldLimit(calm, settings.darkLimit);
    const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5});
    cv::morphologyEx(field, field, cv::MORPH_CLOSE, kernel);
    cv::morphologyEx(field, field, cv::MORPH_OPEN, kernel);
    if (!info.shutter.isEmpty() && info.width > 0 && info.height > 0) {
        std::vector<std::uint8_t> visible = info.shutter.visibleMask(info.width, info.height);
        cv::Mat1b covered;
        cv::resize(cv::Mat1b(info.height, info.width, visible.data()) == 0, covered, field.size(), 0, 0,
                   cv::INTER_NEAREST);
        field.setTo(0, covered);
    }
    if (cv::countNonZero(field) < field.rows * field.cols / 20)
        field.setTo(255);
    return field;
}

FloatPlane toPlane(const cv::Mat1f& mat)
{
    FloatPlane plane(mat.cols, mat.rows);
    std::copy(mat.begin(), mat.end(), plane.values.begin());
    return plane;
}

FloatPlane distanceToEdge(const cv::Mat1b& field)
{
    cv::Mat1b framed;
    cv::copyMakeBorder(field, framed, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
    cv::Mat1f distance;
    cv::distanceTransform(framed, distance, cv::DIST_L2, 3);
    return toPlane(distance(cv::Rect(1, 1, field.cols, field.rows)));
}

} // namespace

Result<RidgePicture> makeRidgePicture(const Frame& frame, const SequenceInfo& info,
                                      const RidgeSettings& settings)
{
    if (frame.width() < 16 || frame.height() < 16)
        return fail(ErrorCode::OutOfRange, {}, "a picture of at least 16 x 16 pixels is needed");
    RidgePicture picture;
    const int longer = std::max(frame.width(), frame.height());
    picture.scale = workingScale(longer, settings);
    picture.unitPx = longer * picture.scale / 512.0;
    cv::Mat1f grey = brightness(frame, info);
    if (picture.scale != 1.0)
        cv::resize(grey, grey, {}, picture.scale, picture.scale,
                   picture.scale < 1.0 ? cv::INTER_AREA : cv::INTER_CUBIC);
    if (std::min(grey.cols, grey.rows) < 8)
        return fail(ErrorCode::OutOfRange, {}, "the picture is too narrow for its length");
    const Range range = brightnessRange(grey, naturalBlack(info));
    cv::Mat1f relative = (grey - range.low) / (range.high - range.low);
    cv::max(relative, 0.0, relative);
    picture.edgeDistance = distanceToEdge(exposedField(relative, info, settings));
    if (info.grey.logarithmic) {
        picture.attenuation = toPlane(relative * 100.0);
        return picture;
    }
    // The offset keeps the noise of nearly black areas from being blown up.
    cv::Mat1f logarithm;
    cv::log(relative + 0.06, logarithm);
    picture.attenuation = toPlane(logarithm * 100.0);
    return picture;
}

} // namespace fedefm
