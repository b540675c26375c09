// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/csv_reader_private.h"
#include "core/train/readers/forms_private.h"

#include <algorithm>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

bool isFlag(const std::string& cell)
{
    return cell == "0" || cell == "1";
}

/// Columns whose cells are 0 or 1 for the most part, without the identifiers. Other cells in them are faults
/// of their rows.
std::vector<std::size_t> flagColumns(const CsvTable& table, int study, int patient)
{
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < table.head.size(); ++c) {
        if (static_cast<int>(c) == study || static_cast<int>(c) == patient)
            continue;
        const auto flags = std::count_if(table.rows.begin(), table.rows.end(),
                                         [c](const auto& row) { return isFlag(row[c]); });
        if (2 * static_cast<std::size_t>(flags) > table.rows.size())
            columns.push_back(c);
    }
    return columns;
}

/// What keeps a row from being used; empty: nothing.
std::string faultOf(const std::vector<std::string>& row, const std::vector<std::size_t>& columns,
                    const CsvTable& table)
{
    for (const std::size_t c : columns)
        if (!isFlag(row[c]))
            return "\"" + row[c].substr(0, 40) + "\" in the column " + table.head[c] + ", 0 or 1 is expected";
    return {};
}

/// The first table with a column StudyInstanceUID and flags.
Result<fs::path> findTable(const std::vector<fs::path>& files, const std::string& given,
                           const fs::path& folder)
{
    if (!given.empty())
        return folder / given;
    for (const fs::path& file : files)
        if (hasExtension(file, {"train.csv"}))
            return file;
    for (const fs::path& file : files)
        if (hasExtension(file, {".csv"}))
            if (const auto table = readCsv(file);
                table && table->column({"StudyInstanceUID"}) >= 0 && table->column({"data"}) < 0)
                return file;
    return fail(ErrorCode::NotRecognised, folder.string(), "no CSV with a column StudyInstanceUID");
}

std::map<std::string, fs::path> picturesByName(const std::vector<fs::path>& files)
{
    std::map<std::string, fs::path> pictures;
    for (const fs::path& file : files)
        if (hasExtension(file, {".jpg", ".jpeg", ".png", ".dcm"}))
            pictures.emplace(file.stem().string(), file);
    return pictures;
}

} // namespace

FormResult openRanzcr(const Json& description, const fs::path& base)
{
    std::string tableName;
    StrictObject options(description, "data");
    options.text("table", tableName);
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto files = filesIn(form->folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const auto tableFile = findTable(*files, tableName, form->folder);
    if (!tableFile)
        return tl::unexpected(tableFile.error());
    const auto table = readCsv(*tableFile);
    if (!table)
        return tl::unexpected(table.error());
    const int study = table->column({"StudyInstanceUID", "image_id", "file"});
    const int patient = table->column({"PatientID", "patient_id"});
    if (study < 0)
        return fail(ErrorCode::NotRecognised, tableFile->string(), "no column StudyInstanceUID");
    const std::map<std::string, fs::path> pictures = picturesByName(*files);
    const std::vector<std::size_t> columns = flagColumns(*table, study, patient);
    Listing listing;
    listing.isMultiLabel = true;
    std::vector<std::vector<std::uint8_t>> flags;
    std::set<std::string> seen;
    for (const std::size_t c : columns)
        listing.imageClassNames.push_back(table->head[c]);
    for (const std::size_t line : table->brokenLines)
        listing.fault(*tableFile, "line " + std::to_string(line) + " has another number of columns");
    for (const auto& row : table->rows) {
        const std::string& id = row[static_cast<std::size_t>(study)];
        const auto picture = pictures.find(id);
        std::string fault = faultOf(row, columns, *table);
        if (picture == pictures.end())
            fault = "no picture of that name";
        else if (!seen.insert(id).second)
            fault = "another row has this name, too, and is used";
        if (!fault.empty()) {
            listing.fault(id, fault);
            continue;
        }
        ListedItem item;
        item.info.id = id;
        item.image = picture->second;
        item.number = flags.size();
        if (!assignGroup(item, patient >= 0 ? row[static_cast<std::size_t>(patient)] : id, *form, listing))
            continue;
        flags.emplace_back();
        for (const std::size_t c : columns)
            flags.back().push_back(row[c] == "1" ? 1 : 0);
        listing.items.push_back(std::move(item));
        if (form->limit > 0 && listing.items.size() == static_cast<std::size_t>(form->limit))
            break;
    }
    checkHeaders(listing);
    listing.read = [flags = std::move(flags)](const ListedItem& item) {
        auto sample = readImage(item.image);
        if (sample)
            sample->imageFlags = flags[item.number];
        return sample;
    };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace fedefm
