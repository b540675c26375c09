// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/run_folder_private.h"
#include "core/train/run_store.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kLongestName = 60;
constexpr int kMaxAttempts = 1000;

tl::unexpected<Error> folderError(const fs::path& folder, const std::error_code& code)
{
    const bool isFull = code == std::errc::no_space_on_device || code.value() == EDQUOT;
    return fail(isFull ? ErrorCode::DiskFull : ErrorCode::WriteFailed, folder.string(),
                code ? code.message() : "a file of that name is in the way");
}

/// Letters, digits, '-', '_' and '.' stay; bytes beyond ASCII too, for names in other scripts.
std::string asFileName(const std::string& name)
{
    std::size_t end = std::min(name.size(), kLongestName);
    while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
        --end; // not inside a character
    std::string text;
    for (const char c : name.substr(0, end)) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte >= 0x80 || std::isalnum(byte) != 0 || c == '_' || c == '.' ? c : '-';
    }
    return text.empty() ? "run" : text;
}

std::string timeForName()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts);
    return text;
}

} // namespace

Result<fs::path> makeRunFolder(const fs::path& root, const std::string& name)
{
    std::error_code code;
    fs::create_directories(root, code);
    if (std::error_code looked; !fs::is_directory(root, looked))
        return folderError(root, code);
    const std::string stem = timeForName() + "-" + asFileName(name);
    for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
        const fs::path folder = root / (attempt == 1 ? stem : stem + "-" + std::to_string(attempt));
        // False without an error: another process was quicker.
        const bool made = fs::create_directory(folder, code);
        if (code)
            return folderError(folder, code);
        if (!made)
            continue;
        for (const char* below : {"weights", "samples"})
            if (!fs::create_directory(folder / below, code))
                return folderError(folder / below, code);
        return folder;
    }
    return fail(ErrorCode::WriteFailed, (root / stem).string(), "too many runs of that name");
}

fs::path defaultRunsFolder()
{
    if (const char* given = std::getenv("FEDEFM_RUNS"); given && *given)
        return given;
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data == '/')
        return fs::path(data) / "fedefm" / "runs";
    const char* home = std::getenv("HOME");
    return fs::path(home && *home ? home : ".") / ".local" / "share" / "fedefm" / "runs";
}

fs::path runFolderNamed(const std::string& name, const fs::path& root)
{
    std::error_code ignored;
    if (name.empty() || fs::exists(name, ignored) || !fs::exists(root / name, ignored))
        return name;
    return root / name;
}

} // namespace fedefm
