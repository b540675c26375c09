// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/module_loader.h"

#include "core/plugin/elf_check.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <exception>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr const char* kSymbol = "fedefm_module";

std::string loaderMessage()
{
    const char* text = ::dlerror();
    return text ? text : "unknown reason";
}

Result<const ModuleDescriptor*> findDescriptor(const fs::path& file)
{
    if (auto whole = checkSharedLibrary(file); !whole)
        return tl::unexpected(whole.error());
    ::dlerror();
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return fail(ErrorCode::ModuleBroken, file.string(), loaderMessage());
    const auto* descriptor = static_cast<const ModuleDescriptor*>(::dlsym(library, kSymbol));
    if (!descriptor)
        return fail(ErrorCode::ModuleBroken, file.string(), std::string("it has no symbol ") + kSymbol);
    if (descriptor->abi != kModuleAbi)
        return fail(ErrorCode::ModuleAbi, file.string(),
                    "module ABI " + std::to_string(descriptor->abi) + ", this program has " +
                        std::to_string(kModuleAbi));
    if (!descriptor->buildId || std::strcmp(descriptor->buildId, FEDEFM_MODULE_BUILD_ID) != 0)
        return fail(ErrorCode::ModuleAbi, file.string(),
                    std::string("built with ") +
                        (descriptor->buildId ? descriptor->buildId : "nothing named") +
                        ", this program with " FEDEFM_MODULE_BUILD_ID);
    if (!descriptor->name || !descriptor->version || !descriptor->description || !descriptor->load)
        return fail(ErrorCode::ModuleBroken, file.string(), "its description is incomplete");
    return descriptor;
}

Result<ModuleContents> runLoad(const ModuleDescriptor& descriptor, const fs::path& file)
{
    ModuleContents contents;
    try {
        descriptor.load(contents);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::ModuleBroken, file.string(),
                    std::string("it failed while loading: ") + exception.what());
    } catch (...) {
        return fail(ErrorCode::ModuleBroken, file.string(), "it failed while loading");
    }
    const auto isNull = [](const auto& pointer) { return !pointer; };
    if (std::any_of(contents.imageSources.begin(), contents.imageSources.end(), isNull) ||
        std::any_of(contents.filmWriters.begin(), contents.filmWriters.end(), isNull))
        return fail(ErrorCode::ModuleBroken, file.string(), "it offers an empty object");
    return contents;
}

template <typename T> void append(std::vector<T>& to, std::vector<T>& from)
{
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

fs::path executableFolder()
{
    std::error_code code;
    const fs::path executable = fs::read_symlink("/proc/self/exe", code);
    return code ? fs::path() : executable.parent_path();
}

} // namespace

void ModuleLoader::loadFolder(const fs::path& folder)
{
    std::error_code code;
    std::vector<fs::path> files;
    fs::directory_iterator entry(folder, code);
    for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
        const fs::path& path = entry->path();
        if (path.extension() == ".so" && path.filename().string().front() != '.')
            files.push_back(path);
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files)
        loadFile(file);
}

void ModuleLoader::loadFile(const fs::path& file)
{
    const auto samePath = [&](const ModuleEntry& entry) { return entry.path == file.string(); };
    if (std::any_of(m_entries.begin(), m_entries.end(), samePath))
        return;
    ModuleEntry entry;
    entry.path = file.string();
    entry.name = file.filename().string();
    const auto descriptor = findDescriptor(file);
    if (!descriptor) {
        entry.problem = descriptor.error();
        m_entries.push_back(std::move(entry));
        return;
    }
    entry.version = (*descriptor)->version;
    entry.description = (*descriptor)->description;
    // Into a box of its own first: a module that throws halfway must not leave half of itself behind.
    auto contents = runLoad(**descriptor, file);
    if (contents) {
        entry.name = (*descriptor)->name;
        entry.loaded = true;
        append(m_contents.imageSources, contents->imageSources);
        append(m_contents.filmWriters, contents->filmWriters);
        append(m_contents.segmenters, contents->segmenters);
        append(m_contents.modelFiles, contents->modelFiles);
    } else {
        entry.problem = contents.error();
    }
    m_entries.push_back(std::move(entry));
}

std::vector<fs::path> ModuleLoader::defaultFolders()
{
    std::vector<fs::path> folders;
    const auto add = [&](const fs::path& folder) {
        const fs::path normal = folder.lexically_normal();
        if (std::find(folders.begin(), folders.end(), normal) == folders.end())
            folders.push_back(normal);
    };
    if (const char* given = std::getenv("FEDEFM_MODULE_PATH")) {
        std::string rest = given;
        while (!rest.empty()) {
            const std::size_t colon = rest.find(':');
            const std::string part = rest.substr(0, colon);
            if (!part.empty())
                add(part);
            rest = colon == std::string::npos ? std::string() : rest.substr(colon + 1);
        }
        return folders;
    }
    const fs::path prefix = executableFolder() / "..";
    add(prefix / "lib/fedefm/modules");
    add(prefix / FEDEFM_INSTALL_LIBDIR / "fedefm/modules");
    return folders;
}

} // namespace fedefm
