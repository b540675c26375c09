// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// Finds the mask of a picture in the layouts in use: beside it as NAME_mask.png or NAME.npy, or in a folder
/// "masks", "labels" … where the picture's stands in "images", "frames" …
class PairFinder
{
public:
    /// `files`: all files below `folder`.
    PairFinder(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files);

    /// True for pictures that are no masks, by name and folder.
    bool isImage(const std::filesystem::path& file) const;
    std::optional<std::filesystem::path> maskOf(const std::filesystem::path& image) const;
    /// A file of the picture's name with this extension in a label folder or beside it, e.g. YOLO's ".txt".
    std::optional<std::filesystem::path> companionOf(const std::filesystem::path& image,
                                                     const std::string& extension) const;

private:
    std::vector<std::filesystem::path> labelFoldersOf(const std::filesystem::path& image) const;
    /// The file of this name, letter case of its extension aside.
    std::optional<std::filesystem::path> find(const std::filesystem::path& candidate) const;

    std::filesystem::path m_folder;
    std::map<std::filesystem::path, std::filesystem::path> m_files; ///< by their path with a small extension
};

/// "video3_0012" → "video3"; without trailing number the name itself.
std::string withoutFrameNumber(const std::string& stem);
/// The group of a frame: "run/video3" of "run/video3_0012", "run" of "run/0012"; `other` for a bare number.
std::string videoOf(const std::string& key, const std::string& other);
/// 12 of "video3_0012"; −1 when there is none.
long long frameNumberOf(const std::string& stem);

} // namespace fedefm
