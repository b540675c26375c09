// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace fedefm {

/// cividis, 0…1: evenly brighter to the eye, alike with and without colour-blindness.
QColor heatColor(double share);

/// Black or white, whichever is read better on it.
QColor textOn(const QColor& ground);

} // namespace fedefm
