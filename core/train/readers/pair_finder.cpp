// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/pair_finder_private.h"

#include "core/image/picture_sequence.h"
#include "core/train/readers/data_folder_private.h"

#include <algorithm>
#include <array>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::array kImageFolders{"images", "image", "imgs", "img", "frames"};
constexpr std::array kLabelFolders{"masks", "mask",         "labels", "label",        "annotations",
                                   "seg",   "segmentation", "gt",     "ground_truth", "tips"};
constexpr std::array kMaskEndings{"_mask", "_label", "_seg"};
constexpr std::array kMaskExtensions{".npy", ".png", ".tif", ".tiff", ".bmp", ".gif"};

/// "a.PNG" and "a.png" are the same to cameras and archives of Windows.
fs::path withSmallExtension(const fs::path& file)
{
    return fs::path(file).replace_extension(lowerCase(file.extension().string()));
}

template <typename List> bool contains(const List& list, const std::string& text)
{
    return std::any_of(list.begin(), list.end(), [&](const char* item) { return text == item; });
}

bool endsLikeMask(const std::string& stem)
{
    return std::any_of(kMaskEndings.begin(), kMaskEndings.end(), [&](const std::string& ending) {
        return stem.size() > ending.size() &&
               stem.compare(stem.size() - ending.size(), ending.size(), ending) == 0;
    });
}

} // namespace

PairFinder::PairFinder(const fs::path& folder, const std::vector<fs::path>& files) : m_folder(folder)
{
    for (const fs::path& file : files)
        m_files.emplace(withSmallExtension(file), file);
}

std::optional<fs::path> PairFinder::find(const fs::path& candidate) const
{
    const auto found = m_files.find(candidate.lexically_normal());
    return found == m_files.end() ? std::nullopt : std::optional<fs::path>(found->second);
}

bool PairFinder::isImage(const fs::path& file) const
{
    if (!isPictureName(file) || endsLikeMask(lowerCase(file.stem().string())))
        return false;
    for (const fs::path& part : file.parent_path().lexically_relative(m_folder))
        if (contains(kLabelFolders, lowerCase(part.string())))
            return false;
    return true;
}

std::vector<fs::path> PairFinder::labelFoldersOf(const fs::path& image) const
{
    const fs::path relative = image.parent_path().lexically_relative(m_folder);
    const std::vector<fs::path> parts(relative.begin(), relative.end());
    std::vector<fs::path> folders{image.parent_path()};
    for (std::size_t replaced = parts.size(); replaced-- > 0;) {
        if (!contains(kImageFolders, lowerCase(parts[replaced].string())))
            continue;
        for (const char* name : kLabelFolders) {
            fs::path folder = m_folder;
            for (std::size_t i = 0; i < parts.size(); ++i)
                folder /= i == replaced ? fs::path(name) : parts[i];
            folders.push_back(folder);
        }
    }
    for (const char* name : kLabelFolders)
        folders.push_back(image.parent_path() / name);
    return folders;
}

std::optional<fs::path> PairFinder::maskOf(const fs::path& image) const
{
    const std::string stem = image.stem().string();
    const std::vector<fs::path> folders = labelFoldersOf(image);
    for (std::size_t f = 0; f < folders.size(); ++f) {
        const bool isBeside = f == 0;
        for (const std::string ending : {"", "_mask", "_label", "_seg"})
            for (const std::string extension : kMaskExtensions) {
                const bool couldBeItself = isBeside && ending.empty() && extension != ".npy";
                if (couldBeItself)
                    continue;
                if (const auto mask = find(folders[f] / (stem + ending + extension)))
                    return mask;
            }
    }
    return std::nullopt;
}

std::optional<fs::path> PairFinder::companionOf(const fs::path& image, const std::string& extension) const
{
    for (const fs::path& folder : labelFoldersOf(image))
        if (const auto companion = find(folder / (image.stem().string() + extension)))
            return companion;
    return std::nullopt;
}

std::string withoutFrameNumber(const std::string& stem)
{
    std::size_t end = stem.size();
    while (end > 0 && stem[end - 1] >= '0' && stem[end - 1] <= '9')
        --end;
    while (end > 0 &&
           (stem[end - 1] == '_' || stem[end - 1] == '-' || stem[end - 1] == '.' || stem[end - 1] == ' '))
        --end;
    return stem.substr(0, end);
}

std::string videoOf(const std::string& key, const std::string& other)
{
    std::string video = withoutFrameNumber(key);
    while (!video.empty() && video.back() == '/')
        video.pop_back();
    return video.empty() ? other : video;
}

long long frameNumberOf(const std::string& stem)
{
    std::size_t start = stem.size();
    while (start > 0 && stem[start - 1] >= '0' && stem[start - 1] <= '9')
        --start;
    if (start == stem.size() || stem.size() - start > 15)
        return -1;
    return std::stoll(stem.substr(start));
}

} // namespace fedefm
