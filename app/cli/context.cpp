// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"

#include "core/base/log.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm::cli {

void Context::loadModules()
{
    if (m_loader)
        return;
    m_loader = std::make_unique<ModuleLoader>();
    for (const fs::path& folder : ModuleLoader::defaultFolders())
        m_loader->loadFolder(folder);
    for (const ModuleEntry& entry : m_loader->entries())
        if (!entry.loaded)
            log::warning(describe(entry.problem));
}

const ModuleContents& Context::modules()
{
    loadModules();
    return m_loader->contents();
}

const std::vector<ModuleEntry>& Context::moduleEntries()
{
    loadModules();
    return m_loader->entries();
}

SegmenterRegistry Context::registry()
{
    return segmentersOf(modules());
}

void Context::say(const std::string& line) const
{
    if (!general.json)
        std::printf("%s\n", line.c_str());
}

nlohmann::json Context::warn(const SequenceInfo& info)
{
    for (const std::string& warning : info.warnings)
        log::warning(info.path + ": " + warning);
    return info.warnings;
}

nlohmann::json errorJson(const Error& error)
{
    const ErrorText text = errorText(error.code);
    const std::string message = describe(error);
    std::string nextStep = text.nextStep;
    // A message of its own has its next step in its last sentence.
    if (const std::size_t last = message.rfind(". "); message.rfind(nextStep) == std::string::npos)
        nextStep = last == std::string::npos ? message : message.substr(last + 2);
    return {{"code", errorName(error.code)}, {"file", error.subject}, {"cause", text.cause},
            {"detail", error.detail},        {"next_step", nextStep}, {"message", message}};
}

namespace {

std::optional<int> parseInt(const std::string& text)
{
    int value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// Both ends as written; those left out are 0 and `frameCount`.
std::optional<FrameRange> splitRange(const std::string& text, int frameCount)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos)
        return std::nullopt;
    const std::string firstText = text.substr(0, colon);
    const std::string endText = text.substr(colon + 1);
    const auto first = firstText.empty() ? std::optional<int>(0) : parseInt(firstText);
    const auto end = endText.empty() ? std::optional<int>(frameCount) : parseInt(endText);
    if (!first || !end)
        return std::nullopt;
    return FrameRange{*first, *end};
}

constexpr const char* kRangeForm = "expected A:B, for example 0:10";

} // namespace

std::string checkFrameSyntax(const std::string& text)
{
    return splitRange(text, 0) ? std::string() : text + ": " + kRangeForm;
}

std::string checkNotEmpty(const std::string& text)
{
    return text.empty() ? "the name is empty" : std::string();
}

Result<FrameRange> parseFrameRange(const std::string& text, int frameCount)
{
    if (text.empty())
        return FrameRange{0, frameCount};
    const auto asked = splitRange(text, frameCount);
    if (!asked)
        return fail(ErrorCode::InvalidArgument, "--frames " + text, kRangeForm);
    const FrameRange range{asked->first < 0 ? asked->first + frameCount : asked->first,
                           asked->end < 0 ? asked->end + frameCount : asked->end};
    if (range.first < 0 || range.end > frameCount || range.first >= range.end)
        return fail(ErrorCode::OutOfRange, "--frames " + text,
                    "the sequence has frames 0 to " + std::to_string(frameCount - 1) +
                        ", the end is exclusive");
    return range;
}

Status makeFolder(const fs::path& folder)
{
    std::error_code made;
    std::error_code looked;
    fs::create_directories(folder, made);
    if (!fs::is_directory(folder, looked))
        return fail(ErrorCode::WriteFailed, folder.string(),
                    made     ? made.message()
                    : looked ? looked.message()
                             : "not a folder");
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return fail(ErrorCode::WriteFailed, folder.string(), std::strerror(errno));
    return {};
}

} // namespace fedefm::cli
