// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace fedefm {

namespace {

struct Entry
{
    ErrorCode code;
    const char* name;
    ErrorText text;
};

constexpr std::array kEntries{
    Entry{ErrorCode::FileNotFound, "FileNotFound", {"the file does not exist", "Check the path."}},
    Entry{ErrorCode::FileUnreadable,
          "FileUnreadable",
          {"the file cannot be read", "Check the permissions and the drive."}},
    Entry{ErrorCode::FileExists,
          "FileExists",
          {"the output already exists", "Choose another name or allow overwriting (--force)."}},
    Entry{ErrorCode::WriteFailed,
          "WriteFailed",
          {"writing failed; an older file of that name is unchanged",
           "Check that the folder exists and is writable."}},
    Entry{
        ErrorCode::DiskFull,
        "DiskFull",
        {"the disk is full; an older file of that name is unchanged", "Free space or choose another drive."}},
    Entry{ErrorCode::NotRecognised,
          "NotRecognised",
          {"no reader knows this kind of file",
           "Open DICOM, PNG, TIFF, JPEG, BMP, PGM, a folder of pictures, or a video."}},
    Entry{ErrorCode::NotDicom,
          "NotDicom",
          {"this is not a DICOM file", "Check that the file is complete and was exported as DICOM."}},
    Entry{ErrorCode::DicomMalformed,
          "DicomMalformed",
          {"the DICOM file is damaged", "Export it again from its source."}},
    Entry{ErrorCode::DicomTooDeep,
          "DicomTooDeep",
          {"DICOM sequences are nested too deeply",
           "The file is damaged or hostile; export it again from its source."}},
    Entry{ErrorCode::DicomNoPixels,
          "DicomNoPixels",
          {"this DICOM object holds no image", "Open the image that it belongs to."}},
    Entry{ErrorCode::UnsupportedSyntax,
          "UnsupportedSyntax",
          {"the transfer syntax is not supported",
           "Export the image uncompressed or as JPEG, JPEG-LS, JPEG 2000 or RLE."}},
    Entry{ErrorCode::UnsupportedPixels,
          "UnsupportedPixels",
          {"the pixel format is not supported", "Export the image with 8 to 16 bits per sample."}},
    Entry{ErrorCode::SizeMismatch,
          "SizeMismatch",
          {"the file holds less data than its header promises",
           "The file is cut off or damaged; export it again from its source."}},
    Entry{ErrorCode::TooLarge,
          "TooLarge",
          {"the size is beyond the safety limit", "The file is damaged, or the image must be split."}},
    Entry{ErrorCode::CodecFailed,
          "CodecFailed",
          {"the compressed image data are damaged", "Export the file again from its source."}},
    Entry{ErrorCode::PictureUnreadable,
          "PictureUnreadable",
          {"the picture cannot be read", "Check that it opens in another program."}},
    Entry{ErrorCode::VideoUnreadable,
          "VideoUnreadable",
          {"the video cannot be read", "Check that it plays in another program, or convert it to MP4."}},
    Entry{ErrorCode::OutOfRange,
          "OutOfRange",
          {"a number is outside the valid range", "Choose a value in the range named."}},
    Entry{ErrorCode::InvalidArgument,
          "InvalidArgument",
          {"an argument is not valid", "Change that and try again."}},
    Entry{ErrorCode::ReferenceMismatch,
          "ReferenceMismatch",
          {"the object belongs to another image", "Open the image that it refers to."}},
    Entry{ErrorCode::ModuleBroken,
          "ModuleBroken",
          {"a module cannot be loaded", "Reinstall it; the rest of the program works without it."}},
    Entry{ErrorCode::ModuleAbi,
          "ModuleAbi",
          {"a module was built for another version",
           "Install the module of this version; the rest of the program works without it."}},
    Entry{ErrorCode::ModuleMissing,
          "ModuleMissing",
          {"no installed module can do this", "Install the module named."}},
    Entry{ErrorCode::ModelNotFound,
          "ModelNotFound",
          {"no model of that name is installed", "List the installed ones with 'fedefm models'."}},
    Entry{ErrorCode::ModelBroken,
          "ModelBroken",
          {"the model cannot be used", "Check that file and architecture belong together."}},
    Entry{ErrorCode::Cancelled, "Cancelled", {"cancelled", "Files that were already complete are kept."}},
    Entry{ErrorCode::OutOfMemory,
          "OutOfMemory",
          {"there is not enough memory", "Close other sequences or lower the cache size."}},
    Entry{ErrorCode::Internal, "Internal", {"an unexpected fault", "Please report it with the message."}},
};

const Entry& entryOf(ErrorCode code)
{
    for (const Entry& entry : kEntries)
        if (entry.code == code)
            return entry;
    return kEntries.back();
}

/// Whether it is the whole message of another program, with its next step.
bool isDescription(const std::string& detail)
{
    return std::any_of(std::begin(kEntries), std::end(kEntries), [&detail](const Entry& entry) {
        const std::string_view step = entry.text.nextStep;
        return detail.size() > step.size() &&
               detail.compare(detail.size() - step.size(), step.size(), step) == 0;
    });
}

} // namespace

ErrorText errorText(ErrorCode code)
{
    return entryOf(code).text;
}

const char* errorName(ErrorCode code)
{
    return entryOf(code).name;
}

std::string describe(const Error& error)
{
    const ErrorText text = errorText(error.code);
    if (isDescription(error.detail))
        return error.subject.empty() ? error.detail : error.subject + ": " + error.detail;
    std::string line = error.subject.empty() ? std::string() : error.subject + ": ";
    // It says all that there is to say; as a whole sentence the next step, too.
    if (error.code == ErrorCode::InvalidArgument && !error.detail.empty())
        return line + error.detail + (error.detail.back() == '.' ? "" : std::string(". ") + text.nextStep);
    line += text.cause;
    if (!error.detail.empty())
        line += " (" + error.detail + ")";
    return line + ". " + text.nextStep;
}

} // namespace fedefm
