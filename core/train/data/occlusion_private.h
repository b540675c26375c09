// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/random.h"
#include "core/train/data/sample.h"

namespace fedefm {

/// A grey rectangle of at most a quarter of the side; labels and curves stay.
void cutOut(Sample& sample, Random& random);

/// A dark border, rectangular (turned a little) or round. Labels under it are cleared, curves are cut at it.
void collimate(Sample& sample, Random& random);

} // namespace fedefm
