// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/python_json.h"

#include <string_view>

namespace fedefm {

nlohmann::json parsePythonJson(const std::string& text)
{
    std::string standard;
    standard.reserve(text.size());
    bool isInText = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char character = text[at];
        if (isInText) {
            standard += character;
            if (character == '\\' && at + 1 < text.size())
                standard += text[++at];
            else if (character == '"')
                isInText = false;
            continue;
        }
        bool isReplaced = false;
        for (const std::string_view word : {"NaN", "-Infinity", "Infinity"})
            if (!isReplaced && text.compare(at, word.size(), word) == 0) {
                standard += "null";
                at += word.size() - 1;
                isReplaced = true;
            }
        if (isReplaced)
            continue;
        isInText = character == '"';
        standard += character;
    }
    return nlohmann::json::parse(standard, nullptr, false);
}

} // namespace fedefm
