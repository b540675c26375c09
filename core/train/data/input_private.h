// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/augmentation.h"

namespace fedefm {

/// The first half of applyInput: channels and grey range of the whole picture. It stands before the
/// augmentation, since in use the percentiles are those of a whole picture too, never of a crop.
void prepareGrey(Sample& sample, const InputSettings& settings);

/// The second half: size, padding, mean and deviation.
void finishInput(Sample& sample, const InputSettings& settings);

} // namespace fedefm
