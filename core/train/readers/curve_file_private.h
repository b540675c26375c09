// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/data/sample.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// The curves of one picture as a JSON file tells them.
struct CurveRecord
{
    std::string image;     ///< file name, relative to some folder; empty: the file does not say
    std::string series;    ///< file of several frames that the picture belongs to; may be empty
    int frame = 0;         ///< in the series, 0-based
    std::size_t order = 0; ///< position in the file
    std::vector<SampleCurve> curves;
    std::vector<SampleCurve> tips; ///< of one point each
    std::string fault;             ///< why the record cannot be used
};

/// Reads what is known of curves:
///   this project's curves.json (docs/cli.md) and the simulator's truth.json;
///   one file per picture {"source", "frame_index", "curves": [{"label", "width_px", "points"}]};
///   Guide3D: objects {"image", "points"} at any depth; their curves are guidewires of 2 px.
/// Points are [x, y] or {"x", "y"}; one that is none is a fault of its record. Curves of other devices are
/// left out. Errors: those of readFile; NotRecognised.
Result<std::vector<CurveRecord>> readCurveFile(const std::filesystem::path& file);

/// Draws the curves that have points, guidewires last, on a background of 0.
std::vector<std::uint8_t> drawCurves(const std::vector<SampleCurve>& curves, int width, int height);

} // namespace fedefm
