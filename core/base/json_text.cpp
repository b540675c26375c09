// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_text.h"

namespace fedefm {

namespace {

constexpr int kDeepest = 64;

bool isTooDeep(std::string_view text)
{
    int depth = 0;
    bool isInText = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isInText && c == '\\')
            ++i; // what is escaped ends no text
        else if (c == '"')
            isInText = !isInText;
        else if (!isInText && (c == '[' || c == '{') && ++depth > kDeepest)
            return true;
        else if (!isInText && (c == ']' || c == '}'))
            --depth;
    }
    return false;
}

} // namespace

nlohmann::json parseForeignJson(std::string_view text)
{
    if (isTooDeep(text))
        return nlohmann::json(nlohmann::json::value_t::discarded);
    return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

} // namespace fedefm
