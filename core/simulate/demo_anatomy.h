// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm {

/// A square field of attenuation (or light), row-major.
struct DemoField
{
    int sizePx = 0;
    std::vector<float> values;
};

/// The patient without instruments. Layers move differently with breathing, so they are kept apart.
struct DemoAnatomy
{
    DemoField fixed;     ///< soft tissue, spine, lung markings
    DemoField ribs;      ///< move a little with breathing
    DemoField diaphragm; ///< liver and diaphragm, move the most
    DemoField light;     ///< 0…1: field of view and collimator blades
};

DemoAnatomy makeDemoAnatomy(int sizePx, std::uint64_t seed);

} // namespace fedefm
