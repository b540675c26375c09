// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// A table with a head line (RFC 4180: quotes, line breaks inside of them; a byte order mark is skipped).
struct CsvTable
{
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows; ///< those as long as the head
    std::vector<std::size_t> brokenLines;       ///< 1-based line numbers of the others

    /// Column of the first of these names, letter case aside; −1 when none is there.
    int column(std::initializer_list<const char*> names) const;
};

/// Errors: those of readFile; NotRecognised without a head line.
Result<CsvTable> readCsv(const std::filesystem::path& file);

} // namespace fedefm
