// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/scene_settings.h"

namespace fedefm {

/// A second catheter at the depth of the isocentre, drawn without mechanics: from one side of the picture to
/// the other, or ending in it with the tip in its rest shape.
ProcedureState placePassingCatheter(const SceneSettings& scene, RandomStream random);

} // namespace fedefm
