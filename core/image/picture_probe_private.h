// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/file_bytes_private.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

enum class PictureFormat { Png, Jpeg, Tiff, Bmp, Pnm };

/// One picture of a file as its header describes it.
struct PicturePage
{
    long long width = 0;
    long long height = 0;
    int samples = 1; ///< 1 grey, 3 colour; alpha and palettes are resolved
    int bits = 8;    ///< per sample, 1…16
    bool isSigned = false;
    bool minIsWhite = false;
    int index = 0; ///< position in the file, counted from 0

    int bytesPerSample() const { return bits > 8 ? 2 : 1; }
};

struct PictureHeader
{
    PictureFormat format = PictureFormat::Png;
    std::vector<PicturePage> pages; ///< at least one
    bool lossy = false;
};

/// More bytes than this per decoded picture are refused: decoders hold two copies for a moment.
inline constexpr long long kMaxPictureBytes = 400'000'000;
/// Longer files are refused, because a picture is decoded from memory.
inline constexpr std::uint64_t kMaxPictureFileBytes = 512ULL << 20;
inline constexpr int kMaxPicturePages = 20'000;

/// Reads sizes and the structure from the file without decoding; the content decides about the format, not
/// the name. Errors: NotRecognised, SizeMismatch, TooLarge, UnsupportedPixels, PictureUnreadable; `detail`
/// has the offset.
Result<PictureHeader> probePicture(const std::filesystem::path& file);

/// Header readers of single formats; the errors have no subject yet.
Result<PictureHeader> probePng(FileBytes& bytes);
Result<PictureHeader> probeJpeg(FileBytes& bytes);
Result<PictureHeader> probeBmp(FileBytes& bytes);
Result<PictureHeader> probePnm(FileBytes& bytes);
Result<PictureHeader> probeTiff(FileBytes& bytes);

inline std::string atOffset(const std::string& what, std::uint64_t offset)
{
    return what + " at offset " + std::to_string(offset);
}

} // namespace fedefm
