// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/elf_check.h"

#include <cstring>
#include <elf.h>
#include <fstream>
#include <link.h>
#include <vector>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

/// The running program's own header says what this machine loads.
bool readHeader(const fs::path& file, Header& header)
{
    std::ifstream stream(file, std::ios::binary);
    return static_cast<bool>(stream.read(reinterpret_cast<char*>(&header), sizeof header));
}

bool isWhole(std::ifstream& stream, const Header& header, std::uintmax_t fileSize)
{
    if (header.e_phentsize != sizeof(Segment) || header.e_phnum == 0)
        return false;
    // The section table is not mapped but stands at the end of the file, so it shows a cut.
    const std::uintmax_t tableEnd =
        header.e_shoff + static_cast<std::uintmax_t>(header.e_shnum) * header.e_shentsize;
    if (header.e_shoff > fileSize || tableEnd > fileSize)
        return false;
    std::vector<Segment> segments(header.e_phnum);
    stream.seekg(static_cast<std::streamoff>(header.e_phoff));
    if (!stream.read(reinterpret_cast<char*>(segments.data()),
                     static_cast<std::streamsize>(segments.size() * sizeof(Segment))))
        return false;
    for (const Segment& segment : segments) {
        const bool fits = segment.p_offset <= fileSize && segment.p_filesz <= fileSize - segment.p_offset;
        if (segment.p_type != PT_NULL && !fits)
            return false;
    }
    return true;
}

} // namespace

Status checkSharedLibrary(const fs::path& file)
{
    std::error_code code;
    const std::uintmax_t fileSize = fs::file_size(file, code);
    std::ifstream stream(file, std::ios::binary);
    if (code || !stream)
        return fail(ErrorCode::FileUnreadable, file.string(), code ? code.message() : "");
    Header header{};
    if (!stream.read(reinterpret_cast<char*>(&header), sizeof header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return fail(ErrorCode::ModuleBroken, file.string(), "not a shared library");
    Header own{};
    const bool ownKnown = readHeader("/proc/self/exe", own);
    if (ownKnown && (header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS] ||
                     header.e_ident[EI_DATA] != own.e_ident[EI_DATA] || header.e_machine != own.e_machine))
        return fail(ErrorCode::ModuleBroken, file.string(), "built for another kind of machine");
    if (header.e_type != ET_DYN)
        return fail(ErrorCode::ModuleBroken, file.string(), "not a shared library");
    if (!isWhole(stream, header, fileSize))
        return fail(ErrorCode::ModuleBroken, file.string(), "the file is cut off or damaged");
    return {};
}

} // namespace fedefm
