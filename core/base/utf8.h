// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

namespace fedefm {

/// Well-formed per RFC 3629: no overlong forms, no surrogates.
bool isValidUtf8(const std::string& text);

/// ISO 8859-1; every text is valid there.
std::string latin1ToUtf8(const std::string& text);

/// At most that many bytes of a well-formed text, without cutting through a character.
std::string cutUtf8(const std::string& text, std::size_t mostBytes);

} // namespace fedefm
