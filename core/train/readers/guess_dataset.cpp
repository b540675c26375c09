// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/dataset_readers.h"

#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "core/image/picture_sequence.h"
#include "core/train/readers/csv_reader_private.h"
#include "core/train/readers/curve_file_private.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kMostLooks = 20; ///< files of a kind that are opened

struct Contents
{
    fs::path folder;
    std::vector<fs::path> files;

    bool has(std::initializer_list<const char*> extensions) const
    {
        return std::any_of(files.begin(), files.end(),
                           [&](const fs::path& file) { return hasExtension(file, extensions); });
    }
    bool hasFolder(const char* name) const
    {
        std::error_code ignored;
        return fs::is_directory(folder / name, ignored);
    }
    /// The first files of a kind.
    std::vector<fs::path> some(std::initializer_list<const char*> extensions) const
    {
        std::vector<fs::path> found;
        for (const fs::path& file : files)
            if (found.size() < kMostLooks && hasExtension(file, extensions))
                found.push_back(file);
        return found;
    }
};

bool hasSeg(const Contents& contents)
{
    std::size_t looks = 0;
    for (const fs::path& file : contents.files)
        if ((hasExtension(file, {".dcm"}) || !file.has_extension()) && looks++ < kMostLooks &&
            looksLikeDicom(file) && readSeg(file))
            return true;
    return false;
}

bool hasStudyTable(const Contents& contents)
{
    for (const fs::path& file : contents.some({".csv"}))
        if (const auto table = readCsv(file); table && table->column({"StudyInstanceUID"}) >= 0)
            return true;
    return false;
}

/// "coco", "guide3d", "fedefm" or nothing, by what the JSON files hold.
std::string formOfJson(const Contents& contents)
{
    for (const fs::path& file : contents.some({".json"})) {
        std::ifstream stream(file);
        const Json document = Json::parse(stream, nullptr, false);
        if (document.is_object() && document.contains("images") && document.contains("annotations") &&
            document.contains("categories"))
            return "coco";
        const bool isOurs =
            document.is_object() && (document.contains("frames") || document.contains("curves"));
        if (const auto records = readCurveFile(file))
            return isOurs ? "fedefm" : "guide3d";
    }
    return {};
}

/// The ending that most often turns one picture's name into another's: "_mask", "_1stHO".
std::string commonSuffix(const Contents& contents)
{
    std::set<std::string> stems;
    for (const fs::path& file : contents.files)
        if (isPictureName(file) && file.parent_path() == contents.folder)
            stems.insert(file.stem().string());
    std::map<std::string, std::size_t> counts;
    for (const std::string& stem : stems)
        for (std::size_t at = stem.rfind('_'); at != std::string::npos && at > 0;
             at = stem.rfind('_', at - 1))
            if (stems.count(stem.substr(0, at)) > 0)
                ++counts[stem.substr(at)];
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return best == counts.end() ? std::string() : best->first;
}

/// Pictures with masks in the usual places.
std::string formOfPairs(const Contents& contents)
{
    const PairFinder finder(contents.folder, contents.files);
    std::map<std::string, std::size_t> counts;
    std::size_t looks = 0;
    for (const fs::path& file : contents.files) {
        if (!finder.isImage(file) || looks++ >= kMostLooks)
            continue;
        const auto mask = finder.maskOf(file);
        if (!mask)
            continue;
        if (hasExtension(*mask, {".npy"}))
            ++counts["eiphantom"];
        else if (hasExtension(file, {".tif", ".tiff"}))
            ++counts["sennet"];
        else if (mask->parent_path() != file.parent_path())
            ++counts["cathaction"];
    }
    return counts.empty() ? std::string()
                          : std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
                                return a.second < b.second;
                            })->first;
}

bool hasClassFolders(const Contents& contents)
{
    std::set<std::string> folders;
    for (const fs::path& file : contents.files) {
        const fs::path relative = file.lexically_relative(contents.folder);
        if (relative.has_parent_path() && (isPictureName(file) || hasExtension(file, {".dcm"})))
            folders.insert(relative.begin()->string());
    }
    return folders.size() >= 2;
}

std::string formOf(const Contents& contents)
{
    if (contents.hasFolder("imagesTr"))
        return "decathlon";
    if (contents.hasFolder("1st_manual") || fs::exists(contents.folder / "training" / "1st_manual"))
        return "drive";
    if (contents.has({".mhd", ".mha"}))
        return "vessel12";
    if (hasStudyTable(contents))
        return "ranzcr";
    if (const std::string form = formOfJson(contents); !form.empty())
        return form;
    if (hasSeg(contents))
        return "dicom_seg";
    if (const std::string form = formOfPairs(contents); !form.empty())
        return form;
    if (!commonSuffix(contents).empty())
        return "masks";
    return hasClassFolders(contents) ? "folders" : "";
}

} // namespace

Result<Json> guessDataset(const fs::path& folder)
{
    auto files = filesIn(folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const Contents contents{folder, std::move(*files)};
    const std::string form = formOf(contents);
    if (form.empty())
        return fail(ErrorCode::NotRecognised, folder.string(), "no known form of training data");
    Json description{{"form", form}, {"path", folder.string()}};
    if (form == "masks")
        description["mask_suffix"] = commonSuffix(contents);
    return description;
}

} // namespace fedefm
