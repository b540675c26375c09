// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/open_sequence.h"

#include "core/dicom/dicom_reader.h"
#include "core/image/picture_sequence.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// Names that only the video module could open; used for the advice when it is not there.
constexpr std::array kVideoExtensions{".avi",  ".mp4", ".m4v",  ".mov", ".mkv",
                                      ".webm", ".mpg", ".mpeg", ".wmv"};
constexpr std::array kDicomExtensions{".dcm", ".dicom", ".ima", ""};
constexpr std::array kLiveSchemes{"v4l2:", "rtsp://", "rtsps://"};
constexpr int kFilesToProbe = 64;

std::string lowerExtension(const fs::path& path)
{
    std::string text = path.extension().string();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

template <typename List> bool contains(const List& list, const std::string& text)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

const ImageSourceFactory* moduleFor(const fs::path& path, const ModuleContents& modules)
{
    for (const auto& source : modules.imageSources)
        if (source->canOpen(path))
            return source.get();
    return nullptr;
}

Result<SequencePtr> openFolder(const fs::path& folder)
{
    std::error_code code;
    bool hasPicture = false;
    bool hasDicom = false;
    int probed = 0;
    fs::directory_iterator entry(folder, code);
    for (; !code && entry != fs::directory_iterator() && !hasPicture; entry.increment(code)) {
        std::error_code ignored;
        if (!entry->is_regular_file(ignored))
            continue;
        hasPicture = isPictureName(entry->path());
        if (!hasPicture && !hasDicom && probed++ < kFilesToProbe)
            hasDicom = looksLikeDicom(entry->path());
    }
    if (code)
        return fail(ErrorCode::FileUnreadable, folder.string(), code.message());
    if (hasPicture)
        return openPictureFolder(folder);
    if (hasDicom)
        return fail(ErrorCode::InvalidArgument, folder.string(),
                    "a folder of DICOM files: open one of its files, or scan the folder as a study");
    return fail(ErrorCode::NotRecognised, folder.string(), "a folder without pictures");
}

Result<SequencePtr> openFile(const fs::path& file, const ModuleContents& modules)
{
    if (looksLikeDicom(file))
        return openDicom(file);
    if (isPictureName(file))
        return openPicture(file);
    if (const ImageSourceFactory* source = moduleFor(file, modules))
        return source->open(file);
    const std::string extension = lowerExtension(file);
    const auto knowsExtension = [&](const auto& source) { return contains(source->extensions(), extension); };
    if (std::any_of(modules.imageSources.begin(), modules.imageSources.end(), knowsExtension))
        return fail(ErrorCode::VideoUnreadable, file.string(), "the content is no video of a known kind");
    if (contains(kVideoExtensions, extension))
        return fail(ErrorCode::ModuleMissing, file.string(), "reading videos needs the module fedefm_video");
    // Without a telling name the DICOM reader says best what is wrong with the content.
    if (contains(kDicomExtensions, extension))
        return openDicom(file);
    return fail(ErrorCode::NotRecognised, file.string());
}

} // namespace

bool isLiveSource(const fs::path& path)
{
    const std::string text = path.string();
    return std::any_of(kLiveSchemes.begin(), kLiveSchemes.end(),
                       [&](const char* scheme) { return text.rfind(scheme, 0) == 0; });
}

Result<SequencePtr> openSequence(const fs::path& path, const ModuleContents& modules)
{
    if (isLiveSource(path)) {
        if (const ImageSourceFactory* source = moduleFor(path, modules))
            return source->open(path);
        return fail(ErrorCode::ModuleMissing, "live source", "it needs the module fedefm_video");
    }
    std::error_code code;
    const fs::file_status status = fs::status(path, code);
    if (!fs::exists(status))
        return fail(status.type() == fs::file_type::not_found ? ErrorCode::FileNotFound
                                                              : ErrorCode::FileUnreadable,
                    path.string(), status.type() == fs::file_type::not_found ? "" : code.message());
    if (fs::is_directory(status))
        return openFolder(path);
    // Devices and pipes could block for ever.
    if (!fs::is_regular_file(status))
        return fail(ErrorCode::FileUnreadable, path.string(), "not a regular file");
    return openFile(path, modules);
}

} // namespace fedefm
