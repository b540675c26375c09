// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace fedefm {

/// The values of a label file as they are stored; colours that are no grey are 0xRRGGBB.
struct RawLabels
{
    int width = 0;
    int height = 0;
    bool isLossy = false; ///< JPEG: values lie near to those that were meant
    bool isColor = false;
    std::vector<std::int32_t> values;
};

/// PNG, TIFF, JPEG, BMP, PGM, GIF or npy (two dimensions; `part` ≥ 0: that entry of three). Errors: those of
/// the readers; UnsupportedPixels.
Result<RawLabels> readLabelFile(const std::filesystem::path& file, int part = -1);

struct PictureSize
{
    int width = 0;
    int height = 0;
    friend bool operator==(const PictureSize& a, const PictureSize& b)
    {
        return a.width == b.width && a.height == b.height;
    }
};
/// From the header only.
Result<PictureSize> labelFileSize(const std::filesystem::path& file);

/// Stored value → class number.
class LabelMapping
{
public:
    /// Values are class numbers themselves, 0 … classCount − 1, and 255 where nothing counts. A mask of 0 and
    /// 255 alone is no such mask.
    static LabelMapping identity(int classCount);
    /// 0 is background, everything from 128 on (from 1 on when no value is larger than 1) is class 1.
    static LabelMapping binary();
    /// 0 is background, all else is class 1.
    static LabelMapping anyAsOne();
    /// {"0": 0, "255": 1, "#ff0000": 2}; `classCount` 0: one more than the largest. Errors: InvalidArgument.
    static Result<LabelMapping> parse(const nlohmann::json& classes, int classCount);
    /// What the values of these files say: small numbers are classes, two values are background and
    /// foreground. Errors: InvalidArgument when neither holds, with the advice to give "classes".
    static Result<LabelMapping> guess(const std::vector<RawLabels>& examples, int classCount);

    int classCount() const { return m_classCount; }
    /// The same with names for more classes than the values show.
    LabelMapping withClassCount(int classCount) const;
    /// Errors: OutOfRange (detail names the value) for one without a class.
    Result<std::vector<std::uint8_t>> apply(const RawLabels& raw, const std::string& subject) const;

private:
    Result<std::vector<std::uint8_t>> applyNumbers(const RawLabels& raw, const std::string& subject) const;

    enum class Kind { Identity, Binary, AnyAsOne, Table };
    Kind m_kind = Kind::Identity;
    int m_classCount = 2;
    std::vector<std::pair<std::int32_t, std::uint8_t>> m_table; ///< sorted
};

} // namespace fedefm
