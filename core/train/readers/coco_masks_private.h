// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/geometry/rle_mask.h"

#include <nlohmann/json.hpp>

namespace fedefm {

/// A COCO "segmentation": polygons [[x, y, x, y, …], …], {"counts": [n, …], "size": [h, w]} or the same with
/// the counts packed into a string (cocodataset/cocoapi, maskApi.c). In COCO (0, 0) is the corner of the
/// first pixel; a pixel belongs to a polygon when its centre does. Errors: InvalidArgument, SizeMismatch.
Result<RleMask> cocoMask(const nlohmann::json& segmentation, int width, int height);

} // namespace fedefm
