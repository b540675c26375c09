// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace fedefm {

/// JSON as Python's json module writes it: NaN, Infinity and -Infinity outside of texts are read as null. The
/// result is discarded (`is_discarded()`) when the rest is no JSON.
nlohmann::json parsePythonJson(const std::string& text);

} // namespace fedefm
