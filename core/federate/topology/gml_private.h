// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace fedefm {

/// One `key value` of a GML file; the value is a list, a text in quotes or a bare word such as a number.
struct GmlItem
{
    enum class Kind { List, Text, Word };
    std::string key;
    Kind kind = Kind::Word;
    std::string text; ///< valid UTF-8, entities such as &#233; decoded
    std::vector<GmlItem> items;
    int line = 0;

    const GmlItem* find(std::string_view name) const; ///< the first of that key, any letter case
};

/// The whole file as a list. Errors: InvalidArgument with the line for broken structure; TooLarge beyond 500
/// 000 items or 32 levels.
Result<GmlItem> parseGml(std::string_view text, const std::string& subject);

} // namespace fedefm
