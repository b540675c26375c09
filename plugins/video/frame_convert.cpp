// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/video/frame_convert.h"

#include <cstdlib>
#include <opencv2/imgproc.hpp>

namespace fedefm::video {

namespace {

/// Grey pictures that pass through 8-bit YUV come back with channels up to three values apart.
constexpr int kGreyTolerance = 4;

} // namespace

bool isGreyPicture(const cv::Mat& bgr)
{
    if (bgr.channels() == 1)
        return true;
    if (bgr.type() != CV_8UC3)
        return false;
    for (int y = 0; y < bgr.rows; ++y) {
        const auto* row = bgr.ptr<cv::Vec3b>(y);
        for (int x = 0; x < bgr.cols; ++x)
            if (std::abs(row[x][0] - row[x][1]) > kGreyTolerance ||
                std::abs(row[x][2] - row[x][1]) > kGreyTolerance)
                return false;
    }
    return true;
}

Result<FramePtr> toFrame(const cv::Mat& picture, int samples, const std::string& subject)
{
    if (picture.depth() != CV_8U || (picture.channels() != 1 && picture.channels() != 3))
        return fail(ErrorCode::UnsupportedPixels, subject, "video pictures must be 8-bit grey or colour");
    std::vector<std::uint8_t> bytes(picture.total() * static_cast<std::size_t>(samples));
    cv::Mat target(picture.rows, picture.cols, CV_8UC(samples), bytes.data());
    if (picture.channels() == samples && samples == 1)
        picture.copyTo(target);
    else if (samples == 1)
        cv::extractChannel(picture, target, 1);
    else
        cv::cvtColor(picture, target, picture.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
    return std::make_shared<Frame>(picture.cols, picture.rows, samples, PixelType::U8, std::move(bytes));
}

} // namespace fedefm::video
