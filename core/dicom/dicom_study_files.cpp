// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_header_private.h"
#include "core/dicom/dicom_study_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcsequen.h"

#include <algorithm>
#include <cctype>

namespace fedefm {

namespace fs = std::filesystem;
using namespace dicom;

namespace {

std::string plainName(const std::string& name)
{
    std::string plain = name.substr(0, name.find(';'));
    while (!plain.empty() && (plain.back() == '.' || plain.back() == ' '))
        plain.pop_back();
    std::transform(plain.begin(), plain.end(), plain.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return plain;
}

std::vector<std::string> components(const std::string& fileId)
{
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= fileId.size();) {
        const std::size_t end = std::min(fileId.find('\\', start), fileId.size());
        parts.push_back(fileId.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

} // namespace

bool isBelow(const fs::path& folder, const fs::path& file)
{
    std::error_code code;
    const fs::path root = fs::canonical(folder, code);
    const fs::path real = code ? fs::path() : fs::canonical(file, code);
    if (code)
        return false;
    return std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first == root.end();
}

const FileIdResolver::Names& FileIdResolver::namesIn(const fs::path& folder)
{
    auto [place, isNew] = m_names.try_emplace(folder.string());
    if (isNew) {
        std::error_code code;
        for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
            const std::string name = entry->path().filename().string();
            place->second.emplace(plainName(name), name);
        }
    }
    return place->second;
}

Result<fs::path> FileIdResolver::resolve(const std::string& fileId)
{
    fs::path path = m_folder;
    for (const std::string& part : components(fileId)) {
        if (part.empty() || part == "." || part == ".." || part.find('/') != std::string::npos)
            return fail(ErrorCode::InvalidArgument, m_folder.string(),
                        "Referenced File ID (0004,1500) leaves the folder of the DICOMDIR");
        const Names& names = namesIn(path);
        const auto found = names.find(plainName(part));
        path /= found == names.end() ? part : found->second;
    }
    std::error_code code;
    if (!fs::exists(path, code))
        return fail(ErrorCode::FileNotFound, path.string(), "named by the DICOMDIR");
    if (!fs::is_regular_file(path, code) || !isBelow(m_folder, path))
        return fail(ErrorCode::InvalidArgument, path.string(),
                    "Referenced File ID (0004,1500) leaves the folder of the DICOMDIR");
    return path;
}

Result<std::vector<fs::path>> filesOfDicomDir(const fs::path& file, std::vector<Error>& problems)
{
    const auto header = openHeader(file);
    if (!header)
        return tl::unexpected(header.error());
    DcmSequenceOfItems* records = nullptr;
    if (header->dataset->findAndGetSequence(DCM_DirectoryRecordSequence, records).bad() || records == nullptr)
        return fail(ErrorCode::DicomMalformed, file.string(), "no Directory Record Sequence (0004,1220)");

    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    FileIdResolver resolver(folder);
    std::vector<fs::path> files;
    for (DcmObject* next = records->nextInContainer(nullptr); next != nullptr;
         next = records->nextInContainer(next)) {
        const DatasetValues record(static_cast<DcmItem&>(*next), *header->decoder);
        // 0 marks a record that is kept but no longer used (PS3.3 F.3.2.2).
        if (!record.has(DCM_ReferencedFileID) || record.integer(DCM_RecordInUseFlag).value_or(0xFFFF) == 0)
            continue;
        auto found = resolver.resolve(record.raw(DCM_ReferencedFileID));
        if (found)
            files.push_back(std::move(*found));
        else
            problems.push_back(found.error());
    }
    return files;
}

std::vector<fs::path> filesBelow(const fs::path& folder, const CancelToken& cancel,
                                 std::vector<Error>& problems)
{
    std::vector<fs::path> files;
    std::error_code code;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, code);
    for (const fs::recursive_directory_iterator end; !code && entry != end; entry.increment(code)) {
        if (cancel.isCancelled())
            break;
        std::error_code ignored;
        if (!entry->is_regular_file(ignored))
            continue;
        if (entry->is_symlink(ignored) && !isBelow(folder, entry->path()))
            continue;
        files.push_back(entry->path());
    }
    if (code)
        problems.push_back({ErrorCode::FileUnreadable, folder.string(), code.message()});
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace fedefm
