// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/csv_reader_private.h"

#include "core/base/atomic_file.h"
#include "core/train/readers/data_folder_private.h"

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(512) << 20;

/// Reads one line from `at` on and moves behind it; counts the line breaks that it passes.
std::vector<std::string> readLine(const std::string& text, std::size_t& at, std::size_t& lines)
{
    std::vector<std::string> cells(1);
    bool isQuoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        lines += c == '\n' ? 1 : 0;
        if (isQuoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
            cells.back() += c;
            ++at;
        } else if (c == '"') {
            isQuoted = !isQuoted;
        } else if (c == ',' && !isQuoted) {
            cells.emplace_back();
        } else if (c == '\n' && !isQuoted) {
            ++at;
            break;
        } else if (c != '\r' || isQuoted) {
            cells.back() += c;
        }
    }
    return cells;
}

} // namespace

int CsvTable::column(std::initializer_list<const char*> names) const
{
    for (const char* name : names)
        for (std::size_t i = 0; i < head.size(); ++i)
            if (lowerCase(head[i]) == lowerCase(name))
                return static_cast<int>(i);
    return -1;
}

Result<CsvTable> readCsv(const std::filesystem::path& file)
{
    const auto text = readFile(file, kFileLimit);
    if (!text)
        return tl::unexpected(text.error());
    std::size_t at = text->compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
    std::size_t lines = 0;
    CsvTable table;
    table.head = readLine(*text, at, lines);
    if (table.head.size() < 2)
        return fail(ErrorCode::NotRecognised, file.string(), "no head line with columns");
    while (at < text->size()) {
        const std::size_t line = lines + 1;
        auto cells = readLine(*text, at, lines);
        if (cells.size() == table.head.size())
            table.rows.push_back(std::move(cells));
        else if (cells.size() > 1 || !cells.front().empty())
            table.brokenLines.push_back(line);
    }
    return table;
}

} // namespace fedefm
