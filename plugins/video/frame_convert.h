// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/frame.h"

#include <opencv2/core.hpp>

namespace fedefm::video {

/// True when the three channels agree within what a codec's colour conversion may round away.
bool isGreyPicture(const cv::Mat& bgr);

/// OpenCV's blue-green-red (or one-channel) picture as a frame of one or three samples.
/// Errors: UnsupportedPixels with `subject`.
Result<FramePtr> toFrame(const cv::Mat& picture, int samples, const std::string& subject);

} // namespace fedefm::video
