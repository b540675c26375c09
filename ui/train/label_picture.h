// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/sample.h"

#include <QColor>
#include <QImage>

namespace fedefm {

/// Colour of a class: catheter, guidewire, tip, then the error colour for all further ones. Class 0 has none.
QColor classColor(int wireClass);

/// `labels` (grey values are class numbers, 255 is "not counted") over `picture`, scaled to its size.
QImage overLabels(const QImage& picture, const QImage& labels);

/// Whether a stored picture holds class numbers and no drawing.
bool isLabelPicture(const QImage& image);

/// A sample's image (grey, or its first three channels as colour) without and with its mask.
QImage pictureOf(const Sample& sample);
QImage labelsOf(const Sample& sample); ///< null without a mask

} // namespace fedefm
