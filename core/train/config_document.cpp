// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/config_document.h"

#include "core/base/atomic_file.h"
#include "core/train/train_config.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kLargestConfig = 16u << 20;
constexpr int kDeepest = 64;

/// Of the character at which reading stopped; `byte` counts from 1, as the library does.
std::string lineAndColumn(const std::string& text, std::size_t byte)
{
    const std::size_t index = std::min(byte == 0 ? 0 : byte - 1, text.size());
    std::size_t line = 1;
    std::size_t lineStart = 0;
    for (std::size_t i = 0; i < index; ++i)
        if (text[i] == '\n') {
            ++line;
            lineStart = i + 1;
        }
    return "line " + std::to_string(line) + ", column " + std::to_string(index - lineStart + 1);
}

/// Without the library's own prefix and position, which counts otherwise.
std::string reasonOf(const nlohmann::json::exception& error)
{
    const std::string text = error.what();
    const std::size_t position = text.find(": syntax error");
    const std::size_t prefix = text.find("] ");
    if (position != std::string::npos)
        return text.substr(position + 2);
    return prefix == std::string::npos ? text : text.substr(prefix + 2);
}

/// Keys of the objects that are open while a document is read.
class OpenObjects
{
public:
    /// False where the document must be refused.
    bool accept(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed)
    {
        using Event = nlohmann::json::parse_event_t;
        if (depth > kDeepest)
            fault = "nested more than " + std::to_string(kDeepest) + " deep";
        if (event == Event::object_start)
            m_keys.emplace_back();
        else if (event == Event::object_end)
            m_keys.pop_back();
        else if (event == Event::key && !m_keys.back().insert(parsed.get<std::string>()).second)
            fault = "the key '" + parsed.get<std::string>() + "' stands twice in one object";
        return true;
    }

    std::string fault;

private:
    std::vector<std::set<std::string>> m_keys;
};

Result<nlohmann::json*> step(nlohmann::json& at, const std::string& key, const std::string& setting)
{
    if (at.is_null())
        at = nlohmann::json::object();
    if (at.is_object())
        return &at[key];
    std::size_t index = 0;
    const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), index);
    const bool isIndex = code == std::errc() && end == key.data() + key.size();
    if (at.is_array() && isIndex && index < at.size())
        return &at[index];
    if (at.is_array())
        return fail(ErrorCode::InvalidArgument, "--set " + setting,
                    "'" + key + "' is no place of a list of " + std::to_string(at.size()));
    return fail(ErrorCode::InvalidArgument, "--set " + setting,
                "'" + key + "' would lie inside a value that is no object");
}

Status applySetting(nlohmann::json& document, const std::string& setting)
{
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
        return fail(ErrorCode::InvalidArgument, "--set " + setting, "expected key=value or key.sub=value");
    const std::string path = setting.substr(0, equals);
    const std::string text = setting.substr(equals + 1);
    nlohmann::json* at = &document;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        if (end == begin)
            return fail(ErrorCode::InvalidArgument, "--set " + setting, "a part of the key is empty");
        const auto next = step(*at, path.substr(begin, end - begin), setting);
        if (!next)
            return tl::unexpected(next.error());
        at = *next;
        begin = end + 1;
    }
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    *at = value.is_discarded() ? nlohmann::json(text) : std::move(value);
    return {};
}

} // namespace

Result<nlohmann::json> parseConfigDocument(const std::string& text, const std::string& subject)
{
    OpenObjects open;
    try {
        nlohmann::json document = nlohmann::json::parse(
            text, [&open](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
                return open.accept(depth, event, parsed);
            });
        if (!open.fault.empty())
            return fail(ErrorCode::InvalidArgument, subject, open.fault);
        return document;
    } catch (const nlohmann::json::parse_error& error) {
        return fail(ErrorCode::InvalidArgument, subject,
                    lineAndColumn(text, error.byte) + ": " + reasonOf(error));
    } catch (const nlohmann::json::exception& error) {
        return fail(ErrorCode::InvalidArgument, subject, reasonOf(error));
    }
}

Status applySettings(nlohmann::json& document, const std::vector<std::string>& settings)
{
    for (const std::string& setting : settings)
        if (auto applied = applySetting(document, setting); !applied)
            return applied;
    return {};
}

Result<nlohmann::json> loadConfigDocument(const std::filesystem::path& file,
                                          const std::vector<std::string>& settings)
{
    const auto text = readFile(file, kLargestConfig);
    if (!text)
        return tl::unexpected(text.error());
    auto document = parseConfigDocument(*text, file.string());
    if (!document)
        return document;
    if (!document->is_object())
        return fail(ErrorCode::InvalidArgument, file.string(),
                    std::string("expected an object, not ") + document->type_name());
    if (auto applied = applySettings(*document, settings); !applied)
        return tl::unexpected(applied.error());
    return document;
}

Result<TrainConfig> loadTrainConfig(const std::filesystem::path& file,
                                    const std::vector<std::string>& settings)
{
    const auto document = loadConfigDocument(file, settings);
    if (!document)
        return tl::unexpected(document.error());
    return parseTrainConfig(*document);
}

} // namespace fedefm
