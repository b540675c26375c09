// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/export_segmentation.h"

#include <string>

namespace fedefm {

/// The form that docs/cli.md describes under "curves.json": centre-lines, tips and confidence per frame.
std::string curvesJson(const ExportJob& job);

/// COCO object detection with uncompressed RLE masks and the tip as key point.
std::string cocoJson(const ExportJob& job);

} // namespace fedefm
