// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace fedefm {

/// The value of a JSON text from outside; a discarded one where the text is no JSON or nests more than 64
/// deep. Copies and dumps of the library call themselves once per level: a megabyte of brackets would take
/// the whole stack.
nlohmann::json parseForeignJson(std::string_view text);

} // namespace fedefm
