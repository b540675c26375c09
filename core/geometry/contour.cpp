// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/contour.h"

#include <opencv2/imgproc.hpp>

namespace fedefm {

std::vector<Polyline> outlines(const RleMask& mask)
{
    const RleMask::Box box = mask.bounds();
    if (box.width == 0)
        return {};
    cv::Mat_<std::uint8_t> picture = cv::Mat_<std::uint8_t>::zeros(box.height, box.width);
    for (const RleMask::Run& run : mask.runs())
        picture.row(run.y - box.y).colRange(run.x - box.x, run.x - box.x + run.length).setTo(255);
    std::vector<std::vector<cv::Point>> contours;
    cv::findContours(picture, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE, cv::Point(box.x, box.y));
    std::vector<Polyline> lines;
    for (const auto& contour : contours) {
        Polyline line;
        for (const cv::Point& p : contour)
            line.push_back({static_cast<double>(p.x), static_cast<double>(p.y)});
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace fedefm
