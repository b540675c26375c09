// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/phase_correlation_private.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <opencv2/imgproc.hpp>

namespace fedefm {

namespace {

constexpr int kSmallestSide = 16; // below it the window leaves nothing to correlate
constexpr int kRefineSteps = 8;

cv::Mat toFloat(const AttenuationPlane& plane, int width, int height)
{
    const cv::Mat view(height, width, CV_16U, const_cast<std::uint16_t*>(plane.data()));
    cv::Mat result;
    view.convertTo(result, CV_32F, 1.0 / kStepsPerNeper);
    // Quantum noise is white and would whiten the correlation's peak away.
    cv::GaussianBlur(result, result, {0, 0}, 1.0);
    return result;
}

cv::Mat moved(const cv::Mat& picture, cv::Point2d shift)
{
    const cv::Matx23d transform(1, 0, shift.x, 0, 1, shift.y);
    cv::Mat result;
    cv::warpAffine(picture, result, transform, picture.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return result;
}

/// The part that no reasonable shift fills from outside.
cv::Rect interior(const cv::Size& size)
{
    const int marginX = size.width / 8;
    const int marginY = size.height / 8;
    return {marginX, marginY, size.width - 2 * marginX, size.height - 2 * marginY};
}

/// Mean of the capped differences: the dye, which only one picture has, must not decide.
double mismatch(const cv::Mat& moving, const cv::Mat& fixed, cv::Point2d shift, double cap)
{
    const cv::Rect inside = interior(fixed.size());
    cv::Mat difference;
    cv::absdiff(moved(moving, shift)(inside), fixed(inside), difference);
    cv::min(difference, cap, difference);
    return cv::mean(difference)[0];
}

/// One Gauss-Newton step of a pure translation with the capped weights; false when the picture has no
/// structure.
bool refine(const cv::Mat& moving, const cv::Mat& fixed, double cap, cv::Point2d& shift)
{
    const cv::Rect inside = interior(fixed.size());
    const cv::Mat current = moved(moving, shift);
    cv::Mat gx, gy, weight;
    cv::Sobel(current, gx, CV_32F, 1, 0, 3, 1.0 / 8.0);
    cv::Sobel(current, gy, CV_32F, 0, 1, 3, 1.0 / 8.0);
    gx = gx(inside);
    gy = gy(inside);
    const cv::Mat difference = fixed(inside) - current(inside);
    cv::max(cv::abs(difference), cap, weight);
    weight = cap / weight;
    const cv::Mat wx = weight.mul(gx);
    const cv::Mat wy = weight.mul(gy);
    const double xx = wx.dot(gx), xy = wx.dot(gy), yy = wy.dot(gy);
    const double bx = wx.dot(difference), by = wy.dot(difference);
    const double determinant = xx * yy - xy * xy;
    if (!(determinant > 1e-9 * (xx + yy) * (xx + yy)))
        return false;
    // Moving the picture right lowers its value where the gradient is positive, hence the signs.
    shift.x -= (yy * bx - xy * by) / determinant;
    shift.y -= (xx * by - xy * bx) / determinant;
    return true;
}

cv::Point2d refined(const cv::Mat& moving, const cv::Mat& fixed, double cap, cv::Point2d start)
{
    cv::Point2d shift = start;
    for (int i = 0; i < kRefineSteps; ++i) {
        const cv::Point2d before = shift;
        if (!refine(moving, fixed, cap, shift) || !(cv::norm(shift - start) < 3.0))
            return start;
        if (cv::norm(shift - before) < 0.005)
            break;
    }
    return shift;
}

double spread(const cv::Mat& picture)
{
    cv::Scalar mean, deviation;
    cv::meanStdDev(picture, mean, deviation);
    return deviation[0];
}

cv::Point2d phasePeak(const cv::Mat& moving, const cv::Mat& fixed)
{
    cv::Mat window;
    cv::createHanningWindow(window, moving.size(), CV_32F);
    return cv::phaseCorrelate(moving - cv::mean(moving)[0], fixed - cv::mean(fixed)[0], window);
}

/// The best of no shift, the coarser level's shift and the correlation's peak, each also refined.
cv::Point2d bestOf(const cv::Mat& moving, const cv::Mat& fixed, cv::Point2d coarse)
{
    const double cap = 0.25 * std::min(spread(moving), spread(fixed));
    if (!(cap > 1e-5))
        return {};
    cv::Point2d best;
    double lowest = mismatch(moving, fixed, best, cap);
    const auto consider = [&](cv::Point2d candidate) {
        const bool isPlausible =
            std::abs(candidate.x) <= moving.cols / 8.0 && std::abs(candidate.y) <= moving.rows / 8.0;
        if (!isPlausible) // not a number included
            return;
        if (const double value = mismatch(moving, fixed, candidate, cap); value < lowest) {
            lowest = value;
            best = candidate;
        }
    };
    consider(coarse);
    consider(phasePeak(moving, fixed));
    consider(refined(moving, fixed, cap, best));
    return best;
}

/// From coarse to fine: at low resolution noise is weak and a large shift is small.
cv::Point2d bestShiftOf(const cv::Mat& moving, const cv::Mat& fixed)
{
    constexpr int kCoarsestSide = 64;
    if (std::min(moving.cols, moving.rows) < 2 * kCoarsestSide)
        return bestOf(moving, fixed, {});
    cv::Mat smallMoving, smallFixed;
    cv::pyrDown(moving, smallMoving);
    cv::pyrDown(fixed, smallFixed);
    return bestOf(moving, fixed, 2.0 * bestShiftOf(smallMoving, smallFixed));
}

} // namespace

Result<PixelShift> registerPlanes(const AttenuationPlane& moving, const AttenuationPlane& fixed, int width,
                                  int height)
{
    if (width < kSmallestSide || height < kSmallestSide)
        return PixelShift{};
    try {
        const cv::Point2d shift = bestShiftOf(toFloat(moving, width, height), toFloat(fixed, width, height));
        return PixelShift{shift.x, shift.y};
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, {});
    } catch (const cv::Exception& exception) {
        return fail(exception.code == cv::Error::StsNoMem ? ErrorCode::OutOfMemory : ErrorCode::Internal, {},
                    exception.err);
    }
}

} // namespace fedefm
