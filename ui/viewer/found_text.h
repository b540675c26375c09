// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

#include <QString>

namespace fedefm {

/// What the segmentation panel says in words; nothing here names a person.

/// One line per class that was found: "Catheter: 210.4 px, 82 %", tips with position; "Nothing found".
QString foundText(const Segmentation& segmentation, const PixelSpacing& spacing);
/// "Ridge filter 1.0, frame 17, 23 ms, CPU".
QString originText(const Segmentation& segmentation);
/// Empty, or that the mask belongs to another frame or to a lower resolution than the picture.
QString maskWarning(const Segmentation& segmentation, const SequenceInfo& info, int shownFrame);
/// Name, version, architecture, licence, training, limits, line by line.
QString cardText(const ModelCard& card);

} // namespace fedefm
