// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/data/sample.h"
#include "core/train/readers/label_file_private.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

enum class VoxelType { I8, U8, I16, U16, I32, U32, F32, F64 };
std::size_t bytesOf(VoxelType type);

/// Where the voxels of a volume lie and how they are to be read; x runs fastest, then y, then z.
struct VolumeHeader
{
    std::array<int, 3> size{}; ///< x, y, z
    VoxelType type = VoxelType::I16;
    bool isBig = false;
    double slope = 1.0; ///< value = slope · stored + intercept
    double intercept = 0.0;
    std::filesystem::path data;
    std::uint64_t offset = 0;  ///< of the voxels in the file, after inflating
    bool isCompressed = false; ///< gzip or zlib

    std::uint64_t sliceBytes() const
    {
        return static_cast<std::uint64_t>(size[0]) * static_cast<std::uint64_t>(size[1]) * bytesOf(type);
    }
};

/// MetaImage (.mhd with a .raw or .zraw beside it, .mha; ITK's documentation of MetaIO): three dimensions,
/// one channel. Errors: those of readFile, NotRecognised, UnsupportedPixels, TooLarge, SizeMismatch when the
/// data file is shorter.
Result<VolumeHeader> readMetaImage(const std::filesystem::path& file);

/// NIfTI-1 and NIfTI-2 in one file (.nii, .nii.gz; nifti1.h); of four dimensions the first volume. Errors: as
/// above.
Result<VolumeHeader> readNifti(const std::filesystem::path& file);

/// Inflates a gzip or zlib file, at most `limit` bytes of it. Errors: TooLarge when more is there,
/// CodecFailed.
Result<std::string> inflateFile(const std::filesystem::path& file, std::uint64_t limit);
/// The first `count` bytes after inflating.
Result<std::string> inflateStart(const std::filesystem::path& file, std::uint64_t count);

/// A volume's slices across z. A compressed file is inflated once, as long as the object lives. Thread-safe.
class Volume
{
public:
    explicit Volume(VolumeHeader header) : m_header(std::move(header)) {}
    const VolumeHeader& header() const { return m_header; }
    /// Errors: OutOfRange, SizeMismatch, those of reading.
    Result<std::vector<double>> slice(int z) const;

private:
    Result<std::string> bytesOfSlice(int z) const;
    struct Inflated;

    VolumeHeader m_header;
    mutable std::shared_ptr<Inflated> m_inflated = makeInflated();
    static std::shared_ptr<Inflated> makeInflated();
};

/// The volumes used last, so that slices read in turn do not inflate the file again and again.
class VolumeCache
{
public:
    VolumeCache();
    std::shared_ptr<const Volume> get(const VolumeHeader& header) const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

/// Grey picture from `low` … `high` to 0 … 1.
Sample sliceSample(const std::vector<double>& slice, int width, int height, double low, double high);
/// Whole numbers as labels. Errors: UnsupportedPixels.
Result<RawLabels> sliceLabels(const std::vector<double>& slice, int width, int height,
                              const std::string& subject);

} // namespace fedefm
