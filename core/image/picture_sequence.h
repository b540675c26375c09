// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <filesystem>

namespace fedefm {

/// Pictures are at most this many pixels; larger ones are refused before anything is decoded.
inline constexpr long long kMaxPicturePixels = 100'000'000;

/// True for names that the picture readers take: png, tif, tiff, jpg, jpeg, bmp, pgm, ppm; gif is not one of
/// them.
bool isPictureName(const std::filesystem::path& path);

/// One picture (all pages of a TIFF become frames). 8 and 16 bit, grey or colour; alpha is dropped.
Result<SequencePtr> openPicture(const std::filesystem::path& file);

/// All pictures of a folder in natural order (frame_2 before frame_10) as one sequence; names ending in
/// "_mask", "_label" or "_classes" are left out. Where some are colour, grey ones are read as colour. Sizes
/// and depths must agree: those that differ from the first are listed in the warnings and skipped.
Result<SequencePtr> openPictureFolder(const std::filesystem::path& folder);

/// File name, without folder, of the picture that is frame `frame` (0-based) of a sequence opened by the
/// functions above; empty for other sequences and for the pages of a file that has several.
std::string pictureName(const Sequence& sequence, int frame);

/// 8-bit grey or RGB and 16-bit grey PNG, whole-file-then-rename.
Status writePng(const std::filesystem::path& target, const std::uint8_t* data, int width, int height,
                int channels, bool overwrite);
Status writePng16(const std::filesystem::path& target, const std::uint16_t* data, int width, int height,
                  bool overwrite);

} // namespace fedefm
