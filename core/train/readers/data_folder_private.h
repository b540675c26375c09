// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/sequence.h"
#include "core/train/data/sample.h"

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace fedefm {

/// Header checks of more files than this are left to the moment when a file is read.
inline constexpr std::size_t kMostHeaderChecks = 5000;

/// Regular files of a folder (`recursive`: of those below, too; links to folders are not followed) in natural
/// order of their path relative to it. Errors: FileNotFound, FileUnreadable.
Result<std::vector<std::filesystem::path>> filesIn(const std::filesystem::path& folder, bool recursive);

std::string lowerCase(std::string text);
/// True for one of `extensions` (lower case, with dot).
bool hasExtension(const std::filesystem::path& file, std::initializer_list<const char*> extensions);
/// "patient01.nii.gz" → "patient01".
std::string stemOf(const std::filesystem::path& file);

/// Compiles the "group" option: a regular expression whose first group names the group of a sample.
class GroupRule
{
public:
    /// Empty pattern: the text itself is the group. Errors: InvalidArgument.
    static Result<GroupRule> create(const std::string& pattern);
    /// Empty when the pattern does not match.
    std::optional<std::string> groupOf(const std::string& text) const;

private:
    std::optional<std::regex> m_pattern;
};

/// A picture (GIF too) or a DICOM file.
Result<SequencePtr> openImage(const std::filesystem::path& file);
Result<Sample> readImage(const std::filesystem::path& file, int frame = 0);

} // namespace fedefm
