// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace fedefm::log {

/// Log lines go to stderr. They never hold patient data: callers pass file names, UIDs, sizes and codes only.
void setQuiet(bool quiet);
void info(const std::string& line);
void warning(const std::string& line);
void error(const std::string& line);

} // namespace fedefm::log
