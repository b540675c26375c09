// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace fedefm {

/// What went wrong, as a kind that a program can act on. The English text and the next step for each stand in
/// error_text.cpp; the user interface translates them.
enum class ErrorCode {
    FileNotFound,
    FileUnreadable,
    FileExists, ///< an output exists and overwriting was not asked for
    WriteFailed,
    DiskFull,
    NotRecognised, ///< no reader knows this kind of file
    NotDicom,
    DicomMalformed,    ///< structure broken: lengths, delimiters, missing attributes
    DicomTooDeep,      ///< sequences nested beyond the limit
    DicomNoPixels,     ///< a valid object without an image (SR, plan, presentation state …)
    UnsupportedSyntax, ///< transfer syntax without a codec; detail names it
    UnsupportedPixels, ///< pixel format that the pipeline does not show
    SizeMismatch,      ///< the header promises more data than the file has
    TooLarge,          ///< beyond a stated limit
    CodecFailed,       ///< the compressed stream of one frame is broken
    PictureUnreadable,
    VideoUnreadable,
    OutOfRange, ///< frame number or other argument outside the valid range
    InvalidArgument,
    ReferenceMismatch, ///< an object refers to another image than the one it was applied to
    ModuleBroken,      ///< a run-time module cannot be loaded
    ModuleAbi,         ///< a run-time module was built for another version
    ModuleMissing,     ///< no installed module offers this ability
    ModelNotFound,
    ModelBroken,
    Cancelled,
    OutOfMemory,
    Internal,
};

/// A failure: kind, the file or object it concerns, and technical detail (tag, offset, sizes, library
/// message). `detail` never holds patient data.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string subject;
    std::string detail;
};

template <typename T> using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string subject, std::string detail = {})
{
    return tl::unexpected<Error>(Error{code, std::move(subject), std::move(detail)});
}

/// Source texts (English, translatable) of an error kind.
struct ErrorText
{
    const char* cause;
    const char* nextStep;
};
ErrorText errorText(ErrorCode code);

/// Stable machine-readable name, e.g. "UnsupportedSyntax", as `--json` prints it.
const char* errorName(ErrorCode code);

/// "FILE: cause (detail). Next step." in English, for command line and log.
std::string describe(const Error& error);

} // namespace fedefm
