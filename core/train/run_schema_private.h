// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace fedefm {

/// Statements that make the tables of a new run store.
std::string runSchemaSql();

/// Condition for rows of `table` that no later session has gone behind: a session that resumes at step s
/// makes the rows of earlier sessions with larger steps void.
std::string currentRow(const std::string& table);

} // namespace fedefm
