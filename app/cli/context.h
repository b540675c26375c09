// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/base/cancel_token.h"
#include "core/base/result.h"
#include "core/model/segmenter.h"
#include "core/plugin/module_loader.h"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace fedefm::cli {

/// What every command takes.
struct GeneralOptions
{
    bool json = false;
    bool quiet = false;
    bool force = false;
    int threads = 0; ///< 0: as many as the machine has
    std::string device = "cpu";
    std::uint64_t seed = 1;

    Overwrite overwrite() const { return force ? Overwrite::Yes : Overwrite::No; }
};

/// What a command leaves: the document for `--json`, and whether a part of the work failed.
struct Outcome
{
    nlohmann::json document;
    bool partlyFailed = false;
};

using Action = std::function<Result<Outcome>()>;

/// Lives for the whole run; commands store their action here while the command line is read.
class Context
{
public:
    GeneralOptions general;
    CancelToken cancel;
    /// The command line as it was given, with the program's name.
    std::vector<std::string> arguments;
    Action action;
    /// What the command works on; an error without subject names it.
    std::string input;

    /// Loads the modules at the first call; those that cannot be loaded are named on stderr.
    const ModuleContents& modules();
    const std::vector<ModuleEntry>& moduleEntries();
    /// Built-in models and those of the modules.
    SegmenterRegistry registry();

    /// Prints a line of the human-readable answer; nothing with `--json`.
    void say(const std::string& line) const;

    /// Prints what the reader noticed on stderr and returns it as the `warnings` of the document.
    static nlohmann::json warn(const SequenceInfo& info);

private:
    void loadModules();
    std::unique_ptr<ModuleLoader> m_loader;
};

/// Check for options that take a range of frames, "A:B"; says what is wrong, or nothing.
std::string checkFrameSyntax(const std::string& text);
/// Check for names of files and folders.
std::string checkNotEmpty(const std::string& text);

/// {"code", "file", "cause", "detail", "next_step", "message"}.
nlohmann::json errorJson(const Error& error);

/// "A:B" as [first, end): both may be empty or negative as in Python; errors: InvalidArgument, OutOfRange
/// when nothing is selected or an end lies outside the sequence.
struct FrameRange
{
    int first = 0;
    int end = 0;
};
Result<FrameRange> parseFrameRange(const std::string& text, int frameCount);

/// Makes the output folder and looks whether files can be made in it. Errors: WriteFailed.
Status makeFolder(const std::filesystem::path& folder);

} // namespace fedefm::cli
