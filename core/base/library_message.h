// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <string>

namespace fedefm {

/// The one line of an exception's text that tells what went wrong, at most 200 bytes: LibTorch appends the
/// program's call stack, and puts TorchScript's in front of it.
inline std::string libraryMessage(const std::string& text)
{
    constexpr std::size_t kMost = 200;
    std::size_t begin = text.find_first_not_of('\n');
    if (begin == std::string::npos)
        return {};
    std::size_t end = std::min(text.find('\n', begin), text.size());
    if (text.find("Traceback of TorchScript") != std::string::npos) {
        end = text.find_last_not_of('\n') + 1;
        const std::size_t before = text.rfind('\n', end - 1);
        begin = before == std::string::npos ? 0 : before + 1;
        const std::string kind = "RuntimeError: ";
        if (text.compare(begin, kind.size(), kind) == 0)
            begin += kind.size();
    }
    return text.substr(begin, std::min(end - begin, kMost));
}

} // namespace fedefm
