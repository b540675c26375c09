// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// One file of the module folder and what became of it.
struct ModuleEntry
{
    std::string path;
    std::string name; ///< file name while not loaded
    std::string version;
    std::string description;
    bool loaded = false;
    Error problem; ///< meaningful when not loaded: ModuleBroken or ModuleAbi with the reason
};

/// Loads modules with the system's dynamic loader and keeps them for the life of the process.
/// A module that is broken, of another ABI or throws while loading is listed with its problem; the rest runs.
class ModuleLoader
{
public:
    /// Folders in order; missing ones are skipped. Files are taken in name order.
    void loadFolder(const std::filesystem::path& folder);

    const std::vector<ModuleEntry>& entries() const { return m_entries; }
    const ModuleContents& contents() const { return m_contents; }

    /// FEDEFM_MODULE_PATH (colon-separated) if set, else lib/fedefm/modules beside the executable's prefix.
    static std::vector<std::filesystem::path> defaultFolders();

private:
    void loadFile(const std::filesystem::path& file);

    std::vector<ModuleEntry> m_entries;
    ModuleContents m_contents;
};

/// The built-in segmenters and those of the modules.
SegmenterRegistry segmentersOf(const ModuleContents& modules);

} // namespace fedefm
