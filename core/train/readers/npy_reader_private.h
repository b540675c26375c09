// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace fedefm {

/// An array of whole numbers in C order.
struct NpyArray
{
    std::vector<std::size_t> shape;
    std::vector<std::int32_t> values;
};

/// NumPy's .npy, versions 1 to 3: bool, 8 to 64 bit integers and floats that hold whole numbers, any byte
/// order, C or Fortran order. Errors: those of readFile, PictureUnreadable, UnsupportedPixels, SizeMismatch,
/// TooLarge.
Result<NpyArray> readNpy(const std::filesystem::path& file);

/// Entry `index` of the first dimension, without reading the others. Errors: as above; OutOfRange.
Result<NpyArray> readNpyPart(const std::filesystem::path& file, std::size_t index);

/// From the head only.
Result<std::vector<std::size_t>> npyShape(const std::filesystem::path& file);

} // namespace fedefm
